import { expect } from 'chai';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { commit, expectUnsupported, refusal } from './finding.js';

describe('links inside the git dir', () => {
  for (const name of ['objects', 'objects/pack', 'objects/info', 'refs', 'refs/piton', 'piton']) {
    it(`${name} may not be one`, () => {
      const root = makeRepository();
      const path = join(root, '.git', name);
      const target = tempDirectory();
      rmSync(path, { recursive: true, force: true });
      symlinkSync(target, path);
      const error = refusal(root);
      expect(error.code).to.equal('UNSAFE_PATH');
      expect(error.details['path']).to.equal(path);
    });
  }

  it('HEAD may not be one', () => {
    const root = makeRepository();
    rmSync(join(root, '.git/HEAD'));
    symlinkSync('refs/heads/main', join(root, '.git/HEAD'));
    commit(root);
    expectUnsupported(root, 'not a regular file');
  });
});
