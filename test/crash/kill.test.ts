import { expect } from 'chai';
import { assertFsckClean } from '../helpers/git.js';
import { findPoints, runAndKill, type Point } from './strace.js';
import {
  copyOf,
  leftovers,
  makeWorkspace,
  piton,
  record,
  runPiton,
  type Recorded,
} from './workspace.js';
import { removeTempDirectory } from '../helpers/temp.js';

interface Operation {
  name: string;
  args: readonly string[];
  /** What brings a fresh workspace to where the operation begins. */
  before: readonly (readonly string[])[];
}

const OPERATIONS: readonly Operation[] = [
  { name: 'rollback', args: ['rollback'], before: [] },
  { name: 'checkpoint', args: ['checkpoint', '-m', 'another'], before: [] },
  { name: 'plan update', args: ['plan', 'set', 'crash', '--phase', 'review'], before: [] },
  { name: 'step', args: ['step', '--done', '0', '--status', 'failed'], before: [] },
  { name: 'undo', args: ['undo'], before: [['rollback']] },
];

function sameAs(found: Recorded, expected: Recorded): boolean {
  return JSON.stringify(found) === JSON.stringify(expected);
}

describe('a kill at every call that changes something', function () {
  this.timeout(30 * 60_000);

  for (const { name, args, before } of OPERATIONS) {
    it(`during ${name}: the next command finds it done, or not begun`, () => {
      const template = makeWorkspace();
      for (const one of before) runPiton(template, ...one);
      const then = record(template);
      const finished = copyOf(template);
      const points = findPoints(piton(finished, ...args), [finished]);
      const after = record(finished);
      const ends = { undone: 0, done: 0 };
      for (const point of points) strike(template, args, point, { then, after }, ends);
      console.log(`      ${points.length} points: ${ends.undone} before, ${ends.done} after`);
      expect(points.length).to.be.greaterThan(10);
      expect(ends.undone).to.be.greaterThan(0);
      expect(ends.done).to.be.greaterThan(0);
    });
  }
});

function strike(
  template: string,
  args: readonly string[],
  point: Point,
  { then, after }: { then: Recorded; after: Recorded },
  ends: { undone: number; done: number },
): void {
  const workspace = copyOf(template);
  const at = `${point.call} ${point.number}`;
  runAndKill(piton(workspace, ...args), point);
  const next = runPiton(workspace, 'plan', 'show', 'crash');
  expect(next, at).to.have.property('ok', true);
  const found = record(workspace);
  const isDone = sameAs(found, after);
  if (!isDone) expect(found, at).to.deep.equal(then);
  ends[isDone ? 'done' : 'undone']++;
  expect(runPiton(workspace, 'plan', 'use', 'crash'), at).to.have.property('ok', true);
  expect(leftovers(workspace), at).to.deep.equal([]);
  assertFsckClean(workspace);
  removeTempDirectory(workspace);
}
