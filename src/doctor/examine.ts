import { isOwnerAlive, readLockOwner } from '../disk/lock-owner.js';
import type { Check, DoctorContext, Finding, Severity } from './check.js';
import { hasJournal } from './has-journal.js';

export interface Problem {
  check: string;
  severity: Severity;
  message: string;
  repaired: boolean;
}

export interface Examination {
  /** The names of the checks that were made. */
  checked: string[];
  problems: Problem[];
}

function isBusy({ holdsLock, lockPath }: DoctorContext): boolean {
  if (holdsLock) return false;
  const owner = readLockOwner(lockPath);
  return owner !== null && isOwnerAlive(owner, lockPath) !== 'dead';
}

/** Whatever is broken, the other checks are made: what a check throws is what it found. */
async function lookSafely(check: Check, context: DoctorContext): Promise<Finding[]> {
  try {
    return await check.look(context);
  } catch (error) {
    context.signal?.throwIfAborted();
    return [{ severity: 'must', message: `this could not be checked: ${reasonOf(error)}` }];
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function mend(findings: readonly Finding[]): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { message, repair } of findings) {
    try {
      await repair?.();
    } catch (error) {
      failures.set(message, reasonOf(error));
    }
  }
  return failures;
}

async function examineOne(
  check: Check,
  context: DoctorContext,
  repair: boolean,
): Promise<Problem[]> {
  const found = await lookSafely(check, context);
  const asProblem = (finding: Finding, repaired: boolean, failure?: string): Problem => {
    const { severity, message } = finding;
    const told = failure === undefined ? message : `${message} (not mended: ${failure})`;
    return { check: check.name, severity, message: told, repaired };
  };
  if (!repair || found.every((finding) => finding.repair === undefined)) {
    return found.map((finding) => asProblem(finding, false));
  }
  const failures = await mend(found);
  const left = await lookSafely(check, context);
  const isLeft = ({ message }: Finding): boolean => left.some((one) => one.message === message);
  const isNew = ({ message }: Finding): boolean => !found.some((one) => one.message === message);
  return [
    ...found.map((one) => {
      return isLeft(one) ? asProblem(one, false, failures.get(one.message)) : asProblem(one, true);
    }),
    ...left.filter(isNew).map((finding) => asProblem(finding, false)),
  ];
}

/**
 * Makes checks, one after the other, so that each finds what the ones before have mended. Whether
 * something was mended is told by looking again. Only with `repair` is anything changed.
 */
export async function examine(
  checks: readonly Check[],
  context: DoctorContext,
  repair: boolean,
): Promise<Examination> {
  const busy = isBusy(context);
  const result: Examination = { checked: [], problems: [] };
  for (const check of checks) {
    context.signal?.throwIfAborted();
    if (busy && check.whileBusy === undefined) continue;
    const mayRepair = repair && (check.beforeRecovery === true || !hasJournal(context.repository));
    result.checked.push(check.name);
    result.problems.push(...(await examineOne(check, context, mayRepair)));
  }
  return result;
}
