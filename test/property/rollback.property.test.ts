import { expect } from 'chai';
import fc from 'fast-check';
import { readdirSync, readFileSync, existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openWorkspace } from '../../src/api/open.js';
import type { RollbackData } from '../../src/api/data.js';
import type { Workspace } from '../../src/api/workspace.js';
import type { JsonPath } from '../../src/core/byte-path.js';
import { assertFsckClean, git, makeRepository, TEST_HOME, tryGit } from '../helpers/git.js';
import { removeTempDirectory } from '../helpers/temp.js';
import { apply, changes, recordTree, type Change } from './random-tree.js';

const RUNS = Number(process.env['PITON_PROPERTY_RUNS'] ?? 150);

interface Moment {
  id: string;
  tree: Map<string, string>;
  captured: Map<string, string>;
  index: string;
}

function keyOf(path: JsonPath): string {
  const bytes = typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.base64, 'base64');
  return bytes.toString('latin1');
}

/** The paths of a checkpoint's tree with mode and object id, as git itself lists them. */
function capturedIn(root: string, tree: string): Map<string, string> {
  const out = tryGit(root, ['ls-tree', '-r', '-t', '-z', tree]).stdout.toString('latin1');
  const lines = out.split('\0').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [facts = '', path = ''] = line.split('\t');
      return [path, facts] as const;
    }),
  );
}

function isBelowAny(path: string, tops: readonly string[]): boolean {
  return tops.some((top) => path === top || path.startsWith(`${top}/`));
}

/** A folder stays when something in it does. */
function isAboveAny(path: string, below: readonly string[]): boolean {
  return below.some((one) => one.startsWith(`${path}/`));
}

async function takeMoment(workspace: Workspace, root: string): Promise<Moment> {
  const { checkpoint } = await workspace.createCheckpoint({ always: true });
  return {
    id: checkpoint.checkpoint_id,
    tree: recordTree(root),
    captured: capturedIn(root, checkpoint.tree),
    index: git(root, 'ls-files', '-s', '-z'),
  };
}

/** What a checkpoint holds is in the worktree as it was then, and what it does not hold is not. */
function expectAtMoment(
  now: Map<string, string>,
  moment: Moment,
  safe: Map<string, string>,
  data: RollbackData,
): void {
  for (const path of moment.captured.keys()) {
    expect(now.get(path), path).to.equal(moment.tree.get(path));
  }
  const left = data.left.map(({ path }) => keyOf(path));
  for (const [path, state] of now) {
    if (moment.tree.has(path) || isBelowAny(path, left) || isAboveAny(path, left)) continue;
    // What is captured neither then nor now is none of a rollback's business.
    if (!safe.has(path)) continue;
    expect.fail(`${JSON.stringify(path)} (${state.slice(0, 20)}) should have gone`);
  }
}

/** Whatever changed is in the safety checkpoint, or was retired and is told of. */
function expectNothingLost(
  before: Map<string, string>,
  now: Map<string, string>,
  safe: Map<string, string>,
  data: RollbackData,
): void {
  const retired = data.retired.map(({ path }) => keyOf(path));
  for (const [path, state] of before) {
    if (now.get(path) === state || state === 'folder') continue;
    expect(safe.has(path) || isBelowAny(path, retired), path).to.equal(true);
  }
}

function expectCountsTrue(
  before: Map<string, string>,
  now: Map<string, string>,
  data: RollbackData,
): void {
  const changed = new Map(data.changed_paths.map(({ path, change }) => [keyOf(path), change]));
  expect(changed.size).to.equal(data.written + data.deleted + data.mode_changed);
  for (const path of new Set([...before.keys(), ...now.keys()])) {
    if (before.get(path) === now.get(path)) continue;
    if (before.get(path) === 'folder' || now.get(path) === 'folder') continue;
    const retired = data.retired.map((one) => keyOf(one.path));
    expect(changed.has(path) || isBelowAny(path, retired), path).to.equal(true);
  }
}

function expectNoLitter(root: string): void {
  const state = join(root, '.git/piton');
  for (const name of readdirSync(state)) {
    expect(name).to.not.match(/^journal|^pending|\.tmp-|^lock/);
  }
  const staging = join(state, 'staging');
  if (existsSync(staging)) expect(readdirSync(staging)).to.deep.equal([]);
}

function identities(root: string, paths: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const at = Buffer.from(`${root}/${path}`, 'latin1');
    const stat = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    if (stat?.isFile() === true) found.set(path, `${stat.ino} ${stat.mtimeNs}`);
  }
  return found;
}

async function checkRollback(workspace: Workspace, root: string, target: Moment): Promise<void> {
  const before = recordTree(root);
  const filesBefore = identities(root, before.keys());
  const head =
    readFileSync(join(root, '.git/HEAD'), 'utf8') +
    tryGit(root, ['rev-parse', 'HEAD']).stdout.toString();
  const config = readFileSync(join(root, '.git/config'), 'utf8');
  const data = await workspace.rollback({ checkpoint: target.id });
  const now = recordTree(root);
  const safety = await workspace.showCheckpoint(data.safety_checkpoint_id ?? '');
  const safe = capturedIn(root, safety.checkpoint.tree);
  expectAtMoment(now, target, safe, data);
  expectNothingLost(before, now, safe, data);
  expectCountsTrue(before, now, data);
  const touched = new Set(data.changed_paths.map(({ path }) => keyOf(path)));
  for (const [path, identity] of identities(root, now.keys())) {
    if (!touched.has(path)) expect(identity, path).to.equal(filesBefore.get(path));
  }
  if (data.staging_area.restored) expect(git(root, 'ls-files', '-s', '-z')).to.equal(target.index);
  expect(
    readFileSync(join(root, '.git/HEAD'), 'utf8') +
      tryGit(root, ['rev-parse', 'HEAD']).stdout.toString(),
  ).to.equal(head);
  expect(readFileSync(join(root, '.git/config'), 'utf8')).to.equal(config);
  expectNoLitter(root);
  await checkUndo(workspace, root, before, now, data);
}

async function checkUndo(
  workspace: Workspace,
  root: string,
  before: Map<string, string>,
  rolledBack: Map<string, string>,
  data: RollbackData,
): Promise<void> {
  const retired = data.retired.map(({ path }) => keyOf(path));
  await workspace.undo();
  const undone = recordTree(root);
  for (const path of new Set([...before.keys(), ...undone.keys()])) {
    if (isBelowAny(path, retired) || isAboveAny(path, retired)) continue;
    expect(undone.get(path), `after undo: ${path}`).to.equal(before.get(path));
  }
  await workspace.redo();
  if (retired.length === 0) expect(recordTree(root)).to.deep.equal(rolledBack);
  expectNoLitter(root);
}

/** Has checkpoints go by what a watch is told; what comes back ends that. */
async function startWatch(root: string): Promise<() => Promise<void>> {
  git(root, 'config', 'piton.residentScan', 'true');
  const watcher = await openWorkspace({ directory: root, engine: 'embedded', home: TEST_HOME });
  const stop = new AbortController();
  let isFirstTaken = false;
  const onCheckpoint = (): void => void (isFirstTaken = true);
  const ended = watcher.watch({ signal: stop.signal, everySeconds: 86_400, onCheckpoint });
  while (!existsSync(join(root, '.git/piton/last-look'))) {
    await delay(5);
    // On a busy machine it may have gone by no answer, which came too late.
    if (isFirstTaken) await watcher.createCheckpoint({ always: true });
  }
  return async () => {
    stop.abort();
    await ended;
    await watcher.close();
  };
}

type Setting = 'native' | 'embedded' | 'watched';

async function story(
  setting: Setting,
  first: Change[],
  rounds: Change[][],
  which: number,
): Promise<void> {
  const root = makeRepository();
  const endWatch = setting === 'watched' ? await startWatch(root) : null;
  const workspace = await openWorkspace({
    directory: root,
    engine: setting === 'native' ? setting : 'embedded',
    home: TEST_HOME,
  });
  try {
    for (const one of first) apply(root, one);
    const moments: Moment[] = [];
    for (const round of rounds) {
      moments.push(await takeMoment(workspace, root));
      for (const one of round) apply(root, one);
    }
    const target = moments[which % moments.length];
    if (target !== undefined) await checkRollback(workspace, root, target);
    assertFsckClean(root);
  } finally {
    await endWatch?.();
    await workspace.close();
    removeTempDirectory(root);
  }
}

const SETTINGS: Record<Setting, string> = {
  embedded: 'with the embedded engine',
  native: 'with the native engine',
  watched: 'from checkpoints by what a watch was told',
};

for (const setting of ['embedded', 'native', 'watched'] as const) {
  describe(`a rollback of any tree, ${SETTINGS[setting]}`, function () {
    this.timeout(10 * 60_000);

    it('brings back every byte, loses nothing, and can be undone and redone', async () => {
      const runs = setting === 'embedded' ? RUNS : Math.ceil(RUNS / 3);
      await fc.assert(
        fc.asyncProperty(
          changes(20),
          fc.array(changes(10), { minLength: 1, maxLength: 3 }),
          fc.nat({ max: 10 }),
          (first, rounds, which) => story(setting, first, rounds, which),
        ),
        { numRuns: runs, endOnFailure: false },
      );
    });
  });
}
