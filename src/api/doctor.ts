import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import { CHECKS, CHECKS_OF_LOCK } from '../doctor/checks.js';
import { examine, type Examination } from '../doctor/examine.js';
import type { DoctorData } from './data.js';
import { contextOf } from './doctor-context.js';
import type { Session } from './session.js';

export interface DoctorOptions extends OperationOptions {
  repair?: boolean | undefined;
}

/** A dead owner's lock is mended by taking it; any other one, taking it fails for. */
async function mend(session: Session, options: DoctorOptions): Promise<Examination> {
  const first = await examine(CHECKS_OF_LOCK, contextOf(session, false, options), false);
  return session.lockedOnly(async () => {
    const rest = await examine(CHECKS, contextOf(session, true, options), true);
    const locks = first.problems.map((problem) => ({ ...problem, repaired: true }));
    return {
      checked: [...first.checked, ...rest.checked],
      problems: [...locks, ...rest.problems],
    };
  }, options);
}

function assertSound(data: DoctorData): void {
  const serious = data.problems.filter(
    ({ severity, repaired }) => severity === 'must' && !repaired,
  );
  if (serious.length === 0) return;
  const count = serious.length === 1 ? 'a serious problem' : `${serious.length} serious problems`;
  throw new PitonError('STATE_DAMAGED', `${count} found`, {
    hint: data.repair ? 'what is left needs a person' : "'piton doctor --repair' mends what it can",
    details: { ...data },
  });
}

/**
 * Checks everything that piton keeps. Without `repair` nothing is changed and no lock taken: what
 * another process is at work on is then not looked at. With it, what can be mended without losing
 * anything is.
 * @throws {PitonError} `STATE_DAMAGED` with the whole of `DoctorData` as `details` when a problem
 * with which data is lost, or can be, is left; with `repair`, `LOCKED`.
 */
export async function doctor(session: Session, options: DoctorOptions): Promise<DoctorData> {
  const repair = options.repair === true;
  const found = repair
    ? await mend(session, options)
    : await examine([...CHECKS_OF_LOCK, ...CHECKS], contextOf(session, false, options), false);
  const data: DoctorData = { ...found, repair };
  assertSound(data);
  return data;
}
