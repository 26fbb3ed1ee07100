import { expect } from 'chai';
import { removeTempDirectory } from '../helpers/temp.js';
import {
  RECORDS,
  ROLLBACKS,
  templateOf,
  withoutSharedBeginning,
  workspaceFor,
  type Operation,
} from './operations.js';
import { piton, withLibrary } from './piton.js';
import { fileTimes, record, type Recorded } from './record.js';
import { assertTidy, settle } from './settle.js';
import { findPoints, runAndKill, type Point } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';

interface Ends {
  template: string;
  after: Recorded;
  undone: number;
  done: number;
}

describe('a kill at every call that changes something', function () {
  this.timeout(10 * 60_000);

  for (const operation of [...ROLLBACKS, ...RECORDS]) {
    it(`during ${operation.name}: the next command finds it done, or not begun`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      const program = piton(finished, operation.args, operation.engine);
      // What a kill while it waits for the disk leaves is what a kill at the next change leaves.
      const withFlushes = operation.name === 'rollback';
      const found = await findPoints(program, [finished], { withFlushes });
      const points = withoutSharedBeginning(operation, found);
      const ends: Ends = { template, after: record(finished), undone: 0, done: 0 };
      await twoAtATime(points, (point) => strike(operation, point, ends));
      const { undone, done } = ends;
      console.log(`      ${points.length} of ${found.length}: ${undone} not begun, ${done} done`);
      expect(points.length).to.be.greaterThan(5);
      expect(undone).to.be.greaterThan(0);
      expect(done).to.be.greaterThan(0);
    });
  }
});

const ATTEMPTS = 5;

/** How many files are opened varies a little: past the last one, it is the one before. */
async function strike(operation: Operation, point: Point, ends: Ends): Promise<void> {
  let { number } = point;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await strikeAt(operation, { ...point, number }, ends)) return;
    if (point.call === 'openat') number--;
  }
  throw new Error(`the program never came to ${point.call} ${point.number}: ${point.args}`);
}

/** Gives whether the call was made, and so the program killed. */
async function strikeAt(operation: Operation, point: Point, ends: Ends): Promise<boolean> {
  const workspace = await workspaceFor(operation, ends.template);
  const at = `${point.call} ${point.number}: ${point.args}`;
  const outcomes = { before: record(workspace), times: fileTimes(workspace), after: ends.after };
  const end = await runAndKill(piton(workspace, operation.args, operation.engine), point);
  if (!end.isStruck) return false;
  const isDone = operation.isFirst
    ? await settleFirst(workspace, ends, at)
    : await settle(workspace, outcomes, at);
  ends[isDone ? 'done' : 'undone']++;
  removeTempDirectory(workspace);
  return true;
}

/** Trying again makes what was to be made, once. */
async function settleFirst(workspace: string, ends: Ends, at: string): Promise<boolean> {
  await withLibrary(workspace, async (library) => {
    if (library.root !== null) await library.listPlans();
  });
  const found = record(workspace);
  const isDone = found.plans.length > 0 || found.refs.length > 0;
  if (isDone) expect(found, at).to.deep.equal(ends.after);
  await withLibrary(workspace, (library) => library.createCheckpoint());
  expect(record(workspace), at).to.deep.equal(ends.after);
  assertTidy(workspace, at);
  return isDone;
}
