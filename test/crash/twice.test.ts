import { expect } from 'chai';
import { removeTempDirectory } from '../helpers/temp.js';
import { ROLLBACK, ROLLBACK_WITH_HEAD, templateOf, type Operation } from './operations.js';
import { piton } from './piton.js';
import { fileTimes, record, type Recorded } from './record.js';
import { settle } from './settle.js';
import { findPoints, runAndKill, type Point } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';
import { copyOf } from './workspace.js';

/** Where the first kill strikes, among the calls of an operation. */
interface FirstKill {
  name: string;
  operation: Operation;
  isDone: boolean;
  choose: (places: Places) => number;
}

interface Places {
  /** The journal gets its name. */
  begun: number;
  /** It gets its second name. */
  committed: number;
}

const FIRST_KILLS: readonly FirstKill[] = [
  {
    name: 'half of the steps',
    operation: ROLLBACK,
    isDone: false,
    choose: ({ begun, committed }) => Math.floor((begun + committed) / 2),
  },
  {
    name: 'all steps and the move of HEAD',
    operation: ROLLBACK_WITH_HEAD,
    isDone: false,
    choose: ({ committed }) => committed,
  },
  {
    name: 'the commit point',
    operation: ROLLBACK,
    isDone: true,
    choose: ({ committed }) => committed + 1,
  },
];

function placesIn(points: readonly Point[]): Places {
  const renamedTo = (name: string): number =>
    points.findIndex(({ call, args }) => call === 'rename' && args.includes(`/piton/${name}")`));
  return { begun: renamedTo('journal'), committed: renamedTo('journal.committed') };
}

interface Trial extends Pick<FirstKill, 'operation' | 'isDone'> {
  template: string;
  first: Point;
  after: Recorded;
}

/** A workspace in which the operation was killed at its first point. */
async function killed({ template, operation, first }: Trial): Promise<string> {
  const workspace = await copyOf(template);
  const { isStruck } = await runAndKill(piton(workspace, operation.args), first);
  expect(isStruck, `${first.call} ${first.number}`).to.equal(true);
  return workspace;
}

async function strikeAgain(trial: Trial, second: Point): Promise<void> {
  const at = `${trial.first.call} ${trial.first.number}, then ${second.call} ${second.number}`;
  const before = record(trial.template);
  const times = fileTimes(trial.template);
  const workspace = await killed(trial);
  await runAndKill(piton(workspace, ['recover']), second);
  const done = await settle(workspace, { before, times, after: trial.after }, at);
  expect(done, at).to.equal(trial.isDone);
  removeTempDirectory(workspace);
}

describe('a kill at every call of the recovery after a kill', function () {
  this.timeout(10 * 60_000);

  for (const { name, operation, isDone, choose } of FIRST_KILLS) {
    it(`after ${name}: the command after that ends it the same way`, async () => {
      const template = templateOf(operation);
      const finished = await copyOf(template);
      const points = await findPoints(piton(finished, operation.args), [finished]);
      const first = points[choose(placesIn(points))];
      if (first === undefined) throw new Error('there is no such point');
      const trial: Trial = { template, operation, first, isDone, after: record(finished) };
      const recovered = await killed(trial);
      const seconds = await findPoints(piton(recovered, ['recover']), [recovered]);
      await twoAtATime(seconds, (second) => strikeAgain(trial, second));
      console.log(`      ${seconds.length} points`);
      expect(seconds.length).to.be.greaterThan(5);
    });
  }
});
