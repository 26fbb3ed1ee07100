import { expect } from 'chai';
import { removeTempDirectory } from '../helpers/temp.js';
import {
  programOf,
  RECORDS,
  ROLLBACKS,
  templateOf,
  withoutSharedBeginning,
  workspaceFor,
} from './operations.js';
import { withLibrary } from './piton.js';
import type { Point } from './points.js';
import { record } from './record.js';
import { assertTidy, settle, settleByProgram, settleOneByOne, type Outcomes } from './settle.js';
import { findPoints, isOfOtherThread, runAndKill } from './strace.js';
import { strikeIn, type Course } from './struck.js';
import { twoAtATime } from './two-at-a-time.js';

/** One of so many strikes is settled by the program, whose messages are looked at too. */
const BY_PROGRAM = 10;

interface Ends extends Course {
  tried: number;
  undone: number;
  /** Some of what was to be done one by one. */
  partly: number;
  done: number;
}

describe('a kill at every call that changes something', function () {
  this.timeout(15 * 60_000);

  for (const operation of [...ROLLBACKS, ...RECORDS]) {
    it(`during ${operation.name}: the next command finds it done, or not begun`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      // What a kill while it waits for the disk leaves is what a kill at the next change leaves.
      const withFlushes = operation.name === 'rollback';
      const program = programOf(operation, finished);
      const all = await findPoints(program, [finished], { withFlushes });
      const found = all.filter((point) => !isOfOtherThread(point));
      const isWhole = operation.isMain === true;
      const points = isWhole ? found : withoutSharedBeginning(operation, found);
      const after = record(finished);
      const ends: Ends = { operation, template, after, tried: 0, undone: 0, partly: 0, done: 0 };
      await twoAtATime(points, (point) => strike(point, ends));
      const { undone, partly, done } = ends;
      const counts = `${undone} not begun, ${done} done${partly > 0 ? `, ${partly} in part` : ''}`;
      console.log(`      ${points.length} of ${found.length}: ${counts}`);
      expect(points.length).to.be.greaterThan(5);
      expect(undone).to.be.greaterThan(0);
      expect(done).to.be.greaterThan(0);
    });
  }
});

async function strike(point: Point, ends: Ends): Promise<void> {
  const { workspace, outcomes } = await strikeIn(ends, point, runAndKill);
  const { operation } = ends;
  const at = `${point.call} ${point.number}: ${point.args}`;
  const isByProgram = ends.tried++ % BY_PROGRAM === 0;
  if (operation.isFirst) {
    ends[await settleFirst(workspace, outcomes, at)]++;
  } else if (operation.isOneByOne) {
    ends[await settleOneByOne(workspace, operation.args(workspace), outcomes, at)]++;
  } else {
    const isDone = isByProgram
      ? settleByProgram(workspace, outcomes, at)
      : await settle(workspace, outcomes, at);
    ends[isDone ? 'done' : 'undone']++;
  }
  removeTempDirectory(workspace);
}

/** Trying again makes what was to be made, once. */
async function settleFirst(
  workspace: string,
  { after }: Outcomes,
  at: string,
): Promise<'done' | 'undone'> {
  await withLibrary(workspace, async (library) => {
    if (library.root !== null) await library.listPlans();
  });
  const found = record(workspace);
  const isDone = found.plans.length > 0 || found.refs.length > 0;
  if (isDone) expect(found, at).to.deep.equal(after);
  await withLibrary(workspace, (library) => library.createCheckpoint());
  expect(record(workspace), at).to.deep.equal(after);
  assertTidy(workspace, at);
  return isDone ? 'done' : 'undone';
}
