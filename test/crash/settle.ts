import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git } from '../helpers/git.js';
import { withLibrary } from './piton.js';
import { fileTimes, isSame, leftovers, record, type Recorded } from './record.js';
import { tryPiton } from './trouble.js';

const COMMITTED = 'journal.committed';
const OUTCOMES = { journal: 'undone', [COMMITTED]: 'finished' } as const;

/** What a workspace may be found as. */
export interface Outcomes {
  before: Recorded;
  /** Of the files, before. */
  times: Record<string, string>;
  after: Recorded;
}

/**
 * Whether it is exactly as after the operation; otherwise it must be exactly as before. What an
 * archive says of itself is written last of all: by the next command, when it could not be.
 */
export function isDone(workspace: string, { before, times, after }: Outcomes, at: string): boolean {
  const found = record(workspace);
  const isUnfinished = existsSync(join(workspace, '.git/piton', COMMITTED));
  const { archives } = isUnfinished ? after : found;
  if (isSame({ ...found, archives }, after)) return true;
  expect(found, at).to.deep.equal(before);
  expect(fileTimes(workspace), at).to.deep.equal(times);
  return false;
}

/**
 * The next command is one that only reads, and the one after it one that writes. Both are the
 * library's in this process, which for what is on disk are as good as others.
 */
export async function settle(workspace: string, outcomes: Outcomes, at: string): Promise<boolean> {
  await withLibrary(workspace, (library) => library.listPlans());
  const done = isDone(workspace, outcomes, at);
  await withLibrary(workspace, (library) => library.recover());
  assertTidy(workspace, at);
  return done;
}

/** The next command is a program of its own, which says what it has done. */
export function settleByProgram(workspace: string, outcomes: Outcomes, at: string): boolean {
  const outcome = Object.entries(OUTCOMES)
    .filter(([name]) => existsSync(join(workspace, '.git/piton', name)))
    .map(([, ended]) => ended)
    .at(-1);
  const { status, document } = tryPiton(workspace, 'recover');
  expect(status, at).to.equal(0);
  expect(document.data, at).to.include({
    recovered: outcome !== undefined,
    outcome: outcome ?? null,
  });
  const codes = document.warnings?.map(({ code }) => code);
  expect(codes, at).to.deep.equal(outcome === undefined ? [] : ['RECOVERED']);
  const done = isDone(workspace, outcomes, at);
  assertTidy(workspace, at);
  return done;
}

export function assertTidy(workspace: string, at: string): void {
  expect(leftovers(workspace), at).to.deep.equal([]);
  assertFsckClean(workspace);
}

/** Every checkpoint is there whole or gone whole, and the same again does the rest. */
export async function settleOneByOne(
  workspace: string,
  args: readonly string[],
  { before, times, after }: Outcomes,
  at: string,
): Promise<'done' | 'undone' | 'partly'> {
  await withLibrary(workspace, (library) => library.recover());
  const idsOf = (kind: string): string[] =>
    git(workspace, 'for-each-ref', '--format=%(refname)', `refs/piton/${kind}`)
      .split('\n')
      .map((name) => name.replace(/.*\//, ''));
  expect(idsOf('state'), at).to.deep.equal(idsOf('checkpoint'));
  const { damaged } = await withLibrary(workspace, (library) => library.verify({ all: true }));
  expect(damaged, at).to.deep.equal([]);
  const found = record(workspace);
  assertTidy(workspace, at);
  const { status } = tryPiton(workspace, ...args);
  expect(status, at).to.equal(0);
  expect(record(workspace), at).to.deep.equal(after);
  expect(fileTimes(workspace), at).to.deep.equal(times);
  assertTidy(workspace, at);
  if (isSame(found, after)) return 'done';
  return isSame(found, before) ? 'undone' : 'partly';
}
