import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { tempDirectory } from '../helpers/temp.js';
import { filesWithoutCode } from './coverage.js';

describe('run: coverage', () => {
  it('leaves out compiled files that held types only, and no others', async () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'a'));
    const files = {
      'a/types.js': 'export {};\n//# sourceMappingURL=types.js.map',
      'a/code.js': 'f();\nexport {};\n//# sourceMappingURL=code.js.map',
      'a/empty.d.ts': 'export {};\n',
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    expect(await filesWithoutCode(folder)).to.deep.equal([join(folder, 'a/types.js')]);
  });
});
