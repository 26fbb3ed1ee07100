import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../../src/core/errors.js';
import { tempDirectory } from '../helpers/temp.js';
import {
  describeMounting,
  mountAgain,
  mountMemory,
  mountOverlay,
  setReadOnly,
  unmount,
  unmountAll,
} from './mounts.js';
import { runPiton } from './piton.js';
import type { Recorded } from './record.js';
import { assertTidy, failsCleanly, inStateDir, recordOf, succeeds, tryPiton } from './trouble.js';
import { copyOf, makeWorkspace } from './workspace.js';

const PAGE = 4096;

/** Fills a file system up to some pages, and gives the file that does it. */
function fill(disk: string, freePages: number): string {
  const filler = join(disk, 'filler');
  const descriptor = openSync(filler, 'w');
  const page = Buffer.alloc(PAGE, 1);
  let size = 0;
  try {
    for (;;) size += writeSync(descriptor, page);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error;
    ftruncateSync(descriptor, Math.max(0, size - freePages * PAGE));
  } finally {
    closeSync(descriptor);
  }
  return filler;
}

function copyTo(workspace: string, path: string): string {
  const { status, stderr } = spawnSync('cp', ['-a', workspace, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path;
}

interface Work {
  args: readonly string[];
  /** Commands that come before it. */
  first?: readonly (readonly string[])[];
}

/** A workspace in which the work is to be done, and what it makes of a copy. */
async function prepare({ args, first = [] }: Work): Promise<[string, Recorded]> {
  const template = makeWorkspace();
  for (const command of first) runPiton(template, ...command);
  // What a copy has in its trash are other files than the journal there tells of.
  rmSync(join(template, '.git/piton/trash'), { recursive: true, force: true });
  const copy = await copyOf(template);
  runPiton(copy, ...args);
  return [template, recordOf(copy)];
}

const FREE_PAGES = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 33, 41, 50, 60, 75, 100, 150];

const WORK: Record<string, Work> = {
  'a rollback': { args: ['rollback'] },
  'an undo': { args: ['undo'], first: [['rollback']] },
  'a checkpoint': { args: ['checkpoint', '-m', 'another'] },
  'a step of the plan': {
    args: ['plan', 'step', 'crash', '--done', '0', '--status', 'failed'],
  },
  'a change of the plan': { args: ['plan', 'set', 'crash', '--phase', 'review'] },
};

const ROLLBACK = ['rollback'];

/** A workspace with a folder `inner`, which `mountAt` makes something of before the checkpoint. */
function withInner(mountAt: (path: string) => void): { workspace: string; atCheckpoint: Recorded } {
  const workspace = makeWorkspace();
  mkdirSync(join(workspace, 'inner'));
  mountAt(join(workspace, 'inner'));
  mkdirSync(join(workspace, 'inner/sub'));
  for (const path of ['inner/a', 'inner/stopped', 'inner/sub/b', 'outer']) {
    writeFileSync(join(workspace, path), `one ${path}\n`);
  }
  runPiton(workspace, 'checkpoint', '--name', 'with inner');
  return { workspace, atCheckpoint: recordOf(workspace) };
}

function disturbInner(workspace: string): void {
  for (const path of ['inner/a', 'inner/new', 'outer']) {
    writeFileSync(join(workspace, path), 'two\n');
  }
  rmSync(join(workspace, 'inner/sub'), { recursive: true });
  rmSync(join(workspace, 'inner/stopped'));
  mkdirSync(join(workspace, 'inner/stopped'));
  writeFileSync(join(workspace, 'inner/stopped/ignored.log'), 'in no checkpoint\n');
  mkdirSync(join(workspace, 'inner/empty'));
}

function rollsBackInner(workspace: string, atCheckpoint: Recorded): void {
  const before = recordOf(workspace);
  const { document } = tryPiton(workspace, ...ROLLBACK);
  expect(document.error, JSON.stringify(document.error)).to.equal(undefined);
  expect(recordOf(workspace).tree).to.deep.equal(atCheckpoint.tree);
  const retired = document.data?.['retired'] as { path: string; to: string }[];
  expect(retired.map(({ path }) => path)).to.deep.equal(['inner/stopped']);
  const kept = inStateDir(join(workspace, '.git'), retired[0]?.to);
  expect(readFileSync(join(kept, 'ignored.log'), 'utf8')).to.equal('in no checkpoint\n');
  rmSync(kept, { recursive: true });
  const undone = tryPiton(workspace, 'undo').document;
  expect(undone.error, JSON.stringify(undone.error)).to.equal(undefined);
  const others = before.tree.filter((line) => !line.startsWith('inner/stopped/ignored'));
  expect(recordOf(workspace).tree).to.deep.equal(others);
  runPiton(workspace, 'redo');
  expect(recordOf(workspace).tree).to.deep.equal(atCheckpoint.tree);
}

describeMounting('disks', import.meta.url, function () {
  this.timeout(3 * 60_000);
  afterEach(unmountAll);

  for (const [name, work] of Object.entries(WORK)) {
    it(`${name} on a disk that gets full: undone, and done when there is room`, async () => {
      const [template, expected] = await prepare(work);
      let refused = 0;
      let isDone = false;
      for (const pages of FREE_PAGES) {
        const disk = mountMemory(tempDirectory(), 'size=16m');
        const workspace = copyTo(template, join(disk, 'workspace'));
        const filler = fill(disk, pages);
        if (tryFits(workspace, work.args, expected)) isDone = true;
        else refused++;
        rmSync(filler);
        if (!isDone) succeeds(workspace, work.args, expected);
        unmount(disk);
        if (isDone) break;
      }
      console.log(`      refused ${refused} times`);
      expect(refused).to.be.greaterThan(0);
      expect(isDone).to.equal(true);
    });
  }

  it('a rollback whose worktree, or git dir, alone is on a full disk', async () => {
    const [template, expected] = await prepare({ args: ROLLBACK });
    for (const full of ['worktree', 'git dir']) {
      const disk = mountMemory(tempDirectory(), 'size=16m');
      const workspace = onTwoDisks(template, join(disk, 'workspace'));
      const filler = fill(full === 'worktree' ? disk : join(workspace, '.git'), 1);
      failsCleanly(workspace, ROLLBACK, 'NO_SPACE');
      rmSync(filler);
      succeeds(workspace, ROLLBACK, expected);
    }
  });

  it('a git dir on another file system: rolled back, undone, and the trash swept', async () => {
    const [template, expected] = await prepare({ args: ROLLBACK });
    const workspace = onTwoDisks(template, join(tempDirectory(), 'workspace'));
    const before = recordOf(workspace);
    succeeds(workspace, ROLLBACK, expected);
    runPiton(workspace, 'undo');
    expect(recordOf(workspace).tree).to.deep.equal(before.tree);
    expect(recordOf(workspace).gitDir).to.deep.equal(before.gitDir);
    runPiton(workspace, 'redo');
    expect(recordOf(workspace).tree).to.deep.equal(expected.tree);
    const areas = readdirSync(workspace).filter((name) => name.startsWith('.piton-'));
    expect(areas).to.have.length(1);
  });

  it('a read-only file system: refused, read all the same, and done afterwards', async () => {
    const [template, expected] = await prepare({ args: ROLLBACK });
    const disk = mountMemory(tempDirectory());
    const workspace = copyTo(template, join(disk, 'workspace'));
    setReadOnly(disk, true);
    const step = ['plan', 'step', 'crash', '--done', '0'];
    const change = ['plan', 'set', 'crash', '--phase', 'x'];
    for (const args of [ROLLBACK, ['checkpoint'], step, change]) {
      const error = failsCleanly(workspace, args, 'PERMISSION_DENIED');
      expect(error.details['system_code']).to.equal('EROFS');
    }
    for (const args of [['status'], ['log'], ['verify'], ['resume']]) {
      const { status, document } = tryPiton(workspace, ...args);
      expect(status, JSON.stringify(document)).to.equal(0);
    }
    setReadOnly(disk, false);
    const before = recordOf(workspace);
    succeeds(workspace, ROLLBACK, expected);
    setReadOnly(disk, true);
    failsCleanly(workspace, ['undo'], 'PERMISSION_DENIED');
    setReadOnly(disk, false);
    runPiton(workspace, 'undo');
    expect(recordOf(workspace).tree).to.deep.equal(before.tree);
  });

  it('a worktree that is read-only while its git dir is not', async () => {
    const [template, expected] = await prepare({ args: ROLLBACK });
    const disk = mountMemory(tempDirectory());
    const workspace = onTwoDisks(template, join(disk, 'workspace'));
    setReadOnly(disk, true);
    failsCleanly(workspace, ROLLBACK, 'PERMISSION_DENIED');
    setReadOnly(disk, false);
    succeeds(workspace, ROLLBACK, expected);
  });

  const INNER: Record<string, (path: string) => void> = {
    'a file system in memory': (path) => {
      mountMemory(path);
    },
    'a folder of the same disk, mounted again': (path) => {
      mountAgain(tempDirectory(), path);
    },
  };
  for (const [name, mountAt] of Object.entries(INNER)) {
    it(`${name}, inside the workspace: rolled back and undone`, () => {
      const { workspace, atCheckpoint } = withInner(mountAt);
      disturbInner(workspace);
      rollsBackInner(workspace, atCheckpoint);
    });

    it(`${name}, inside the workspace, and read-only: everything as before`, () => {
      const { workspace, atCheckpoint } = withInner(mountAt);
      disturbInner(workspace);
      rmSync(join(workspace, 'inner/stopped'), { recursive: true });
      setReadOnly(join(workspace, 'inner'), true);
      failsCleanly(workspace, ROLLBACK, 'PERMISSION_DENIED');
      setReadOnly(join(workspace, 'inner'), false);
      expect(tryPiton(workspace, ...ROLLBACK).status).to.equal(0);
      expect(recordOf(workspace).tree).to.deep.equal(atCheckpoint.tree);
    });

    it(`${name}, on a folder that the checkpoint lacks: it stays`, () => {
      const workspace = makeWorkspace();
      runPiton(workspace, 'checkpoint');
      mountAt(join(workspace, 'mounted'));
      writeFileSync(join(workspace, 'new'), '');
      const before = recordOf(workspace);
      runPiton(workspace, 'rollback');
      expect(recordOf(workspace).tree).to.deep.equal(
        before.tree.filter((line) => !line.startsWith('new ')),
      );
      assertTidy(workspace);
    });
  }

  it('an overlay that cannot rename a folder in the way: everything as before', () => {
    const lower = makeWorkspace();
    writeFileSync(join(lower, 'in-the-way'), 'a file\n');
    runPiton(lower, 'checkpoint');
    rmSync(join(lower, 'in-the-way'));
    writeFileSync(join(lower, '.gitignore'), '*.log\nin-the-way\n');
    mkdirSync(join(lower, 'in-the-way'));
    writeFileSync(join(lower, 'in-the-way/ignored'), 'ignored\n');
    const workspace = mountOverlay(lower, tempDirectory());
    const error = failsCleanly(workspace, ROLLBACK, 'IO_FAILED');
    expect(error.details['system_code']).to.equal('EXDEV');
    renameSync(join(workspace, 'in-the-way/ignored'), join(workspace, 'ignored.log'));
    rmSync(join(workspace, 'in-the-way'), { recursive: true });
    expect(tryPiton(workspace, ...ROLLBACK).status).to.equal(0);
    expect(readFileSync(join(workspace, 'in-the-way'), 'utf8')).to.equal('a file\n');
  });
});

/** A copy of a workspace whose git dir is on a file system of its own. */
function onTwoDisks(workspace: string, path: string): string {
  copyTo(workspace, path);
  const gitDir = join(path, '.git');
  renameSync(gitDir, join(path, '.git-away'));
  mountMemory(gitDir, 'size=16m');
  copyTo(`${path}/.git-away/.`, gitDir);
  rmSync(join(path, '.git-away'), { recursive: true });
  return path;
}

function tryFits(workspace: string, args: readonly string[], expected: Recorded): boolean {
  const before = recordOf(workspace);
  const { status, document } = tryPiton(workspace, ...args);
  assertTidy(workspace, JSON.stringify(document));
  if (status === 0) {
    expect(recordOf(workspace)).to.deep.equal(expected);
    return true;
  }
  expect(document.error?.code, JSON.stringify(document.error)).to.equal('NO_SPACE');
  expect(status).to.equal(1);
  expect(recordOf(workspace)).to.deep.equal(before);
  return false;
}
