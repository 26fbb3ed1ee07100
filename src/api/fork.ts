import { nextId } from '../core/ids.js';
import { assertCanFork } from '../fork/can-fork.js';
import { destinationOf } from '../fork/destination.js';
import { freeName, makeFork } from '../fork/make.js';
import type { ForkPlace } from '../fork/place.js';
import { forkedPlan } from '../plan/fork.js';
import type { Plan } from '../plan/types.js';
import { readTarget } from '../rollback/target.js';
import type { CheckpointData } from './data.js';
import type { ForkData } from './fork-data.js';
import { describePlan } from './plan-data.js';
import { meantCheckpoint } from './select.js';
import { Session } from './session.js';
import { planStateAt } from './state-at.js';
import { takeCheckpoint } from './take-checkpoint.js';
import type { ForkOptions } from './types.js';

interface Made {
  place: ForkPlace;
  plan: Plan;
  branch: string | null;
  checkpoint: CheckpointData;
  includeIgnored: boolean;
}

async function make(
  session: Session,
  selector: string,
  path: string,
  options: ForkOptions,
): Promise<Made> {
  return session.locked(async (workspace) => {
    assertCanFork(workspace.repository);
    const { repository, clock } = workspace;
    const { checkpoint } = await meantCheckpoint(workspace, selector, options.plan);
    const then = await planStateAt(workspace, checkpoint);
    const target = await readTarget(checkpoint, workspace, { ...options, archive: null });
    const now = clock.now();
    const id = nextId(now);
    const forkedFrom = { plan_id: checkpoint.plan_id, checkpoint_id: checkpoint.checkpoint_id };
    const plan = forkedPlan(then, { id, now, forkedFrom });
    const { stateDir, commonDir } = repository;
    const place = { id, stateDir, commonDir, path, name: freeName(commonDir, path) };
    const branch = checkpoint.head.commit === null ? `piton-fork-${id.toLowerCase()}` : null;
    const { signal, onProgress } = options;
    await makeFork(workspace, { place, target, plan, branch, signal, onProgress });
    return { place, plan, branch, checkpoint, includeIgnored: target.manifest.include_ignored };
  }, options);
}

/** The fork's first checkpoint: its plan can go back to where it began. */
async function begin(session: Session, { place, plan, includeIgnored, ...made }: Made) {
  const own = new Session({ ...session.settings, directory: place.path });
  try {
    return await own.locked(async (workspace) => {
      const taken = await takeCheckpoint(workspace, plan, plan, {
        ...{ kind: 'manual', name: null, source: null, always: false, includeIgnored },
        reason: `forked off ${made.checkpoint.checkpoint_id}`,
      });
      return await describePlan(workspace, taken.plan);
    });
  } finally {
    await own.close();
  }
}

/**
 * Makes a linked worktree that holds exactly a checkpoint, with a plan of its own.
 * @throws {PitonError} `USAGE`, `UNSAFE_WORKSPACE` when there can be none at that place;
 * `UNSUPPORTED_REPOSITORY`; as `meantCheckpoint`; `OBJECT_DAMAGED`, system errors, and then nothing
 * is there
 */
export async function fork(
  session: Session,
  selector: string,
  directory: string,
  options: ForkOptions,
): Promise<ForkData> {
  const path = destinationOf(directory);
  const made = await make(session, selector, path, options);
  const plan = await begin(session, made);
  return { path, branch: made.branch, plan, checkpoint: made.checkpoint };
}
