import { PitonError } from '../../core/errors.js';
import type { ObjectId } from '../../core/types.js';

/** The error for anything of the object database that is not whole; `details` say what. */
export function damaged(
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): PitonError {
  return new PitonError('OBJECT_DAMAGED', message, {
    hint: "run 'piton verify --all' to see which checkpoints are whole",
    details: { problem: 'damaged', ...details },
    cause,
  });
}

export function isDamage(error: unknown): error is PitonError {
  return error instanceof PitonError && error.code === 'OBJECT_DAMAGED';
}

/** Damage found while reading an object, as damage of that object. */
export function objectDamage(oid: ObjectId, damage: PitonError): PitonError {
  if (damage.details['object'] !== undefined) return damage;
  const message = `object ${oid} is damaged: ${damage.message}`;
  return damaged(message, { ...damage.details, object: oid }, damage);
}
