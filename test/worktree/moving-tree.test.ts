import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BytePath } from '../../src/core/byte-path.js';
import { tempDirectory } from '../helpers/temp.js';
import { blobId, paths, scan, shown, type ScanSetting } from './scanning.js';

describe('worktree: a tree that changes meanwhile', () => {
  /** Runs an action when the walk asks about a name: what it lists is known by then. */
  function scanWith(root: string, at: string, action: () => void, setting: ScanSetting = {}) {
    const scope = {
      enter: () => scope,
      isIgnored: (name: BytePath) => {
        if (name === at) action();
        return false;
      },
    };
    return scan(root, { ...setting, scope });
  }

  it('is as if what disappears had never been there', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'd'));
    for (const name of ['a', 'd/x', 'z']) writeFileSync(join(root, name), name);
    const found = await scanWith(root, 'a', () => {
      rmSync(join(root, 'd'), { recursive: true });
      unlinkSync(join(root, 'z'));
    });
    expect(shown(found)).to.deep.equal(['100644 a']);
    expect(found.notCaptured).to.deep.equal([]);
  });

  it('looks again at what became something else', async () => {
    const root = tempDirectory();
    for (const name of ['a', 'to-link', 'to-dir', 'to-fifo']) writeFileSync(join(root, name), name);
    symlinkSync('x', join(root, 'to-file'));
    symlinkSync('x', join(root, 'to-nothing'));
    const found = await scanWith(root, 'a', () => {
      for (const name of ['to-link', 'to-dir', 'to-fifo', 'to-file', 'to-nothing']) {
        unlinkSync(join(root, name));
      }
      symlinkSync('target', join(root, 'to-link'));
      mkdirSync(join(root, 'to-dir'));
      spawnSync('mkfifo', [join(root, 'to-fifo')]);
      writeFileSync(join(root, 'to-file'), 'contents');
      chmodSync(join(root, 'to-file'), 0o755);
    });
    expect(shown(found)).to.deep.equal(['100644 a', '100755 to-file', '120000 to-link']);
    const oidOf = (name: string) => found.entries.find(({ path }) => path === name)?.oid;
    expect(oidOf('to-file')).to.equal(blobId('contents'));
    expect(oidOf('to-link')).to.equal(blobId('target'));
    expect(found.notCaptured).to.have.deep.members([
      { path: 'to-dir', reason: 'unstable' },
      { path: 'to-fifo', reason: 'unstable' },
    ]);
  });

  it('brings in nothing from outside when a folder becomes a link', async () => {
    const outside = tempDirectory();
    mkdirSync(join(outside, 'deep/.git'), { recursive: true });
    for (const name of ['x', 'q', 'l', 'deep/y', '.gitignore'])
      writeFileSync(join(outside, name), 'secret');
    unlinkSync(join(outside, 'l'));
    symlinkSync('secret', join(outside, 'l'));
    const root = tempDirectory();
    mkdirSync(join(root, 'd'));
    for (const name of ['d/q', 'd/x', 'z']) writeFileSync(join(root, name), 'mine');
    symlinkSync('mine', join(root, 'd/l'));
    for (const when of ['d', 'q', 'z']) {
      const found = await scanWith(root, when, () => {
        rmSync(join(root, 'd'), { recursive: true });
        symlinkSync(outside, join(root, 'd'));
      });
      // Files and folders beside it are all seen before it is looked into.
      const isListed = when === 'q';
      expect(paths(found), when).to.deep.equal(isListed ? ['d', 'z'] : ['z']);
      const reported = found.notCaptured.map(({ path, reason }) => `${path} ${reason}`);
      const files = ['d/l unstable', 'd/q unstable', 'd/x unstable'];
      expect(reported, when).to.have.members(isListed ? files : ['d unstable']);
      expect(found.nestedRepositories).to.deep.equal([]);
      unlinkSync(join(root, 'd'));
      mkdirSync(join(root, 'd'));
      for (const name of ['d/q', 'd/x']) writeFileSync(join(root, name), 'mine');
      symlinkSync('mine', join(root, 'd/l'));
    }
  });

  it('sees a file that grows beyond the limit', async () => {
    const root = tempDirectory();
    for (const name of ['a', 'grows']) writeFileSync(join(root, name), 'x');
    const grow = (): void => appendFileSync(join(root, 'grows'), 'x'.repeat(100));
    const { entries, notCaptured } = await scanWith(root, 'a', grow, { maxFileSize: 100 });
    expect(paths({ entries })).to.deep.equal(['a']);
    expect(notCaptured).to.deep.equal([{ path: 'grows', reason: 'too_large', size: 101 }]);
  });
});
