import { compareBytes, joinPath, pathToJson, textOf, type BytePath } from '../core/byte-path.js';
import type { HeadState } from '../core/types.js';
import { reversionsLeft } from '../plan/plan-data.js';
import type { Plan } from '../plan/types.js';
import type { RollbackProposal } from '../rollback/propose.js';
import type { Rehearsal } from '../rollback/rehearse.js';
import type { Outlook } from '../rollback/roll-back.js';
import type { Retired } from '../rollback/trash-record.js';
import type { Survey } from '../rollback/survey.js';
import type { ArchivedPathData, RollbackData } from './data.js';

type Changes = Pick<
  RollbackData,
  'written' | 'deleted' | 'mode_changed' | 'unchanged' | 'changed_paths' | 'left'
>;

/** What a proposal does, counted from its own lists so that numbers and paths agree. */
function changesOf({ proposal, survey, returns }: Rehearsal): Changes {
  const newFolders = proposal.newFolders.filter(({ path }) => !survey.presentFolders.has(path));
  const changes: { path: BytePath; change: Changes['changed_paths'][number]['change'] }[] = [
    ...proposal.writes.map(({ entry, replaces }) => {
      return { path: entry.path, change: replaces === null ? 'created' : 'restored' } as const;
    }),
    ...returns.map(({ path }) => ({ path, change: changeByReturn(path, proposal) })),
    ...newFolders.map(({ path }) => ({ path, change: 'created' }) as const),
    ...proposal.modes.map(({ path }) => ({ path, change: 'mode' }) as const),
    ...goneEntries(proposal, returns).map((path) => ({ path, change: 'deleted' }) as const),
  ];
  changes.sort((left, right) => (left.path < right.path ? -1 : 1));
  const count = (...kinds: string[]): number =>
    changes.filter(({ change }) => kinds.includes(change)).length;
  return {
    written: count('created', 'restored'),
    deleted: count('deleted'),
    mode_changed: count('mode'),
    unchanged: proposal.unchanged + proposal.newFolders.length - newFolders.length,
    changed_paths: changes.map(({ path, change }) => ({ path: pathToJson(path), change })),
    left: proposal.left.map(({ path, reason }) => ({ path: pathToJson(path), reason })),
  };
}

function changeByReturn(path: BytePath, { removals }: RollbackProposal): 'created' | 'restored' {
  return removals.some((entry) => entry.path === path) ? 'restored' : 'created';
}

/** Paths that are there now and will not be; one that another kind takes over is not gone. */
function goneEntries(
  { removals, removedFolders, writes, newFolders, archived }: RollbackProposal,
  returns: Rehearsal['returns'],
): BytePath[] {
  const taken = new Set([
    ...returns.map(({ path }) => path),
    ...writes.map(({ entry }) => entry.path),
    ...newFolders.map(({ path }) => path),
  ]);
  return [...[...removals, ...removedFolders].map(({ path }) => path), ...archived].filter(
    (path) => !taken.has(path),
  );
}

/** What a correction moves into its archive; where to is not known before it is done. */
export function toBeArchived({ archived, removals, writes }: RollbackProposal): ArchivedPathData[] {
  const replaced = writes.filter(({ replaces }) => replaces !== null).map(({ entry }) => entry);
  const paths = [...archived, ...[...removals, ...replaced].map(({ path }) => path)];
  return paths.sort(compareBytes).map((path) => ({ path: pathToJson(path), to: null }));
}

export interface RollbackFacts {
  plan: Plan;
  checkpointId: string;
  safetyCheckpointId: string | null;
  rehearsal: Rehearsal;
  headThen: HeadState;
  headNow: HeadState;
  outlook: Outlook;
  retired: readonly Retired[];
  dryRun: boolean;
  startedAt: number;
}

/** What a dry run would retire; where to is not known before it is done. */
export function obstaclesAsRetired(survey: Survey): Retired[] {
  return survey.obstacles.map((path) => ({ path, to: joinPath('trash' as BytePath, path) }));
}

export function retiredData(retired: readonly Retired[]): RollbackData['retired'] {
  return retired.map(({ path, to }) => ({ path: pathToJson(path), to: textOf(to) ?? to }));
}

export function rollbackData(facts: RollbackFacts): RollbackData {
  const { plan, outlook, rehearsal, dryRun } = facts;
  const { stagingRestored, stagingReason } = outlook;
  return {
    plan_id: plan.plan_id,
    checkpoint_id: facts.checkpointId,
    safety_checkpoint_id: facts.safetyCheckpointId,
    ...changesOf(rehearsal),
    retired: retiredData(facts.retired),
    head: {
      at_checkpoint: facts.headThen,
      now: facts.headNow,
      moved: outlook.headMoved,
      restored: outlook.headRestored,
    },
    staging_area: {
      restored: stagingRestored,
      ...(stagingReason !== null && { reason: stagingReason }),
    },
    reversion_count: plan.reversion_count,
    reversions_left: reversionsLeft(plan),
    last_completed_step: plan.last_completed_step,
    last_checkpoint_id: plan.last_checkpoint_id,
    dry_run: dryRun,
    ...(dryRun && { token: rehearsal.token }),
    duration_ms: Math.round(performance.now() - facts.startedAt),
  };
}
