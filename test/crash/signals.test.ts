import { expect } from 'chai';
import { removeTempDirectory } from '../helpers/temp.js';
import {
  programOf,
  RECORDS,
  ROLLBACKS,
  templateOf,
  workspaceFor,
  type Operation,
} from './operations.js';
import { documentIn } from './piton.js';
import type { Point } from './points.js';
import { fileTimes, record, type Recorded } from './record.js';
import { assertTidy, isDone } from './settle.js';
import { findPoints, runAndSignal } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';

const STATUS_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** So many moments of each operation, spread over all of its calls. */
const MOMENTS = 8;

/** The repository that is made for the first checkpoint may stay. */
const ALONE = RECORDS.filter(({ isFirst }) => isFirst !== true);

interface Ends {
  template: string;
  after: Recorded;
  stopped: number;
  done: number;
}

describe('a signal to stop, in the middle of things', function () {
  this.timeout(15 * 60_000);

  for (const operation of [...ROLLBACKS, ...ALONE]) {
    it(`during ${operation.name}: it stops with all as before, or goes on to the end`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      const program = programOf(operation, finished);
      const points = await findPoints(program, [finished]);
      const moments = [...Array(MOMENTS).keys()].flatMap((moment) => {
        const point = points[Math.floor(((moment + 0.5) * points.length) / MOMENTS)];
        return point === undefined ? [] : [{ point, signal: SIGNALS[moment % 2] ?? 'SIGINT' }];
      });
      const ends: Ends = { template, after: record(finished), stopped: 0, done: 0 };
      await twoAtATime(moments, (moment) => interrupt(operation, moment, ends));
      console.log(`      ${moments.length} moments: ${ends.stopped} stopped, ${ends.done} done`);
    });
  }
});

interface Moment {
  point: Point;
  signal: (typeof SIGNALS)[number];
}

/** No command comes after: what is found is what the program itself left. */
async function interrupt(operation: Operation, moment: Moment, ends: Ends): Promise<void> {
  const { point, signal } = moment;
  const workspace = await workspaceFor(operation, ends.template);
  const at = `${signal} at ${point.call} ${point.number}: ${point.args}`;
  const outcomes = { before: record(workspace), times: fileTimes(workspace), after: ends.after };
  const program = programOf(operation, workspace);
  const { status, signal: endedBy, stdout } = await runAndSignal(program, point, signal);
  const done = isDone(workspace, outcomes, at);
  // One that comes when all is done and said ends what is left of Node.
  if (done && status === null) expect(endedBy, at).to.equal(signal);
  else expect(status, at).to.equal(done ? 0 : STATUS_BY_SIGNAL[signal]);
  expect(documentIn(stdout)?.ok, at).to.equal(done);
  assertTidy(workspace, at);
  ends[done ? 'done' : 'stopped']++;
  removeTempDirectory(workspace);
}
