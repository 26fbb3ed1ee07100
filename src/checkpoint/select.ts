import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Checkpoint } from './metadata.js';
import { isSingleLine } from './trailers.js';

const MIN_PREFIX_CHARACTERS = 4;
/** The digits of ids, also in lower case; shorter texts may be prefixes. */
const ID_LETTERS = /^[0-9A-HJKMNP-TV-Z]{1,26}$/i;
const ID_CHARACTERS = 26;

const LATEST = /^latest(?:~([0-9]{1,9}))?$/;
const STEP = /^step:(-1|[0-9]{1,15})$/;
const RESERVED = /^(?:latest|step:)/i;

const FORMS = "an id, 4 or more characters of one, a name, 'latest', 'latest~2' or 'step:4'";

/** Whether words for a checkpoint mean another one in every plan. */
export function isRelative(selector: string): boolean {
  return RESERVED.test(selector);
}

/**
 * Checkpoints' names share one place with the other ways to select one, so a name must not look
 * like any of them. A name that is also a prefix of an id is the name.
 * @throws {PitonError} `USAGE`.
 */
export function assertCheckpointName(name: string): void {
  const details = { name };
  if (!isSingleLine(name)) {
    throw new PitonError('USAGE', 'a name must be one line of printable text', {
      hint: 'leave out control characters and white space at the ends',
      details,
    });
  }
  if ([...name].length > LIMITS.checkpointNameCharacters) {
    const hint = `use at most ${LIMITS.checkpointNameCharacters} characters`;
    throw new PitonError('USAGE', 'the name is too long', { hint, details });
  }
  if (RESERVED.test(name) || (ID_LETTERS.test(name) && name.length === ID_CHARACTERS)) {
    throw new PitonError('USAGE', 'the name could be taken for a way to select a checkpoint', {
      hint: "use a name that is no id and does not begin with 'latest' or 'step:'",
      details,
    });
  }
}

/**
 * @param exceptId the checkpoint that is to have the name; it may have it already.
 * @throws {PitonError} `NAME_TAKEN` when another checkpoint of the plan has the name.
 */
export function assertNameFree(
  checkpoints: readonly Checkpoint[],
  name: string,
  exceptId?: string,
): void {
  const owner = checkpoints.find((one) => one.name === name && one.checkpoint_id !== exceptId);
  if (owner === undefined) return;
  throw new PitonError('NAME_TAKEN', 'another checkpoint of the plan has this name', {
    hint: 'use another name, or name that checkpoint differently first',
    details: { name, checkpoint_id: owner.checkpoint_id },
  });
}

function notFound(selector: string, problem: string): PitonError {
  return new PitonError('CHECKPOINT_NOT_FOUND', problem, {
    hint: "'piton log' lists the checkpoints; a prefix of an id needs 4 or more characters",
    details: { selector },
  });
}

function malformed(selector: string): PitonError {
  return new PitonError('USAGE', 'this does not select a checkpoint', {
    hint: `use ${FORMS}`,
    details: { selector },
  });
}

function onlyOne(found: readonly Checkpoint[], selector: string): Checkpoint | undefined {
  if (found.length < 2) return found[0];
  throw new PitonError('USAGE', 'this selects more than one checkpoint', {
    hint: 'give more characters of the id of one of the candidates',
    details: {
      selector,
      candidates: found.map(({ checkpoint_id, plan_id, name }) => {
        return { checkpoint_id, plan_id, name };
      }),
    },
  });
}

function byIdOrName(checkpoints: readonly Checkpoint[], selector: string): Checkpoint {
  const upper = selector.toUpperCase();
  const exact = checkpoints.filter((one) => one.checkpoint_id === upper || one.name === selector);
  const found = onlyOne(exact, selector);
  if (found) return found;
  if (ID_LETTERS.test(selector) && selector.length >= MIN_PREFIX_CHARACTERS) {
    const begun = checkpoints.filter((one) => one.checkpoint_id.startsWith(upper));
    const only = onlyOne(begun, selector);
    if (only) return only;
  }
  throw notFound(selector, 'there is no such checkpoint');
}

function byLatest(
  checkpoints: readonly Checkpoint[],
  latestId: string | null,
  back: number,
  selector: string,
): Checkpoint {
  const at = checkpoints.findIndex((one) => one.checkpoint_id === latestId);
  const latest = checkpoints[at];
  if (latest === undefined) throw notFound(selector, 'the plan has no latest checkpoint');
  if (back === 0) return latest;
  const earlier = checkpoints.slice(0, at).filter((one) => one.kind !== 'pre_rollback');
  const found = earlier.at(-back);
  if (found) return found;
  throw notFound(selector, `there are only ${earlier.length} checkpoints before the latest`);
}

function byStep(checkpoints: readonly Checkpoint[], step: number, selector: string): Checkpoint {
  const found = checkpoints.findLast((one) => one.step === step && one.kind !== 'pre_rollback');
  if (found) return found;
  throw notFound(selector, `no checkpoint was taken when step ${step} was the last completed`);
}

/**
 * The one checkpoint of a plan that a selector means: an id, a unique prefix of one (in any case),
 * a name, `latest`, `latest~N` (the N-th before it) or `step:N` (the newest with that step).
 * Safety checkpoints count for neither of the last two: they hold what was given up.
 * @param checkpoints the plan's, oldest first.
 * @param latestId the plan's `last_checkpoint_id`.
 * @throws {PitonError} `USAGE` when malformed or, with `details.candidates`, ambiguous;
 * `CHECKPOINT_NOT_FOUND`.
 */
export function selectCheckpoint(
  checkpoints: readonly Checkpoint[],
  latestId: string | null,
  selector: string,
): Checkpoint {
  const latest = LATEST.exec(selector);
  if (latest) return byLatest(checkpoints, latestId, Number(latest[1] ?? 0), selector);
  const step = STEP.exec(selector);
  if (step) return byStep(checkpoints, Number(step[1]), selector);
  if (!isSingleLine(selector) || RESERVED.test(selector)) throw malformed(selector);
  return byIdOrName(checkpoints, selector);
}

/**
 * The one checkpoint among those of all plans that an id, a prefix or a name means.
 * @throws {PitonError} as `selectCheckpoint`; `USAGE` also for what only a plan can answer.
 */
export function selectAcrossPlans(
  checkpoints: readonly Checkpoint[],
  selector: string,
): Checkpoint {
  if (LATEST.test(selector) || STEP.test(selector)) {
    throw new PitonError('USAGE', `'${selector}' is a checkpoint of a plan, and none is named`, {
      hint: 'name the plan, or give the id of the checkpoint',
      details: { selector },
    });
  }
  return selectCheckpoint(checkpoints, null, selector);
}
