import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/api/open.js';
import type { OpenOptions } from '../../src/api/types.js';
import type { DoctorData } from '../../src/api/data.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import type { Plan } from '../../src/plan/types.js';
import { git, makeRepository, TEST_HOME } from '../helpers/git.js';

export interface Prepared {
  root: string;
  stateDir: string;
  planId: string;
  /** Oldest first. */
  ids: string[];
  warnings: Warning[];
  workspace: Workspace;
}

/** A handle on a workspace as the tests need it: embedded unless told, and never waiting. */
export async function open(
  root: string,
  options: Partial<OpenOptions> = {},
  warnings: Warning[] = [],
): Promise<Workspace> {
  return openWorkspace({
    directory: root,
    engine: 'embedded',
    home: TEST_HOME,
    systemConfig: null,
    lockTimeoutMs: 0,
    durability: 'fast',
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
}

/** A repository with a commit, a plan and two checkpoints that share most of their objects. */
export async function prepare(options: Partial<OpenOptions> = {}): Promise<Prepared> {
  const root = makeRepository();
  writeFileSync(join(root, 'shared.txt'), 'in both\n');
  writeFileSync(join(root, 'changing.txt'), 'first\n');
  git(root, 'add', 'shared.txt');
  git(root, 'commit', '-q', '-m', 'begin');
  writeFileSync(join(root, 'staged.txt'), 'only staged\n');
  git(root, 'add', 'staged.txt');
  writeFileSync(join(root, 'staged.txt'), 'and then changed\n');
  const warnings: Warning[] = [];
  const workspace = await open(root, options, warnings);
  const { plan_id: planId } = await workspace.createPlan({ name: 'one' });
  const first = await workspace.createCheckpoint();
  writeFileSync(join(root, 'changing.txt'), 'second\n');
  const second = await workspace.createCheckpoint();
  const ids = [first, second].map(({ checkpoint }) => checkpoint.checkpoint_id);
  const stateDir = join(root, '.git/piton');
  return { root, stateDir, planId, ids, warnings, workspace };
}

/** What an operation was refused with. */
export async function failure(work: Promise<unknown>): Promise<PitonError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

export function checkpointRef({ planId }: Prepared, id: string | undefined): string {
  return `refs/piton/checkpoint/${planId}/${String(id)}`;
}

export function stateRef({ planId }: Prepared, id: string | undefined): string {
  return `refs/piton/state/${planId}/${String(id)}`;
}

/** The file of a loose object, made writable. */
export function looseFile(root: string, oid: string): string {
  const path = join(root, '.git/objects', oid.slice(0, 2), oid.slice(2));
  execFileSync('chmod', ['u+w', path]);
  return path;
}

/** Every file of the repository and the worktree with its contents; what a mere look must keep. */
export function everything(root: string): Map<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'latin1') : 'not a file'];
    }),
  );
}

/** The worktree's files and the refs: what a repair must keep. */
export function kept(root: string): { files: Map<string, string>; refs: string[] } {
  const all = [...everything(root)];
  const files = new Map(all.filter(([path]) => !path.startsWith(join(root, '.git'))));
  return { files, refs: git(root, 'for-each-ref').split('\n') };
}

export type Problem = DoctorData['problems'][number];

/** What a doctor finds, whether or not it is serious. */
export async function examined(root: string, repair = false): Promise<DoctorData> {
  const workspace = await open(root);
  try {
    return await workspace.doctor({ repair });
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'STATE_DAMAGED') throw error;
    const data = error.details as unknown as DoctorData;
    expect(data.problems.some(isSerious), 'it is serious').to.equal(true);
    return data;
  } finally {
    await workspace.close();
  }
}

function isSerious({ severity, repaired }: Problem): boolean {
  return severity === 'must' && !repaired;
}

/** As check and severity, such as `refs must`. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map(({ check, severity }) => `${check} ${severity}`);
}

/**
 * What a doctor finds, having seen that looking changes nothing, that mending mends all of it and
 * keeps the worktree, and that there is nothing to mend afterwards.
 */
export async function mended(root: string): Promise<Problem[]> {
  const { problems } = await told(root);
  const worktree = kept(root).files;
  const { problems: repaired } = await examined(root, true);
  // Mending one problem can mend another one that came of it.
  expect(problems.map((problem) => ({ ...problem, repaired: true }))).to.deep.include.members(
    repaired,
  );
  expect(repaired.length).to.be.greaterThan(0);
  expect(kept(root).files).to.deep.equal(worktree);
  const after = everything(root);
  expect((await examined(root)).problems).to.deep.equal([]);
  expect((await examined(root, true)).problems).to.deep.equal([]);
  expect(everything(root)).to.deep.equal(after);
  return problems;
}

/** What a doctor finds, having seen that it changes nothing. */
export async function told(root: string): Promise<DoctorData> {
  const before = everything(root);
  const found = await examined(root);
  expect(found.problems.every(({ repaired }) => !repaired)).to.equal(true);
  expect(everything(root)).to.deep.equal(before);
  return found;
}

/** As `told`, having seen that mending leaves it all as it is, but for the lock. */
export async function onlyTold(root: string): Promise<Problem[]> {
  const { problems } = await told(root);
  const before = everything(root);
  expect((await examined(root, true)).problems).to.deep.equal(problems);
  expect(everything(root)).to.deep.equal(before);
  return problems;
}

/** The id of a process that has ended. */
export function deadPid(): number {
  const { pid } = spawnSync('true');
  return pid;
}

export function planFile({ stateDir }: Prepared, planId: string): string {
  return join(stateDir, 'plans', `${planId}.json`);
}

export function readPlanFile(prepared: Prepared, planId = prepared.planId): Plan {
  return JSON.parse(readFileSync(planFile(prepared, planId), 'utf8')) as Plan;
}
