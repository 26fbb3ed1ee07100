import type {
  CheckpointCreateData,
  CheckpointData,
  CheckpointListData,
  CheckpointShowData,
  HeadData,
  NotCapturedData,
} from '../../api/data.js';
import type { NamedCheckpointData } from '../../api/workspace.js';
import { ago, showBytes, showDuration } from './amounts.js';
import { columns } from './columns.js';
import { nameStatus } from './diff.js';
import { escapeControl } from './escape-control.js';
import { aboutPath, facts, listBelow } from './lists.js';
import type { View } from './view.js';

export function renderCheckpointCreate(data: CheckpointCreateData, view: View): string {
  const { checkpoint, changed, created } = data;
  const id = checkpointLabel(checkpoint, view);
  const { added, modified, deleted } = changed;
  const duration = view.verbose ? ` (${showDuration(data.duration_ms)})` : '';
  const line = created
    ? `Checkpoint ${id}: ${added} added, ${modified} modified, ${deleted} deleted${duration}`
    : `Nothing changed since checkpoint ${id}${duration}`;
  return `${line}\n${notCaptured(data.not_captured, view)}`;
}

export function renderCheckpointList(data: CheckpointListData, view: View): string {
  const rows = data.checkpoints.map((checkpoint) => [
    view.paint('yellow', checkpoint.checkpoint_id),
    ago(checkpoint.created_at, view.now),
    checkpoint.kind,
    showStep(checkpoint.step),
    ...(checkpoint.own_bytes === undefined ? [] : [showBytes(checkpoint.own_bytes)]),
    nameAndReason(checkpoint),
  ]);
  if (rows.length === 0) return 'No checkpoints.\n';
  return columns(rows, view.verbose ? null : view.columns);
}

export function renderCheckpointShow(data: CheckpointShowData, view: View): string {
  const changes = listBelow('changes since the one before', data.changes, view, (change) =>
    nameStatus(change, view),
  );
  return `${checkpointFacts(data.checkpoint, view)}${changes}`;
}

export function renderCheckpointName({ checkpoint }: NamedCheckpointData, view: View): string {
  const id = view.paint('yellow', checkpoint.checkpoint_id);
  return `Checkpoint ${id} is named ${quotedName(checkpoint.name)}\n`;
}

export function renderCheckpointDelete({ checkpoint }: NamedCheckpointData, view: View): string {
  return `Deleted checkpoint ${checkpointLabel(checkpoint, view)}\n`;
}

/** A checkpoint's id with its name. */
export function checkpointLabel(
  checkpoint: Pick<CheckpointData, 'checkpoint_id' | 'name'>,
  view: View,
): string {
  const id = view.paint('yellow', checkpoint.checkpoint_id);
  return checkpoint.name === null ? id : `${id} ${quotedName(checkpoint.name)}`;
}

/** The branch and the commit that HEAD stood at. */
export function showHead({ ref, commit }: HeadData): string {
  const branch = ref === null ? 'detached' : escapeControl(ref.replace(/^refs\/heads\//, ''));
  return `${branch} ${commit === null ? '(no commit yet)' : commit.slice(0, 12)}`;
}

/** What is not part of a checkpoint, with its reason. */
export function notCaptured(items: readonly NotCapturedData[], view: View): string {
  return listBelow(`not captured (${items.length})`, items, view, ({ path, reason, size }) => [
    ...aboutPath(reason, path),
    size === undefined ? '' : showBytes(size),
  ]);
}

function checkpointFacts(checkpoint: CheckpointData, view: View): string {
  const { created_at: at, not_captured: missed } = checkpoint;
  return facts(view, [
    ['checkpoint', checkpointLabel(checkpoint, view)],
    ['plan', checkpoint.plan_id],
    ['kind', checkpoint.kind],
    ['reason', escapeControl(checkpoint.reason)],
    ['source', checkpoint.source === null ? null : escapeControl(checkpoint.source)],
    ['phase', checkpoint.phase === null ? null : escapeControl(checkpoint.phase)],
    ['position', showPosition(checkpoint.step)],
    ['taken', `${ago(at, view.now)} (${at})`],
    ['HEAD', showHead(checkpoint.head)],
    ['commit', checkpoint.commit],
    ['ref', checkpoint.ref],
    ['files', `${checkpoint.files}${missed === 0 ? '' : `, and ${missed} not captured`}`],
  ]);
}

/** The last completed step, in few words. */
export function showStep(step: number): string {
  return step < 0 ? '' : `step ${step}`;
}

/** The last completed step as the place where a plan stands. */
export function showPosition(step: number): string {
  return step < 0 ? 'before step 0' : `after step ${step}`;
}

function quotedName(name: string | null): string {
  return name === null ? 'nothing' : `"${escapeControl(name)}"`;
}

function nameAndReason({ reason, name }: CheckpointData): string {
  const text = escapeControl(reason);
  return name === null ? text : `${quotedName(name)} ${text}`;
}
