import { expect } from 'chai';
import { assertFsckClean } from '../helpers/git.js';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';
import { piton, runPiton, withLibrary, type Engine } from './piton.js';
import { fileTimes, leftovers, record, type Recorded } from './record.js';
import { findPoints, runAndKill, type Point } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';
import { commitElsewhere, copyOf, fill, makeWorkspace } from './workspace.js';

interface Operation {
  name: string;
  args: readonly string[];
  engine?: Engine;
  /** Makes the workspace that the operation begins in; a common one when not given. */
  begin?: () => string;
  /** It makes the repository too, which may stay without a checkpoint. */
  isFirst?: boolean;
}

function after(...commands: (readonly string[])[]): () => string {
  return () => {
    const root = makeWorkspace();
    for (const command of commands) runPiton(root, ...command);
    return root;
  };
}

function withMovedHead(): string {
  const root = makeWorkspace();
  commitElsewhere(root);
  return root;
}

function withoutRepository(): string {
  const root = tempDirectory();
  fill(root);
  return root;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'rollback', args: ['rollback'] },
  { name: 'rollback with git', args: ['rollback'], engine: 'native' },
  { name: 'rollback --head', args: ['rollback', '--head'], begin: withMovedHead },
  { name: 'rollback --path', args: ['rollback', '--path', 'edited.txt', '--path', 'becomes-link'] },
  { name: 'undo', args: ['undo'], begin: after(['rollback']) },
  { name: 'redo', args: ['redo'], begin: after(['rollback'], ['undo']) },
  { name: 'checkpoint', args: ['checkpoint', '-m', 'another'] },
  { name: 'the first checkpoint', args: ['checkpoint'], begin: withoutRepository, isFirst: true },
  { name: 'checkpoint name', args: ['plan', 'checkpoint', 'name', 'crash', 'latest', 'good'] },
  {
    name: 'checkpoint delete',
    args: ['plan', 'checkpoint', 'delete', 'crash', 'latest'],
    begin: after(['checkpoint', '-m', 'to be deleted']),
  },
  { name: 'plan set', args: ['plan', 'set', 'crash', '--phase', 'review'] },
  { name: 'step', args: ['step', '--done', '0', '--status', 'failed'] },
  { name: 'plan delete', args: ['plan', 'delete', 'crash', '--yes'] },
];

interface Ends {
  template: string;
  before: Recorded;
  after: Recorded;
  undone: number;
  done: number;
}

function isSame(found: Recorded, expected: Recorded): boolean {
  return JSON.stringify(found) === JSON.stringify(expected);
}

describe('a kill at every call that changes something', function () {
  this.timeout(10 * 60_000);

  for (const operation of OPERATIONS) {
    it(`during ${operation.name}: the next command finds it done, or not begun`, async () => {
      const { args, engine, begin = makeWorkspace } = operation;
      const template = begin();
      const finished = await copyOf(template);
      const points = await findPoints(piton(finished, args, engine), [finished]);
      const before = record(template);
      const ends: Ends = { template, before, after: record(finished), undone: 0, done: 0 };
      await twoAtATime(points, (point) => strike(operation, point, ends));
      console.log(`      ${points.length} points: ${ends.undone} before, ${ends.done} after`);
      expect(points.length).to.be.greaterThan(5);
      expect(ends.undone).to.be.greaterThan(0);
      expect(ends.done).to.be.greaterThan(0);
    });
  }
});

async function strike(operation: Operation, point: Point, ends: Ends): Promise<void> {
  const workspace = await copyOf(ends.template);
  const at = `${point.call} ${point.number}`;
  await runAndKill(piton(workspace, operation.args, operation.engine), point);
  const isDone = operation.isFirst
    ? await settleFirst(workspace, ends, at)
    : await settle(workspace, ends, at);
  ends[isDone ? 'done' : 'undone']++;
  expect(leftovers(workspace), at).to.deep.equal([]);
  assertFsckClean(workspace);
  removeTempDirectory(workspace);
}

/** The next command is one that only reads, and the one after it one that writes. */
async function settle(workspace: string, ends: Ends, at: string): Promise<boolean> {
  await withLibrary(workspace, (library) => library.listPlans());
  const found = record(workspace);
  const isDone = isSame(found, ends.after);
  if (!isDone) {
    expect(found, at).to.deep.equal(ends.before);
    expect(fileTimes(workspace), at).to.deep.equal(fileTimes(ends.template));
  }
  await withLibrary(workspace, (library) => library.recover());
  return isDone;
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
  return isDone;
}
