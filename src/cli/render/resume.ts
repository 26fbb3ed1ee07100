import type { ResumeData } from '../../api/data.js';
import { ago } from './amounts.js';
import { checkpointLabel } from './checkpoint.js';
import { decisionRow } from './decision.js';
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
  return `${position}${decisions}`;
}
