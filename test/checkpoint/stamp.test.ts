import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { takeStamp } from '../../src/checkpoint/scan-cache.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeContexts, contextOf } from './contexts.js';

describe('checkpoint: the stamp', () => {
  afterEach(closeContexts);

  it('is the time that the file system gives', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const before = join(root, 'before');
    const after = join(root, 'after');
    writeFileSync(before, '');
    const stamp = takeStamp(context);
    writeFileSync(after, '');
    expect(lstatSync(before, { bigint: true }).mtimeNs <= stamp).to.equal(true);
    expect(lstatSync(after, { bigint: true }).mtimeNs >= stamp).to.equal(true);
    expect(readdirSync(context.repository.stateDir)).to.deep.equal(['stat-cache.stamp']);
  });

  it('waits for no FIFO and writes through no link', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const path = join(context.repository.stateDir, 'stat-cache.stamp');
    spawnSync('mkfifo', [path]);
    expect(typeof takeStamp(context)).to.equal('bigint');
    rmSync(path);
    writeFileSync(join(root, 'mine'), 'mine');
    symlinkSync(join(root, 'mine'), path);
    takeStamp(context);
    expect(readFileSync(join(root, 'mine'), 'utf8')).to.equal('mine');
    expect(lstatSync(path).isFile()).to.equal(true);
  });

  it('is older when the worktree lies on another file system', async function () {
    const shared = '/dev/shm';
    const here = tempDirectory();
    if (!existsSync(shared) || lstatSync(shared).dev === lstatSync(here).dev) this.skip();
    const elsewhere = mkdtempSync(join(shared, 'piton-test-'));
    try {
      git(here, 'init', '-q', '--separate-git-dir', join(elsewhere, 'git'), '.');
      const context = await contextOf(here);
      const before = Date.now();
      const stamp = Number(takeStamp(context) / 1_000_000n);
      expect(stamp).to.be.within(before - 2_500, Date.now() - 1_500);
      await closeContexts();
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
