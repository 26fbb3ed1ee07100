import { expect } from 'chai';
import type { PitonError } from '../../src/core/errors.js';
import { failure, open, type Prepared } from '../doctor/prepared-workspace.js';

/** What verify says is wrong with an object of a checkpoint. */
export interface Damage {
  checkpoint_id: string;
  object: string;
  problem: string;
}

export function damagedOf(error: PitonError): Damage[] {
  expect(error.code).to.equal('OBJECT_DAMAGED');
  expect(error.exitCode).to.equal(6);
  return error.details['damaged'] as Damage[];
}

/** Everything that is found wrong, by a handle that has read nothing yet. */
export async function findDamage(prepared: Prepared): Promise<Damage[]> {
  const workspace = await open(prepared.root);
  try {
    const error = await failure(workspace.verify({ all: true }));
    expect(error.details['checked']).to.equal(prepared.ids.length);
    return damagedOf(error);
  } finally {
    await workspace.close();
  }
}
