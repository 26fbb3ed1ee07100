import { expect } from 'chai';
import { CheckpointVerifier } from '../../src/checkpoint/verify-checkpoint.js';
import { PitonError } from '../../src/core/errors.js';
import { nextId } from '../../src/core/ids.js';
import { openObjectStore } from '../../src/store/objects/object-database.js';
import { makeRepository } from '../helpers/git.js';

describe('CheckpointVerifier', () => {
  it('tells what is wrong with commit and sidecar, each under its own name', async () => {
    const objects = openObjectStore({
      objectsDir: `${makeRepository()}/.git/objects`,
      algorithm: 'sha1',
      durability: 'fast',
    });
    const key = { planId: nextId(1), checkpointId: nextId(2) };
    const ref = { name: 'refs/x', oid: 'a'.repeat(40) };
    const state = `refs/piton/state/${key.planId}/${key.checkpointId}`;
    const missing = { object: ref.oid, problem: 'missing' };
    const verifier = new CheckpointVerifier(objects, () => key.planId, {});
    expect(await verifier.verify({ key, ref, sidecar: null })).to.deep.equal([
      missing,
      { object: state, problem: 'missing' },
    ]);
    const error = new PitonError('STATE_DAMAGED', 'it is none');
    expect(await verifier.verify({ key, ref, sidecar: error })).to.deep.equal([
      missing,
      { object: state, problem: 'it is none' },
    ]);
    const sidecar = 'b'.repeat(40);
    expect(await verifier.verify({ key, ref, sidecar })).to.deep.equal([
      missing,
      { object: sidecar, problem: 'missing' },
    ]);
    objects.close();
  });
});
