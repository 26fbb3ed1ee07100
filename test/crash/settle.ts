import { expect } from 'chai';
import { assertFsckClean } from '../helpers/git.js';
import { withLibrary } from './piton.js';
import { fileTimes, isSame, leftovers, record, type Recorded } from './record.js';

/** What a workspace may be found as. */
export interface Outcomes {
  before: Recorded;
  /** Of the files, before. */
  times: Record<string, string>;
  after: Recorded;
}

/** Whether it is exactly as after the operation; otherwise it must be exactly as before. */
export function isDone(workspace: string, { before, times, after }: Outcomes, at: string): boolean {
  const found = record(workspace);
  if (isSame(found, after)) return true;
  expect(found, at).to.deep.equal(before);
  expect(fileTimes(workspace), at).to.deep.equal(times);
  return false;
}

/** The next command is one that only reads, and the one after it one that writes. */
export async function settle(workspace: string, outcomes: Outcomes, at: string): Promise<boolean> {
  await withLibrary(workspace, (library) => library.listPlans());
  const done = isDone(workspace, outcomes, at);
  await withLibrary(workspace, (library) => library.recover());
  assertTidy(workspace, at);
  return done;
}

export function assertTidy(workspace: string, at: string): void {
  expect(leftovers(workspace), at).to.deep.equal([]);
  assertFsckClean(workspace);
}
