import { pathToJson, type BytePath, type JsonPath } from '../core/byte-path.js';
import { isoTime } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { integer, listOf, SchemaProblem } from './check.js';
import { checkedAsArgument } from './damage.js';
import { nextStep } from './resume.js';
import { artifactPath } from './schema.js';
import { withIdPrefix } from './select.js';
import type { Decision, Plan } from './types.js';

export interface NewDecision {
  id: string;
  question: string;
  choice: string;
  rationale?: string | undefined;
  /** The decision it follows from: its id or a unique prefix. */
  parent?: string | undefined;
  /** Default: the plan's next step. */
  step?: number | undefined;
  /** The checkpoint taken before it. */
  checkpointId: string;
  artifacts?: readonly BytePath[] | undefined;
  /** Milliseconds since the Unix epoch. */
  now: number;
}

/**
 * The decision that a user names by its id or a unique prefix of 4 or more characters.
 * @throws {PitonError} `DECISION_NOT_FOUND`; `USAGE` with `details.candidates` when ambiguous.
 */
export function findDecision(plan: Plan, selector: string): Decision {
  const found = withIdPrefix(plan.decisions, (one) => one.decision_id, selector);
  const [first, second] = found;
  if (first === undefined) {
    throw new PitonError('DECISION_NOT_FOUND', `no decision ${JSON.stringify(selector)}`, {
      hint: `'piton plan decision list ${plan.plan_id}' shows them`,
      details: { plan_id: plan.plan_id, decision: selector },
    });
  }
  if (second === undefined) return first;
  throw new PitonError('USAGE', `more than one decision begins with ${JSON.stringify(selector)}`, {
    hint: 'name it by its whole id',
    details: {
      candidates: found.map(({ decision_id, question }) => ({ decision_id, question })),
    },
  });
}

/**
 * As `findDecision`, for what goes on with the decision.
 * @throws {PitonError} `USAGE` when it was reverted.
 */
export function findStanding(plan: Plan, selector: string): Decision {
  const decision = findDecision(plan, selector);
  if (decision.status !== 'reverted') return decision;
  throw new PitonError('USAGE', `the decision ${decision.decision_id} was reverted`, {
    hint: "add a new decision, or take the correction back with 'piton undo'",
    details: { decision_id: decision.decision_id },
  });
}

/** @throws {PitonError} `USAGE` when there is nothing in the text but blanks. */
export function notBlank(text: string, what: string): string {
  return checkedAsArgument(() => {
    if (text.trim() === '') throw new SchemaProblem(`${what}: expected text`);
    return text;
  });
}

function artifactsOf(paths: readonly BytePath[]): JsonPath[] {
  const forms = [...new Set(paths)].map(pathToJson);
  return checkedAsArgument(() => listOf(artifactPath)(forms, 'artifacts'));
}

/**
 * The plan with one more decision, active.
 * @throws {PitonError} `USAGE`; `DECISION_NOT_FOUND` when the parent is unknown.
 */
export function addDecision(plan: Plan, given: NewDecision): Plan {
  const parent = given.parent === undefined ? null : findStanding(plan, given.parent);
  const step = given.step ?? nextStep(plan);
  const decision: Decision = {
    decision_id: given.id,
    parent_id: parent === null ? null : parent.decision_id,
    question: notBlank(given.question, 'question'),
    choice: notBlank(given.choice, 'choice'),
    rationale: given.rationale ?? null,
    step: checkedAsArgument(() => integer(0)(step, 'step')),
    checkpoint_id: given.checkpointId,
    status: 'active',
    artifacts: artifactsOf(given.artifacts ?? []),
    created_at: isoTime(given.now),
  };
  return { ...plan, decisions: [...plan.decisions, decision] };
}

function withDecision(plan: Plan, changed: Decision): Plan {
  const decisions = plan.decisions.map((one) =>
    one.decision_id === changed.decision_id ? changed : one,
  );
  return { ...plan, decisions };
}

/**
 * The plan with more files that a decision produced; those it has already are not repeated.
 * @throws {PitonError} `DECISION_NOT_FOUND`; `USAGE` when it was reverted, or for the root.
 */
export function addArtifacts(plan: Plan, selector: string, paths: readonly BytePath[]): Plan {
  const decision = findStanding(plan, selector);
  const known = new Set(decision.artifacts.map((path) => JSON.stringify(path)));
  const added = artifactsOf(paths).filter((path) => !known.has(JSON.stringify(path)));
  return withDecision(plan, { ...decision, artifacts: [...decision.artifacts, ...added] });
}

/**
 * The plan with a decision that has been carried out; again is harmless.
 * @throws {PitonError} `DECISION_NOT_FOUND`; `USAGE` when it was reverted.
 */
export function markDone(plan: Plan, selector: string): Plan {
  return withDecision(plan, { ...findStanding(plan, selector), status: 'done' });
}
