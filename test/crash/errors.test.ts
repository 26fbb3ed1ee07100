import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeTempDirectory } from '../helpers/temp.js';
import {
  programOf,
  RECORDS,
  ROLLBACKS,
  templateOf,
  withoutSharedBeginning,
  workspaceFor,
} from './operations.js';
import { documentIn } from './piton.js';
import type { Point } from './points.js';
import { record } from './record.js';
import { isDone, settle, settleOneByOne } from './settle.js';
import { findPoints, runAndFail } from './strace.js';
import { strikeIn, type Course } from './struck.js';
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
  'what an earlier rollback retired goes with a later one': new RegExp(
    '^(?:unlink\\("[^"]*/\\d+"|(?:rmdir|mkdir)\\("[^"]*/old"(?:, 0777)?)\\)' +
      '|^fsync.*/piton/trash/[0-9A-Z]{26}>\\)',
  ),
  'a lock, or an empty folder of refs, is removed at the second try': new RegExp(
    '^(?:unlink.*/(?:[0-9A-Z]{26}|packed-refs|HEAD)\\.lock"|rmdir.*/(?:checkpoint|state)")\\)',
  ),
  'refs that are not packed are deleted by who may not lock packed-refs, too':
    /^openat.*\/packed-refs\.lock".* = -1 (?:EACCES|EROFS) /,
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

interface Ends extends Course {
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
  this.timeout(15 * 60_000);

  for (const operation of [...ROLLBACKS, ...ALONE]) {
    it(`during ${operation.name}: it says so, and all is as before`, async () => {
      const template = templateOf(operation);
      const finished = await workspaceFor(operation, template);
      const program = programOf(operation, finished);
      const found = await findPoints(program, [finished], { withFlushes: true });
      const failures = failuresAt(withoutSharedBeginning(operation, found));
      const ends: Ends = { operation, template, after: record(finished), refused: 0, done: 0 };
      await twoAtATime(failures, (failure) => fail(failure, ends));
      const { refused, done } = ends;
      console.log(`      ${failures.length} of ${found.length}: ${refused} refused, ${done} done`);
      expect(refused).to.be.greaterThan(0);
    });
  }
});

async function fail({ point, error }: Failure, ends: Ends): Promise<void> {
  const { operation } = ends;
  const struck = await strikeIn(ends, point, (program, aimed) => runAndFail(program, aimed, error));
  const { workspace, outcomes, status, stdout, failed } = struck;
  const at = `${error} of ${point.call} ${point.number}: ${failed.join('; ')}`;
  const goesOn = status === 1 && (operation.isDeletion === true || operation.isOneByOne === true);
  const done = goesOn ? false : isDone(workspace, outcomes, at);
  expect(status, `${at}\n${stdout}`).to.equal(done ? 0 : 1);
  // Past the commit point the next command does what is left, whatever it is.
  const isLeft = existsSync(join(workspace, '.git/piton/journal.committed'));
  if (done) for (const line of failed) expect(isLeft || isDispensable(line), at).to.equal(true);
  else expect(documentIn(stdout)?.error?.code, at).to.equal(CODE_BY_ERROR[error]);
  if (operation.isOneByOne) {
    await settleOneByOne(workspace, operation.args(workspace), outcomes, at);
  } else {
    const later = await settle(workspace, outcomes, at);
    if (!goesOn) expect(later, `${at}: later`).to.equal(done);
  }
  ends[done ? 'done' : 'refused']++;
  removeTempDirectory(workspace);
}

function isDispensable(line: string): boolean {
  const call = line.replace(/^\d+ +/, '');
  return Object.values(DISPENSABLE).some((form) => form.test(call));
}
