import { expect } from 'chai';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { algorithmOf, contentsId } from '../../src/rollback/contents-id.js';
import { git, makeRepository } from '../helpers/git.js';

describe('rollback: ids of contents', () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    it(`are git's, of files and of where links lead, with ${algorithm}`, () => {
      const directory = makeRepository(`--object-format=${algorithm}`);
      writeFileSync(join(directory, 'large'), 'x'.repeat(200_000));
      writeFileSync(join(directory, 'empty'), '');
      writeFileSync(join(directory, 'target'), 'large');
      symlinkSync('large', join(directory, 'link'));
      const root = AnchoredRoot.open(directory);
      root.within(ROOT, (folder) => {
        const idOf = (name: string) => contentsId(folder, asBytePath(name), algorithm);
        for (const name of ['large', 'empty']) {
          const expected = git(directory, 'hash-object', name).toString().trim();
          expect(idOf(name)).to.equal(expected);
          expect(algorithmOf(expected)).to.equal(algorithm);
        }
        expect(idOf('link')).to.equal(idOf('target'));
        expect(() => idOf('none')).to.throw('ENOENT');
      });
      root.close();
    });
  }
});
