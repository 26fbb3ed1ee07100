import { problemOf } from '../checkpoint/damage.js';
import { findRefs } from '../checkpoint/find-refs.js';
import { readCheckpoint } from '../checkpoint/list.js';
import { parseCheckpointRef, parseStateRef } from '../checkpoint/ref-names.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Ref } from '../store/ref-store.js';
import type { Check, Finding } from './check.js';
import { findCheckpoints, findSidecars } from './known-refs.js';
import { mayBeInTheMaking, placeOfPlan } from './plan-places.js';

async function problemWith(ref: Ref, objects: ObjectReader): Promise<string | null> {
  try {
    if (parseCheckpointRef(ref.name) !== null) {
      await readCheckpoint(ref, objects);
      return null;
    }
    const { type } = await objects.read(ref.oid);
    return type === 'commit' ? null : `it points at a ${type}, not at a commit`;
  } catch (error) {
    return problemOf(error);
  }
}

/** Hidden refs that are damaged, lead to nothing that can be read, or are not piton's. */
export const REFS: Check = {
  name: 'refs',
  whileBusy: true,
  look: async (context) => {
    const workspace = await context.workspace();
    const { refs, broken } = await findRefs(workspace, 'refs/piton/');
    const findings = broken.map(({ error }): Finding => {
      return { severity: 'must', message: `${error.message}; ${error.hint}` };
    });
    for (const ref of refs) {
      context.signal?.throwIfAborted();
      if (parseCheckpointRef(ref.name) === null && parseStateRef(ref.name) === null) {
        const message = `${ref.name} is not a ref that piton makes; it is left alone`;
        findings.push({ severity: 'should', message });
        continue;
      }
      const problem = await problemWith(ref, workspace.objects);
      if (problem === null) continue;
      const message = `${ref.name} cannot be used: ${problem}; use another checkpoint`;
      findings.push({ severity: 'must', message });
    }
    return findings;
  },
};

/** Checkpoints and sidecars come in pairs; a sidecar alone is what a cut-off deletion leaves. */
export const SIDECARS: Check = {
  name: 'sidecars',
  look: async (context) => {
    const { repository, clock } = context;
    const workspace = await context.workspace();
    const checkpoints = await findCheckpoints(workspace);
    const sidecars = await findSidecars(workspace);
    const findings: Finding[] = [];
    for (const { key, name } of checkpoints.byId.values()) {
      if (!sidecars.isComplete || sidecars.byId.has(key.checkpointId)) continue;
      const message = `${name} has no sidecar: git can show it, and piton cannot roll back to it`;
      findings.push({ severity: 'must', message });
    }
    for (const { key, name, oid } of sidecars.byId.values()) {
      if (!checkpoints.isComplete || checkpoints.byId.has(key.checkpointId)) continue;
      if (oid === null || placeOfPlan(repository, key.planId) === 'elsewhere') continue;
      if (mayBeInTheMaking(repository, key.checkpointId, clock)) continue;
      findings.push({
        severity: 'should',
        message: `${name} is a sidecar without a checkpoint`,
        repair: () => workspace.refs.transact([{ name, expected: oid, value: null }]),
      });
    }
    return findings;
  },
};
