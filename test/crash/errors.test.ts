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
import { documentIn, piton } from './piton.js';
import { fileTimes, record, type Recorded } from './record.js';
import { isDone, settle } from './settle.js';
import { findPoints, runAndFail, type Point } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';

/** What each error is called on the outside. */
const CODE_BY_ERROR = {
  ENOSPC: 'NO_SPACE',
  EACCES: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  EIO: 'IO_FAILED',
  EMFILE: 'IO_FAILED',
} as const;

type SystemError = keyof typeof CODE_BY_ERROR;

/** What each call may fail with. */
function errorsOf(call: string): readonly SystemError[] {
  if (call === 'openat') return ['EMFILE', 'ENOSPC', 'EACCES', 'EROFS', 'EIO'];
  if (/^(?:p?write|fsync|fdatasync)/.test(call)) return ['ENOSPC', 'EIO'];
  if (/^(?:unlink|rmdir|f?chmod|utimens)/.test(call)) return ['EACCES', 'EROFS', 'EIO'];
  return ['ENOSPC', 'EACCES', 'EROFS', 'EIO'];
}

/** Calls without which an operation is done all the same, and why that is right. */
const DISPENSABLE = {
  'an object that cannot be made to look new is written again': /^utimensat.*\/objects\//,
  'a cache is made again': /\/piton\/(?:stat-cache|disk-cost)/,
  'the file of the plan is replaced, only its folder not brought to the disk':
    /^fsync.*\/piton\/plans>\)/,
  'what an earlier rollback retired goes with a later one':
    /^(?:unlink\("[^"]*\/\d+"|rmdir\("[^"]*\/old")\)/,
  'a lock, or an empty folder of refs, is removed at the second try': new RegExp(
    '^(?:unlink.*/(?:[0-9A-Z]{26}|packed-refs|HEAD)\\.lock"|rmdir.*/(?:checkpoint|state)")\\)',
  ),
  'it stands, and the next command clears up': new RegExp(
    '^(?:unlink|rmdir|mkdir|rename).*(?:/pending-checkpoint"|/piton/lock"|/journal"\\)|/index"\\)' +
      '|/[0-9A-Z]{26}"[,)])',
  ),
};

interface Failure {
  point: Point;
  error: SystemError;
}

/** The repository that is made for the first checkpoint may stay. */
const ALONE = RECORDS.filter(({ isFirst }) => isFirst !== true);

interface Ends {
  template: string;
  after: Recorded;
  refused: number;
  done: number;
}

/** One error for each call; every kind of call meets all that it may fail with in turn. */
function failuresAt(points: readonly Point[]): Failure[] {
  const turns = new Map<string, number>();
  return points.map((point) => {
    const turn = turns.get(point.call) ?? 0;
    turns.set(point.call, turn + 1);
    const errors = errorsOf(point.call);
    return { point, error: errors[turn % errors.length] ?? 'EIO' };
  });
}

describe('an error of every call that changes something', function () {
  this.timeout(10 * 60_000);

  for (const operation of [...ROLLBACKS, ...ALONE]) {
    it(`during ${operation.name}: it says so, and all is as before`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      const program = piton(finished, operation.args, operation.engine);
      const found = await findPoints(program, [finished], { withFlushes: true });
      const failures = failuresAt(withoutSharedBeginning(operation, found));
      const ends: Ends = { template, after: record(finished), refused: 0, done: 0 };
      await twoAtATime(failures, (failure) => fail(operation, failure, ends));
      const { refused, done } = ends;
      console.log(`      ${failures.length} of ${found.length}: ${refused} refused, ${done} done`);
      expect(refused).to.be.greaterThan(0);
    });
  }
});

/**
 * A number that varies has come to a call that is about no file: Node waking its threads, which
 * it cannot do without, or the result being told.
 */
const OF_NO_FILE = /<(?:anon_inode|socket|pipe):/;

/** With `back`, there were fewer such calls than in the first run: one before them is to fail. */
async function fail(
  operation: Operation,
  { point, error }: Failure,
  ends: Ends,
  back = false,
): Promise<void> {
  expect(point.number, `${point.call}: none was made to fail`).to.be.greaterThan(0);
  const workspace = await workspaceFor(operation, ends.template);
  const outcomes = { before: record(workspace), times: fileTimes(workspace), after: ends.after };
  const program = piton(workspace, operation.args, operation.engine);
  const { status, stdout, failed } = await runAndFail(program, point, error);
  const isPast = back || failed.length === 0;
  if (failed.length === 0 || failed.some((line) => OF_NO_FILE.test(line))) {
    removeTempDirectory(workspace);
    const other = { ...point, number: point.number + (isPast ? -1 : 1) };
    return await fail(operation, { point: other, error }, ends, isPast);
  }
  const at = `${error} of ${point.call} ${point.number}: ${failed.join('; ')}`;
  const goesOn = status === 1 && operation.isDeletion === true;
  const done = goesOn ? false : isDone(workspace, outcomes, at);
  expect(status, `${at}\n${stdout}`).to.equal(done ? 0 : 1);
  if (done) for (const line of failed) expect(isDispensable(line), at).to.equal(true);
  else expect(documentIn(stdout)?.error?.code, at).to.equal(CODE_BY_ERROR[error]);
  const later = await settle(workspace, outcomes, at);
  if (!goesOn) expect(later, `${at}: later`).to.equal(done);
  ends[done ? 'done' : 'refused']++;
  removeTempDirectory(workspace);
}

function isDispensable(line: string): boolean {
  const call = line.replace(/^\d+ +/, '');
  return Object.values(DISPENSABLE).some((form) => form.test(call));
}
