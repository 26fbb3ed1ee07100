import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../src/disk/names-in.js';
import { tempDirectory } from '../helpers/temp.js';

describe('namesIn', () => {
  it('are sorted, and none where there is no folder', () => {
    const directory = tempDirectory();
    for (const name of ['b', 'a']) writeFileSync(join(directory, name), '');
    expect(namesIn(directory)).to.deep.equal(['a', 'b']);
    expect(namesIn(join(directory, 'none'))).to.deep.equal([]);
    expect(() => namesIn(join(directory, 'a'))).to.throw('ENOTDIR');
  });
});
