import { toPitonError } from '../core/errors.js';
import { Session } from './session.js';
import { settingsFrom } from './settings.js';
import type { HookRunData } from './hook-data.js';
import type { AttemptOptions, HookRunOptions, OpenOptions } from './types.js';
import { withPitonErrors } from './verb-errors.js';
import type { Workspace } from './workspace.js';

/**
 * Opens the workspace that a folder lies in. There need not be a repository yet: the first
 * checkpoint, plan or `init` makes one; all else throws `WORKSPACE_MISSING` until then.
 * @throws {PitonError} `USAGE`, `WORKSPACE_MISSING` when the folder is not there,
 * `UNSUPPORTED_REPOSITORY`, `UNSAFE_PATH`.
 */
export async function openWorkspace(options: OpenOptions): Promise<Workspace> {
  try {
    return workspaceOf(new Session(settingsFrom(options)));
  } catch (error) {
    throw toPitonError(error);
  }
}

/**
 * What hooks of git and of agents call: takes a checkpoint when the event calls for one, in every
 * workspace that the call names. Makes no repository, waits only briefly for others, and gives up
 * after 20 seconds. Unless strict, what goes wrong is in the data and in the log of the state
 * directory, and thrown is only `USAGE`, for a host that there is not.
 * @throws {PitonError} `USAGE`; with `strict` the first failure
 */
export async function runHook(open: OpenOptions, options: HookRunOptions): Promise<HookRunData> {
  return (await import('./handle-hook.js')).handleHook(open, options);
}

function workspaceOf(session: Session): Workspace {
  return {
    get root() {
      return session.found?.root ?? null;
    },
    ...withPitonErrors(verbsOf(session)),
    attempt: attemptOf(session),
  };
}

/** The errors of the work are its caller's own, and stay as they are. */
function attemptOf(session: Session): Workspace['attempt'] {
  const { attempted } = withPitonErrors({
    attempted: async (work: () => Promise<boolean>, options: AttemptOptions) =>
      (await import('./attempt.js')).attempt(session, work, options),
  });
  return async (work, options = {}) => {
    const { data, thrown } = await attempted(work, options);
    if (thrown !== null) throw thrown.error;
    return data;
  };
}

/** Each verb is loaded when it is first used: most programs need few of them. */
function verbsOf(session: Session): Omit<Workspace, 'root' | 'attempt'> {
  return {
    init: async (options = {}) => (await import('./init.js')).init(session, options),
    status: async (options = {}) => (await import('./status.js')).status(session, options),
    ...planVerbs(session),
    ...decisionVerbs(session),
    ...correctionVerbs(session),
    ...checkpointVerbs(session),
    ...rollbackVerbs(session),
    watch: async (options = {}) => (await import('./watch.js')).watch(session, options),
    prune: async (options = {}) => (await import('./prune.js')).prune(session, options),
    gc: async (options = {}) => (await import('./gc.js')).gc(session, options),
    ...remoteVerbs(session),
    fork: async (checkpoint, directory, options = {}) =>
      (await import('./fork.js')).fork(session, checkpoint, directory, options),
    listForks: async () => (await import('./list-forks.js')).listForks(session),
    verify: async (options = {}) => (await import('./verify.js')).verify(session, options),
    doctor: async (options = {}) => (await import('./doctor.js')).doctor(session, options),
    ...hookVerbs(session),
    close: () => session.close(),
  };
}

function hookVerbs(
  session: Session,
): Pick<Workspace, 'installHooks' | 'uninstallHooks' | 'hooksStatus'> {
  return {
    installHooks: async (options) => (await import('./hooks.js')).installHooks(session, options),
    uninstallHooks: async (options = {}) =>
      (await import('./hooks.js')).uninstallHooks(session, options),
    hooksStatus: async (options = {}) => (await import('./hooks.js')).hooksStatus(session, options),
  };
}

type PlanVerb =
  | 'createPlan'
  | 'listPlans'
  | 'showPlan'
  | 'usePlan'
  | 'setPlan'
  | 'deletePlan'
  | 'completeStep'
  | 'resumePlan'
  | 'applyPlan'
  | 'abandonPlan';

function planVerbs(session: Session): Pick<Workspace, PlanVerb> {
  return {
    createPlan: async (options = {}) =>
      (await import('./create-plan.js')).createPlan(session, options),
    listPlans: async () => (await import('./list-plans.js')).listPlans(session),
    showPlan: async (plan) => (await import('./show-plan.js')).showPlan(session, plan),
    usePlan: async (plan) => (await import('./use-plan.js')).usePlan(session, plan),
    setPlan: async (plan, options) =>
      (await import('./set-plan.js')).setPlan(session, plan, options),
    deletePlan: async (plan) => (await import('./delete-plan.js')).deletePlan(session, plan),
    completeStep: async (plan, options) =>
      (await import('./complete-step.js')).completeStep(session, plan, options),
    resumePlan: async (options = {}) =>
      (await import('./resume-plan.js')).resumePlan(session, options),
    applyPlan: async (plan) => (await import('./end-plan.js')).applyPlan(session, plan),
    abandonPlan: async (plan) => (await import('./end-plan.js')).abandonPlan(session, plan),
  };
}

type DecisionVerb =
  'addDecision' | 'listDecisions' | 'showDecision' | 'addArtifacts' | 'completeDecision';

function decisionVerbs(session: Session): Pick<Workspace, DecisionVerb> {
  return {
    addDecision: async (plan, options) =>
      (await import('./add-decision.js')).addDecision(session, plan, options),
    listDecisions: async (plan) =>
      (await import('./list-decisions.js')).listDecisions(session, plan),
    showDecision: async (plan, decision) =>
      (await import('./show-decision.js')).showDecision(session, plan, decision),
    addArtifacts: async (plan, decision, paths) =>
      (await import('./change-decision.js')).addArtifacts(session, plan, decision, paths),
    completeDecision: async (plan, decision) =>
      (await import('./change-decision.js')).completeDecision(session, plan, decision),
  };
}

function correctionVerbs(
  session: Session,
): Pick<Workspace, 'correct' | 'listCorrections' | 'showCorrection'> {
  return {
    correct: async (plan, options) =>
      (await import('./correct.js')).correct(session, plan, options),
    listCorrections: async (plan) =>
      (await import('./show-corrections.js')).listCorrections(session, plan),
    showCorrection: async (plan, correction) =>
      (await import('./show-corrections.js')).showCorrection(session, plan, correction),
  };
}

type CheckpointVerb =
  | 'createCheckpoint'
  | 'listCheckpoints'
  | 'showCheckpoint'
  | 'diffCheckpoints'
  | 'nameCheckpoint'
  | 'deleteCheckpoint';

function checkpointVerbs(session: Session): Pick<Workspace, CheckpointVerb> {
  return {
    createCheckpoint: async (options = {}) =>
      (await import('./create-checkpoint.js')).createCheckpoint(session, options),
    listCheckpoints: async (options = {}) =>
      (await import('./list-checkpoints.js')).listCheckpoints(session, options),
    showCheckpoint: async (selector, plan) =>
      (await import('./show-checkpoint.js')).showCheckpoint(session, selector, plan),
    diffCheckpoints: async (options = {}) =>
      (await import('./diff-checkpoints.js')).diffCheckpoints(session, options),
    nameCheckpoint: async (selector, name, plan) =>
      (await import('./name-checkpoint.js')).nameCheckpoint(session, selector, name, plan),
    deleteCheckpoint: async (selector, plan) =>
      (await import('./delete-checkpoint.js')).deleteCheckpoint(session, selector, plan),
  };
}

function remoteVerbs(
  session: Session,
): Pick<Workspace, 'push' | 'fetch' | 'createBundle' | 'importBundle'> {
  return {
    push: async (remote, options = {}) =>
      (await import('./push.js')).push(session, remote, options),
    fetch: async (remote, options = {}) =>
      (await import('./fetch.js')).fetch(session, remote, options),
    createBundle: async (file, options = {}) =>
      (await import('./create-bundle.js')).createBundle(session, file, options),
    importBundle: async (file, options = {}) =>
      (await import('./fetch.js')).importBundle(session, file, options),
  };
}

function rollbackVerbs(
  session: Session,
): Pick<Workspace, 'rollback' | 'undo' | 'redo' | 'recover'> {
  return {
    rollback: async (options = {}) => (await import('./rollback.js')).rollback(session, options),
    undo: async (options = {}) => (await import('./undo.js')).undo(session, options),
    redo: async (options = {}) => (await import('./undo.js')).redo(session, options),
    recover: async () => (await import('./recover.js')).recover(session),
  };
}
