import type {
  DecisionAddData,
  DecisionData,
  DecisionListData,
  NamedDecisionData,
} from '../../api/data.js';
import { ago } from './amounts.js';
import { checkpointLabel, notCaptured } from './checkpoint.js';
import { columns } from './columns.js';
import { escapeControl, showPath } from './escape-control.js';
import { facts, listBelow } from './lists.js';
import type { View } from './view.js';

export function renderDecisionAdd(data: DecisionAddData, view: View): string {
  const { decision, created, checkpoint } = data;
  const label = checkpointLabel(checkpoint, view);
  const before = created ? `Checkpoint ${label} holds` : `Checkpoint ${label} already held`;
  return [
    `Decision ${decisionLabel(decision, view)}\n`,
    `${before} what was before it\n`,
    notCaptured(data.not_captured, view),
  ].join('');
}

export function renderDecisionList({ decisions }: DecisionListData, view: View): string {
  if (decisions.length === 0) return 'No decisions.\n';
  return columns(
    decisions.map((each) => decisionRow(each, view)),
    view.verbose ? null : view.columns,
  );
}

export function renderDecisionShow({ decision }: NamedDecisionData, view: View): string {
  const { created_at: at, rationale } = decision;
  const about = facts(view, [
    ['decision', view.paint('yellow', decision.decision_id)],
    ['follows', decision.parent_id],
    ['question', escapeControl(decision.question)],
    ['choice', escapeControl(decision.choice)],
    ['rationale', rationale === null ? null : escapeControl(rationale)],
    ['step', String(decision.step)],
    ['status', decision.status],
    ['checkpoint', decision.checkpoint_id],
    ['made', `${ago(at, view.now)} (${at})`],
  ]);
  const artifacts = listBelow('artifacts', decision.artifacts, view, (path) => [showPath(path)]);
  return `${about}${artifacts}`;
}

export function renderDecisionDone({ decision }: NamedDecisionData, view: View): string {
  return `Carried out: decision ${decisionLabel(decision, view)}\n`;
}

/** A decision in the cells of one line. */
export function decisionRow(decision: DecisionData, view: View): string[] {
  return [
    view.paint('yellow', decision.decision_id),
    decision.status,
    `step ${decision.step}`,
    questionAndChoice(decision),
  ];
}

function decisionLabel(decision: DecisionData, view: View): string {
  return `${view.paint('yellow', decision.decision_id)} ${questionAndChoice(decision)}`;
}

function questionAndChoice({ question, choice }: DecisionData): string {
  return escapeControl(`${question}: ${choice}`);
}
