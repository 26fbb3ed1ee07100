import type { JsonObject, Plan } from '../plan/types.js';
import type { HookCall } from './call.js';

/** Under this key of its context a plan says which session of a host it is of. */
const KEY = 'hook';

interface SessionRecord {
  host: string;
  session: string | null;
  /** The turn that ended last; null when the host does not name turns, or none has ended. */
  ended_turn: string | null;
}

/** Whether a plan was made by a hook, rather than by somebody who wanted that very plan. */
export function isHookPlan(plan: Plan): boolean {
  return recordOf(plan) !== null;
}

/** The plan that a host's session goes on with, or null when it has to begin one. */
export function planOfSession(call: HookCall, plans: readonly Plan[]): Plan | null {
  const own = plans.filter((plan) => {
    const record = recordOf(plan);
    const isOwn = record?.host === call.host && record.session === call.session;
    return isOwn && plan.status === 'active';
  });
  return own.at(-1) ?? null;
}

/** A name for a new session's plan that no other plan has. */
export function sessionPlanName(call: HookCall, plans: readonly Plan[]): string {
  const base = `${call.host} ${call.session?.trim() ?? ''}`.trim();
  const taken = new Set(plans.map(({ name }) => name));
  for (let count = 2, name = base; ; count++) {
    if (!taken.has(name)) return name;
    name = `${base} (${count})`;
  }
}

/** What a new session's plan has in its context. */
export function sessionContext({ host, session }: HookCall): JsonObject {
  const record: SessionRecord = { host, session, ended_turn: null };
  return { [KEY]: record };
}

/** The number of the step that a turn is which ends now: another one, unless it ended before. */
export function stepOfTurn(plan: Plan, call: HookCall): number {
  const ended = recordOf(plan)?.ended_turn ?? null;
  const isSame = call.turn === null ? call.isAgain : call.turn === ended;
  const last = plan.last_completed_step;
  return isSame && last >= 0 && call.status === 'done' ? last : last + 1;
}

/** The plan that remembers which turn has ended. */
export function withEndedTurn(plan: Plan, call: HookCall): Plan {
  const { host, session, turn } = call;
  const record: SessionRecord = { host, session, ended_turn: turn };
  return { ...plan, context: { ...plan.context, [KEY]: record } };
}

function recordOf({ context }: Plan): SessionRecord | null {
  const value = Object.hasOwn(context, KEY) ? context[KEY] : undefined;
  if (typeof value !== 'object' || value === null) return null;
  const { host, session, ended_turn: turn } = value as Record<string, unknown>;
  if (typeof host !== 'string') return null;
  return { host, session: textOrNull(session), ended_turn: textOrNull(turn) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
