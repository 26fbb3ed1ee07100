import type { DecisionToRepeatData, ResumeData } from '../../api/data.js';
import { ago } from './amounts.js';
import { checkpointLabel } from './checkpoint.js';
import { decisionRow } from './decision.js';
import { escapeControl } from './escape-control.js';
import { facts, listBelow } from './lists.js';
import type { View } from './view.js';
import { showChanges } from './workspace.js';

/** Where to go on, and what stands in the way of it. */
export function renderResume(data: ResumeData, view: View): string {
  const { checkpoint, reversions_left: left } = data;
  const position = facts(view, [
    ['plan', view.paint('yellow', data.plan_id)],
    ['next', `step ${data.next_step}`],
    [
      'checkpoint',
      checkpoint && `${checkpointLabel(checkpoint, view)}, ${ago(checkpoint.created_at, view.now)}`,
    ],
    ['changes', showChanges(data.changes)],
    ['rollbacks', left === null ? 'no limit' : `${left} left`],
  ]);
  const decisions = listBelow('to carry out', data.decisions_to_repeat, view, (decision) =>
    decisionRow(decision, view),
  );
  const guidance = listBelow('guidance', guided(data.decisions_to_repeat), view, (one) => [
    view.paint('yellow', one.decision_id),
    escapeControl(one.guidance),
    `(${escapeControl(one.reason)})`,
  ]);
  return `${position}${decisions}${guidance}`;
}

interface Guided {
  decision_id: string;
  guidance: string;
  reason: string;
}

/** What to do otherwise this time, once for each correction although several fell with it. */
function guided(decisions: readonly DecisionToRepeatData[]): Guided[] {
  const byCorrection = new Map<string, Guided>();
  for (const { correction } of decisions) {
    if (correction === null || correction.guidance === null) continue;
    const { correction_id: id, decision_id, guidance, reason } = correction;
    byCorrection.set(id, { decision_id, guidance, reason });
  }
  return [...byCorrection.values()];
}
