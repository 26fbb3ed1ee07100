import type { DoctorData, RecoverData, StatusData, VerifyData } from '../../api/data.js';
import type { InitData } from '../../api/types.js';
import { ago, count, showBytes } from './amounts.js';
import { checkpointLabel, showPosition } from './checkpoint.js';
import { escapeControl, showPath } from './escape-control.js';
import { facts, listBelow } from './lists.js';
import { planLabel, showReversions } from './plan.js';
import type { View } from './view.js';

export function renderInit(data: InitData): string {
  const made = data.created_repository ? 'Made a repository and prepared' : 'Prepared';
  return `${made} ${escapeControl(data.workspace)} (${data.engine} engine)\n`;
}

export function renderStatus(data: StatusData, view: View): string {
  const { latest } = data;
  return facts(view, [
    ['workspace', escapeControl(data.workspace)],
    ['git folder', view.verbose ? escapeControl(data.git_dir) : null],
    ['engine', showEngine(data.engine)],
    ...planFacts(data, view),
    ['latest', latest && `${checkpointLabel(latest, view)}, ${ago(latest.created_at, view.now)}`],
    ['changes', showChanges(data.changes)],
    ['unfinished', showUnfinished(data, view)],
    ['lock', showOwner(data.lock, view)],
    ['watch', showOwner(data.watch, view)],
    ['disk', `${count(data.disk.checkpoints, 'checkpoint')}, ${showBytes(data.disk.bytes)}`],
  ]);
}

export function renderVerify({ checked, damaged }: VerifyData, view: View): string {
  if (damaged.length === 0) return `${checked} checked, none damaged\n`;
  return listBelow('damaged', damaged, view, ({ checkpoint_id: id, object, problem }) => [
    view.paint('yellow', id),
    escapeControl(object),
    escapeControl(problem),
  ]);
}

export function renderDoctor(data: DoctorData, view: View): string {
  const checks = count(data.checked.length, 'check');
  if (data.problems.length === 0) return `No problems found (${checks})\n`;
  const tidying = !data.repair && data.problems.every(({ severity }) => severity === 'should');
  const problems = listBelow(`${checks}; problems`, data.problems, view, (problem) => [
    problem.repaired ? view.paint('green', 'mended') : view.paint('yellow', problem.severity),
    problem.check,
    escapeControl(problem.message),
  ]);
  return `${problems}${tidying ? 'piton doctor --repair mends what it can\n' : ''}`;
}

export function renderRecover(data: RecoverData, view: View): string {
  if (!data.recovered) return 'Nothing to recover\n';
  const operation = escapeControl(data.operation ?? 'operation');
  const outcome = data.outcome === 'finished' ? 'Finished' : 'Took back';
  const retired = listBelow('retired', data.retired, view, ({ path, to }) => [
    showPath(path),
    `to ${escapeControl(to)}`,
  ]);
  return `${outcome} an unfinished ${operation}\n${retired}`;
}

function planFacts({ plan }: StatusData, view: View): [string, string | null][] {
  if (plan === null) return [['plan', 'none yet']];
  const state = `${escapeControl(plan.status)}, ${escapeControl(plan.phase)}`;
  return [
    ['plan', `${planLabel(plan, view)} (${state})`],
    ['position', showPosition(plan.last_completed_step)],
    ['rollbacks', showReversions(plan)],
  ];
}

function showEngine({ name, reason, git_version: version }: StatusData['engine']): string {
  const git = version === null ? '' : ` (git ${escapeControl(version)})`;
  return `${name}${git}: ${escapeControl(reason)}`;
}

/** How much has changed since a checkpoint; null when there is none. */
export function showChanges(changes: StatusData['changes']): string | null {
  if (changes === null) return null;
  const { added, modified, deleted } = changes;
  if (added + modified + deleted === 0) return 'none since';
  return `${added} added, ${modified} modified, ${deleted} deleted`;
}

function showUnfinished({ unfinished }: StatusData, view: View): string | null {
  if (unfinished === null) return null;
  const since = ago(unfinished.since, view.now);
  const what = `${unfinished.operation} to ${unfinished.checkpoint_id}, begun ${since}`;
  return view.paint('red', `${escapeControl(what)} (piton recover ends it)`);
}

function showOwner(owner: StatusData['lock'], view: View): string | null {
  if (owner === null) return null;
  const { pid, host, since } = owner;
  return escapeControl(`process ${pid} on ${host}, ${ago(since, view.now)}`);
}
