import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { listPlans } from '../plan/plan-file.js';
import { planState, stateDigest } from '../plan/plan-state.js';
import { Sidecar } from '../checkpoint/sidecar.js';
import { listRemoteRefs, type Connection } from '../remote/connection.js';
import { askingOnce } from '../remote/login.js';
import { compareWith, pairsOf, planIdsOf, type Pair } from '../remote/pairs.js';
import { proposePush, push as pushPairs } from '../remote/push.js';
import { sensitivePaths } from '../remote/sensitive.js';
import type { GitRepository } from '../process/isolated-repository.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { PushData } from './data.js';
import {
  connectionTo,
  gitRepositoryOf,
  hiddenRefs,
  remoteAddress,
  shownAddress,
} from './remote-session.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';
import { latestOf } from './take-checkpoint.js';
import type { PushOptions } from './types.js';

/** The checkpoints of a plan, or of all, that can travel: those that have a sidecar. */
export async function pairsToSend(
  workspace: RollbackWorkspace,
  plan: string | undefined,
): Promise<Pair[]> {
  const planId = plan === undefined ? null : meantPlan(workspace.stateDir, plan).plan_id;
  return pairsOf(await hiddenRefs(workspace)).filter(
    ({ key, sidecar }) => sidecar !== null && (planId === null || key.planId === planId),
  );
}

/** Sends checkpoints, and with them their plans, to another repository. */
export async function push(
  session: Session,
  remote: string,
  options: PushOptions,
): Promise<PushData> {
  const gitRepository = await gitRepositoryOf(session);
  const address = remoteAddress(session, remote, 'push');
  return askingOnce(connectionTo(session, address, options), (connection) =>
    pushBy(connection, session, gitRepository, options),
  );
}

async function pushBy(
  connection: Connection,
  session: Session,
  gitRepository: GitRepository,
  options: PushOptions,
): Promise<PushData> {
  return session.reading(async (workspace) => {
    const pairs = await pairsToSend(workspace, options.plan);
    const there = await listRemoteRefs(connection);
    const difference = compareWith(pairs, there);
    const proposal = proposePush(difference, there, workspace.objects);
    const sent = proposal.updates.map(({ pair }) => pair);
    await askAboutSensitive(workspace, sent, options);
    await pushPairs(connection, gitRepository, proposal);
    await warnOfPlansAhead(workspace, planIdsOf(pairs));
    return {
      remote: shownAddress(connection.address),
      pushed: sent.map(({ key }) => key.checkpointId),
      up_to_date: difference.same.length,
      differing: proposal.foreign.map(({ key }) => key.checkpointId),
    };
  });
}

async function askAboutSensitive(
  workspace: RollbackWorkspace,
  pairs: readonly Pair[],
  options: PushOptions,
): Promise<void> {
  const paths = await sensitivePaths(pairs, workspace, options);
  if (paths.length === 0) return;
  workspace.warn({
    code: 'SENSITIVE_FILES',
    message: 'checkpoints hold files that no commit would: ignored, or named as secrets are',
    paths,
  });
  const { onSensitive } = options;
  if (onSensitive === undefined || (await onSensitive(paths.map(pathToJson)))) return;
  throw new PitonError('USAGE', 'nothing was pushed', {
    hint: 'delete those checkpoints, or push all the same with --yes',
    details: { paths: paths.map(pathToJson) },
  });
}

/** What happened to a plan since its latest checkpoint is in its file alone. */
async function warnOfPlansAhead(
  workspace: RollbackWorkspace,
  planIds: readonly string[],
): Promise<void> {
  const { plans } = listPlans(workspace.stateDir);
  for (const plan of plans.filter(({ plan_id: id }) => planIds.includes(id))) {
    const latest = await latestOf(workspace, plan);
    if (latest === null) continue;
    const sidecar = await Sidecar.open(latest, workspace.refs, workspace.objects);
    const { plan_state_digest: then } = await sidecar.readManifest();
    if (then === stateDigest(planState(plan, plans))) continue;
    workspace.warn({
      code: 'PLAN_AHEAD',
      message:
        `the plan ${plan.name ?? plan.plan_id} has moved on since its latest checkpoint: ` +
        'take one to send that too',
    });
  }
}
