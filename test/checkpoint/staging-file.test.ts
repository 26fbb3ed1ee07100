import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stagedFiles, StagingFile } from '../../src/checkpoint/staging-file.js';
import { thrownBy } from '../disk/thrown.js';
import { git, makeRepository } from '../helpers/git.js';
import { bytePath } from '../worktree/scanning.js';

function gitDirOf(root: string): string {
  return join(root, '.git');
}

function opened(root: string): StagingFile {
  const staging = StagingFile.read(gitDirOf(root), 'sha1');
  if (staging === null) throw new Error('there is no staging area');
  return staging;
}

function withFiles(...names: string[]): string {
  const root = makeRepository();
  for (const name of names) writeFileSync(join(root, name), name);
  git(root, 'add', '.');
  return root;
}

describe('checkpoint: the file of the staging area', () => {
  it('is null where there is none', () => {
    expect(StagingFile.read(gitDirOf(makeRepository()), 'sha1')).to.equal(null);
  });

  it('is its bytes, time and mode at one moment', () => {
    const root = withFiles('a', 'b');
    const path = join(root, '.git/index');
    const staging = opened(root);
    const stat = lstatSync(path, { bigint: true });
    expect(staging.bytes).to.deep.equal(readFileSync(path));
    expect(staging.stat).to.deep.include({ mtimeNs: stat.mtimeNs, mode: stat.mode });
    expect(staging.sharedName).to.equal(null);
    expect(staging.readShared()).to.equal(null);
    expect(staging.area.entries.map((entry) => entry.path)).to.deep.equal(['a', 'b']);
    expect(staging.tracked.has(bytePath('a'))).to.equal(true);
    expect(staging.tracked).to.equal(staging.tracked);
  });

  it('is whole when its entries are in a shared file', () => {
    const root = withFiles('a', 'b');
    git(root, 'update-index', '--split-index');
    writeFileSync(join(root, 'c'), 'c');
    git(root, 'add', 'c');
    const staging = opened(root);
    const shared = staging.sharedName ?? '';
    // Git may have left an older one beside it.
    expect(readdirSync(gitDirOf(root))).to.include(shared);
    expect(staging.readShared()).to.deep.equal(readFileSync(join(root, '.git', shared)));
    expect([...staging.area.entries].map((entry) => entry.path)).to.have.members(['a', 'b', 'c']);
    rmSync(join(root, '.git', shared));
    expect(thrownBy(() => opened(root).area)).to.include({ code: 'STATE_DAMAGED' });
  });

  it('is no link, FIFO or folder', () => {
    for (const make of [
      (path: string) => symlinkSync('index.real', path),
      (path: string) => void spawnSync('mkfifo', [path]),
    ]) {
      const root = withFiles('a');
      renameSync(join(root, '.git/index'), join(root, '.git/index.real'));
      make(join(root, '.git/index'));
      const read = (): unknown => StagingFile.read(gitDirOf(root), 'sha1');
      expect(thrownBy(read)).to.include({ code: 'STATE_DAMAGED' });
    }
  });

  it('is read whole while git writes it again and again', async function () {
    this.timeout(120_000);
    const root = withFiles('a');
    const script = `
      const fs = require('node:fs');
      const contents = [Buffer.alloc(200_000, 1), Buffer.alloc(300_000, 2)];
      const end = Date.now() + 120_000;
      for (let round = 0; Date.now() < end; round++) {
        fs.writeFileSync('index.lock', contents[round % 2]);
        fs.renameSync('index.lock', 'index');
        if (round === 0) process.stdout.write('ready');
      }`;
    const child = spawn(process.execPath, ['-e', script], { cwd: gitDirOf(root) });
    await once(child.stdout, 'data');
    let read = 0;
    for (let round = 0; round < 200; round++) {
      try {
        const { bytes } = opened(root);
        read++;
        expect(bytes).to.have.lengthOf(bytes[0] === 1 ? 200_000 : 300_000);
        expect(new Set(bytes).size).to.equal(1);
      } catch (error) {
        expect(error).to.include({ code: 'LOCKED' });
      }
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(read).to.be.greaterThan(0);
  });

  it('tells blobs from links to commits and folders of a sparse index', () => {
    const root = withFiles('a');
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
    expect([...stagedFiles(opened(root).area)].map(({ path }) => path)).to.deep.equal(['a']);
  });
});
