import { expect } from 'chai';
import { removeTempDirectory } from '../helpers/temp.js';
import {
  CHECKPOINT,
  CORRECTION,
  DECISION,
  DELETION,
  programOf,
  PRUNE,
  ROLLBACK,
  ROLLBACK_WITH_HEAD,
  templateOf,
  UNDO,
  UNDO_OF_CORRECTION,
  workspaceFor,
  type Operation,
} from './operations.js';
import { piton } from './piton.js';
import type { Point } from './points.js';
import { record } from './record.js';
import { settle, settleOneByOne } from './settle.js';
import { findPoints, hit, runAndKill } from './strace.js';
import { strikeIn, type Course } from './struck.js';
import { twoAtATime } from './two-at-a-time.js';

/** Where the first kill strikes, among the calls of an operation. */
interface FirstKill {
  name: string;
  operation: Operation;
  isDone: boolean;
  choose: (points: readonly Point[]) => number;
}

/** The place of the rename that gives a file of the state directory its name. */
function renameTo(points: readonly Point[], name: string): number {
  return points.findIndex(({ call, args }) => call === 'rename' && args.includes(`/${name}")`));
}

function halfOfSteps(points: readonly Point[]): number {
  const begun = renameTo(points, 'piton/journal');
  return Math.floor((begun + renameTo(points, 'piton/journal.committed')) / 2);
}

const allSteps = (points: readonly Point[]): number => renameTo(points, 'piton/journal.committed');
const theCommit = (points: readonly Point[]): number => allSteps(points) + 1;

/** The places right after refs have changed: what is moved or deleted there is named after ids. */
function afterRefs(points: readonly Point[]): number[] {
  return points.flatMap(({ call, what }, index) => {
    const isMade = call === 'rename' && what === '"/fd/ID.lock","/fd/ID"';
    const isDeleted = call === 'unlink' && what === '"/fd/ID"';
    return isMade || isDeleted ? [index + 1] : [];
  });
}

const firstRef = (points: readonly Point[]): number => afterRefs(points)[0] ?? -1;
const lastRef = (points: readonly Point[]): number => afterRefs(points).at(-1) ?? -1;

const FIRST_KILLS: readonly FirstKill[] = [
  { name: 'half of the steps', operation: ROLLBACK, isDone: false, choose: halfOfSteps },
  {
    name: 'all steps and the move of HEAD',
    operation: ROLLBACK_WITH_HEAD,
    isDone: false,
    choose: allSteps,
  },
  { name: 'the commit point', operation: ROLLBACK, isDone: true, choose: theCommit },
  { name: 'half of the steps of an undo', operation: UNDO, isDone: false, choose: halfOfSteps },
  { name: 'half of a correction', operation: CORRECTION, isDone: false, choose: halfOfSteps },
  { name: 'the commit of a correction', operation: CORRECTION, isDone: true, choose: theCommit },
  {
    name: 'half of taking a correction back',
    operation: UNDO_OF_CORRECTION,
    isDone: false,
    choose: halfOfSteps,
  },
  { name: "a checkpoint's first ref", operation: CHECKPOINT, isDone: false, choose: firstRef },
  { name: "a checkpoint's refs", operation: CHECKPOINT, isDone: true, choose: lastRef },
  { name: "a decision's checkpoint", operation: DECISION, isDone: false, choose: lastRef },
  { name: 'the ref of a deleted one', operation: DELETION, isDone: true, choose: firstRef },
  { name: 'the first ref of a prune', operation: PRUNE, isDone: false, choose: firstRef },
];

interface Trial extends Course {
  isDone: boolean;
  first: Point;
}

async function strikeAgain(trial: Trial, second: Point): Promise<void> {
  const { first } = trial;
  const at = `${first.call} ${first.number}, then ${second.call} ${second.number}: ${second.args}`;
  const { workspace, outcomes } = await hit(second, async (aimed) => {
    const killed = await strikeIn(trial, first, runAndKill);
    const { missed } = await runAndKill(piton(killed.workspace, ['recover']), aimed);
    if (missed !== null) removeTempDirectory(killed.workspace);
    return { ...killed, missed };
  });
  if (trial.operation.isOneByOne) {
    await settleOneByOne(workspace, trial.operation.args(workspace), outcomes, at);
  } else {
    expect(await settle(workspace, outcomes, at), at).to.equal(trial.isDone);
  }
  removeTempDirectory(workspace);
}

describe('a kill at every call of the recovery after a kill', function () {
  this.timeout(15 * 60_000);

  for (const { name, operation, isDone, choose } of FIRST_KILLS) {
    it(`after ${name}: the command after that ends it the same way`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      const points = await findPoints(programOf(operation, finished), [finished]);
      const first = points[choose(points)];
      if (first === undefined) throw new Error('there is no such point');
      const trial: Trial = { operation, template, after: record(finished), first, isDone };
      const { workspace } = await strikeIn(trial, first, runAndKill);
      const seconds = await findPoints(piton(workspace, ['recover']), [workspace]);
      await twoAtATime(seconds, (second) => strikeAgain(trial, second));
      console.log(`      ${seconds.length} points after ${first.call} ${first.args}`);
      expect(seconds.length).to.be.greaterThan(5);
    });
  }
});
