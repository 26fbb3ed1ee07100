import type { JsonPath } from '../../src/core/byte-path.js';
import { newPlan } from '../../src/plan/new-plan.js';
import type { Decision, DecisionStatus, Plan } from '../../src/plan/types.js';

const AT = '2026-01-02T03:04:05.000Z';

export function idOf(number: number): string {
  return `01KDXW8E8800000000000DEC0${number}`;
}

interface About {
  parent?: number;
  status?: DecisionStatus;
  step?: number;
  artifacts?: JsonPath[];
}

export function decision(number: number, about: About = {}): Decision {
  const { parent, status = 'active', step = 0, artifacts = [] } = about;
  return {
    decision_id: idOf(number),
    parent_id: parent === undefined ? null : idOf(parent),
    question: `question ${number}`,
    choice: 'so',
    rationale: null,
    checkpoint_id: idOf(number),
    created_at: AT,
    ...{ status, step, artifacts },
  };
}

export function somePlan(decisions: Decision[]): Plan {
  return { ...newPlan({ id: idOf(0), now: Date.parse(AT) }), decisions };
}
