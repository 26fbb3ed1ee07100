import { expect } from 'chai';
import type { Decision } from '../../src/plan/types.js';
import { contentsOf, type Position, type State } from './correction-state.js';

/** What a checkpoint is to bring back. */
export type Moment = Pick<State, 'files' | 'ignored' | 'staged' | 'position'>;

/** Steps without the checkpoint they were recorded with, which only exists afterwards. */
function withoutPointers(position: Position) {
  const steps = position.steps.map((step) => ({ ...step, checkpoint_id: null }));
  return { ...position, steps, last_checkpoint_id: null };
}

/** Whether a path is one of some artifacts, or lies in one. */
function isBelow(path: string, artifacts: readonly unknown[]): boolean {
  return artifacts.some((one) => path === one || path.startsWith(`${String(one)}/`));
}

/**
 * Ignored files stay as they were, but for those that a checkpoint looked at all the same (one that
 * was taken before an undo, for instance): these become what they were then.
 */
function expectIgnoredKept(before: State, now: State, then: Moment): void {
  for (const path of new Set([...before.ignored.keys(), ...now.ignored.keys()])) {
    const may = [before.ignored.get(path), then.ignored.get(path)];
    expect(may, path).to.include(now.ignored.get(path));
  }
}

/** A rollback: everything as at the moment, what is ignored as it was, one reversion more. */
export function expectRolledBack(before: State, now: State, then: Moment, id: string): void {
  expect(now.files).to.deep.equal(then.files);
  expect(now.staged).to.equal(then.staged);
  expect(withoutPointers(now.position)).to.deep.equal(withoutPointers(then.position));
  expect(now.position.last_checkpoint_id).to.equal(id);
  expectIgnoredKept(before, now, then);
  const { archives, corrections } = before;
  expect({ ...now }).to.deep.include({ archives, corrections });
  expect(now.reversions).to.equal(before.reversions + 1);
}

/** The decisions that fall with one: itself, and all after it that stand. */
export function fallenWith({ decisions }: Position, decision: Decision): Decision[] {
  const from = decisions.findIndex((one) => one.decision_id === decision.decision_id);
  return decisions.slice(from).filter(({ status }) => status !== 'reverted');
}

/** The plan's position after a correction, given the one at the decision's checkpoint. */
function correctedPosition(before: Position, then: Position, decision: Decision) {
  const fallen = new Set(fallenWith(before, decision).map((one) => one.decision_id));
  const known = new Map(then.decisions.map((one) => [one.decision_id, one]));
  return {
    ...then,
    decisions: before.decisions.map((one) =>
      fallen.has(one.decision_id)
        ? { ...one, status: 'reverted' }
        : (known.get(one.decision_id) ?? one),
    ),
    last_completed_step: Math.min(then.last_completed_step, decision.step - 1),
  };
}

/** Contents that a correction takes out of the worktree, by path. */
function expectedArchive(before: State, now: State, then: Moment, fallen: readonly Decision[]) {
  const artifacts = fallen.flatMap((one) => one.artifacts);
  const archived: Record<string, string> = {};
  for (const [path, what] of before.files) {
    const stays = then.files.get(path);
    const isSame = stays !== undefined && contentsOf(stays) === contentsOf(what);
    if (what !== 'folder' && !isSame) archived[path] = contentsOf(what);
  }
  for (const [path, what] of before.ignored) {
    const isGone = now.ignored.get(path) !== what;
    if (isBelow(path, artifacts) || isGone) archived[path] = contentsOf(what);
  }
  return archived;
}

function withoutPaths(files: Map<string, string>, gone: object): Map<string, string> {
  return new Map([...files].filter(([path]) => !(path in gone)));
}

/** A correction: as the design says it, in one step. */
export function expectCorrected(
  before: State,
  now: State,
  then: Moment,
  decision: Decision,
  correctionId: string,
): void {
  const fallen = fallenWith(before.position, decision);
  const archive = expectedArchive(before, now, then, fallen);
  expect(now.files).to.deep.equal(then.files);
  expect(now.staged).to.equal(then.staged);
  const position = correctedPosition(before.position, then.position, decision);
  expect(withoutPointers(now.position)).to.deep.equal(withoutPointers(position as Position));
  expect(now.position.last_checkpoint_id).to.equal(decision.checkpoint_id);
  expectIgnoredKept({ ...before, ignored: withoutPaths(before.ignored, archive) }, now, then);
  expect(now.archives).to.deep.equal({
    ...before.archives,
    ...(Object.keys(archive).length > 0 && { [correctionId]: archive }),
  });
  expect(now.corrections).to.deep.equal({ ...before.corrections, [correctionId]: 'applied' });
  expect(now.reversions).to.equal(before.reversions + 1);
}

/**
 * An undo or redo: exactly as before what it takes back, nothing counted, and an archive that it
 * empties is in its place again.
 */
export function expectTakenBack(
  before: State,
  now: State,
  taken: State,
  marked: Marked | null,
): void {
  const { files, staged, position } = taken;
  expect({ ...now }).to.deep.include({ files, staged, position });
  expect(now.reversions).to.equal(before.reversions);
  const marks = marked === null ? {} : { [marked.id]: marked.status };
  expect(now.corrections).to.deep.equal({ ...before.corrections, ...marks });
  if (marked === null) return;
  if (marked.status === 'applied') expectRefilled(before, now, taken, marked.id);
  else expectEmptied(before, now, marked.id);
}

/** What a correction had in its archive, and undo put back, is in the archive again. */
function expectRefilled(before: State, now: State, taken: State, id: string): void {
  for (const [path, contents] of Object.entries(taken.archives[id] ?? {})) {
    const there = before.files.get(path) ?? before.ignored.get(path) ?? '';
    if (contentsOf(there) !== contents) continue;
    expect(now.archives[id]?.[path], `${path} into the archive`).to.equal(contents);
  }
}

function expectEmptied(before: State, now: State, id: string): void {
  const { [id]: emptied = {}, ...others } = before.archives;
  expect(now.archives).to.deep.equal(others);
  for (const [path, contents] of Object.entries(emptied)) {
    const there = now.files.get(path) ?? now.ignored.get(path) ?? '';
    expect(contentsOf(there), `${path} out of the archive`).to.equal(contents);
  }
}

/** A correction, and what undo or redo make of it. */
export interface Marked {
  id: string;
  status: 'applied' | 'undone';
}
