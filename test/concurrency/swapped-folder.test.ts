import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import { withLibrary } from '../crash/piton.js';
import { leftovers, record, type Recorded } from '../crash/record.js';
import { copyOf } from '../crash/workspace.js';
import { assertFsckClean, makeRepository, tryGit } from '../helpers/git.js';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';
import type { Call } from './at-call.js';
import {
  age,
  appearance,
  disturb,
  layOut,
  swapOut,
  swappingAt,
  type Swap,
  type Swapped,
} from './swap.js';

/** In every name and every content of the outside, and nowhere else. */
const MARK = 'foreign';

const TRASH = /^\.git\/piton\/trash\/\w+\/kept$/;

const SITES = ['folder', 'folder/deep', 'folder/only'];

/** What may be asked of the outside: whether something is there. Nothing of it is read. */
const HARMLESS = new Set(['lstatSync', 'openSync']);

interface Work {
  run: (library: Workspace) => Promise<unknown>;
  /** The call that fails; only those after it are counted. */
  failing?: (call: Call) => boolean;
}

const WORK: Record<string, Work> = {
  'a checkpoint': { run: (library) => library.createCheckpoint({ reason: 'again' }) },
  'a rollback': { run: (library) => library.rollback({ checkpoint: 'base' }) },
  'a rollback that is undone': {
    run: (library) => library.rollback({ checkpoint: 'base' }),
    failing: ({ name, path }) => name === 'renameSync' && path.endsWith('/journal.committed'),
  },
};

let template: string | undefined;

/** A workspace in which everything below the folder has changed since a checkpoint. */
async function workspaceTemplate(): Promise<string> {
  if (template !== undefined) return template;
  const root = makeRepository();
  layOut(join(root, 'folder'), 'inside');
  await withLibrary(root, (library) => library.createCheckpoint({ name: 'base' }));
  disturb(join(root, 'folder'), 'inside');
  template = root;
  return root;
}

/** The same names as inside, on which every step would succeed, and some more. */
function makeOutside(site: string): string {
  const folder = join(tempDirectory(), 'folder');
  layOut(folder, MARK);
  disturb(folder, MARK);
  mkdirSync(join(folder, site, '..', MARK), { recursive: true });
  for (const below of SITES) {
    const at = join(folder, '..', below);
    writeFileSync(join(at, `${MARK}.txt`), `${MARK}\n`);
  }
  spawnSync(
    'mkfifo',
    SITES.map((below) => join(folder, '..', below, `${MARK}-pipe`)),
  );
  age(folder);
  return join(folder, '..', site);
}

function assertNothingForeign(root: string, at: string): void {
  const { stdout } = tryGit(root, ['cat-file', '--batch-all-objects', '--batch']);
  expect(stdout.includes(MARK), at).to.equal(false);
}

/** One in so many is checked by git, which takes as long as all the rest. */
const FSCK_EVERY = 10;

interface Trial {
  work: Work;
  site: string;
  returns: boolean;
  before: Recorded;
  after: Recorded;
}

const CHANGING = /^(?:rename|link|symlink|unlink|mkdir|rmdir|chmod)Sync$/;

function namedAsLeft(result: unknown): string[] {
  const data = result as { left?: { path: string }[] };
  return (data.left ?? []).map(({ path }) => path);
}

/** What the checkpoint has is there, and beside it nothing but what was named. */
function assertRolledBack(found: Recorded, after: Recorded, result: unknown, at: string): void {
  const stays = namedAsLeft(result);
  const isNamed = (line: string): boolean => stays.some((path) => line.startsWith(path));
  const more = found.tree.filter((line) => !after.tree.includes(line));
  expect(
    after.tree.filter((line) => !found.tree.includes(line)),
    at,
  ).to.deep.equal([]);
  expect(
    more.filter((line) => !isNamed(line)),
    at,
  ).to.deep.equal([]);
}

/** Everything that must hold after the work, wherever it was struck. */
async function judge(trial: Trial, root: string, end: Swapped<unknown>, at: string): Promise<void> {
  const { result, outside } = end;
  const reached = outside.filter(({ name }) => !HARMLESS.has(name));
  expect(reached, at).to.deep.equal([]);
  assertNothingForeign(root, at);
  await withLibrary(root, (library) => library.recover());
  const found = record(root);
  if (result instanceof Error) {
    expect(result, at).to.be.instanceOf(PitonError);
    expect((result as PitonError).code, String(result.stack)).to.not.equal('INTERNAL');
    expect(found, `${at}: ${result.message}`).to.deep.equal(trial.before);
    expect(leftovers(root), at).to.deep.equal([]);
  } else {
    assertRolledBack(found, trial.after, result, at);
    const litter = leftovers(root).filter((path) => !TRASH.test(path));
    expect(litter, at).to.deep.equal([]);
  }
}

interface Struck {
  calls: readonly Call[];
  end: string;
}

/**
 * Swaps the folder at the `number`-th call. Until the last change is made (`isEarly`), a rollback
 * that is done has what the checkpoint has where it belongs, not where the folder was moved to.
 */
async function strike(trial: Trial, number: number, isEarly: boolean): Promise<Struck> {
  const { work, site, returns } = trial;
  const root = await copyOf(await workspaceTemplate());
  const outside = makeOutside(site);
  const aside = join(tempDirectory(), 'aside');
  const swap: Swap = { folder: join(root, site), aside, outside, returns };
  const was = appearance(outside);
  const end = await swappingAt(swap, number, () => withLibrary(root, work.run), work.failing);
  const { calls, result } = end;
  const { name, path } = calls[number - 1] ?? { name: 'no call', path: root };
  const at = `${number} ${name} ${path.slice(root.length + 1)}`;
  expect(appearance(outside), at).to.deep.equal(was);
  if (isEarly && !(result instanceof Error)) {
    expect(lstatSync(swap.folder).isDirectory(), at).to.equal(true);
  }
  swapOut(swap);
  await judge(trial, root, end, at);
  if (number % FSCK_EVERY === 0) assertFsckClean(root);
  for (const made of [root, aside, outside]) removeTempDirectory(made);
  return { calls, end: result instanceof PitonError ? result.code : 'done' };
}

/** Swaps the folder at every call in turn; gives how often the work ended how. */
async function strikeAll(trial: Trial, ends: Map<string, number>): Promise<void> {
  const { calls } = await strike(trial, 0, false);
  const lastChange = calls.findLastIndex(({ name }) => CHANGING.test(name));
  expect(calls).to.have.length.greaterThan(2);
  for (let number = 1; number <= calls.length; number++) {
    const { end } = await strike(trial, number, number <= lastChange + 1);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
}

async function endsOf(work: Work, returns: boolean): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const before = record(await workspaceTemplate());
  const done = await copyOf(await workspaceTemplate());
  if (work.failing === undefined) await withLibrary(done, work.run);
  const after = record(done);
  for (const site of SITES) await strikeAll({ work, site, returns, before, after }, ends);
  return ends;
}

describe('a folder that is swapped for a link to the outside', function () {
  this.timeout(10 * 60_000);

  for (const [name, work] of Object.entries(WORK)) {
    for (const returns of [false, true]) {
      const what = `at any call of ${name}${returns ? ', and back' : ''}`;
      it(`${what}: nothing there changes`, async () => {
        const ends = await endsOf(work, returns);
        console.log(`      ${[...ends].map(([end, times]) => `${end} ${times}`).join(', ')}`);
      });
    }
  }
});
