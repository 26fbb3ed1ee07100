import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { destinationOf } from '../../src/fork/destination.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

describe('the place of a fork', () => {
  it('is given with the links to it resolved', () => {
    const real = tempDirectory();
    const link = join(tempDirectory(), 'link');
    symlinkSync(real, link);
    expect(destinationOf(join(link, 'attempt'))).to.equal(join(real, 'attempt'));
    mkdirSync(join(real, 'attempt'));
    expect(destinationOf(join(link, 'attempt'))).to.equal(join(real, 'attempt'));
  });

  it('is in no repository, however it is reached', () => {
    const link = join(tempDirectory(), 'link');
    symlinkSync(makeRepository(), link);
    expect(() => destinationOf(join(link, 'attempt'))).to.throw('inside the repository');
  });
});
