import { PitonError } from '../core/errors.js';
import { listPlans, readPlan } from '../plan/plan-file.js';
import { readWorkspaceFile, writeCurrentPlan } from '../plan/workspace-file.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { setAside } from './set-aside.js';

/** The open plan that was worked on last: most likely the one that was current. */
function likelyPlan(stateDir: string): string | null {
  const open = listPlans(stateDir).plans.filter(({ status }) => status === 'active');
  open.sort((left, right) => (left.updated_at < right.updated_at ? 1 : -1));
  return open[0]?.plan_id ?? null;
}

function damagedFile({ repository, durability }: DoctorContext, error: PitonError): Finding {
  const { stateDir } = repository;
  const { code, message } = error;
  if (code === 'UNSUPPORTED_FORMAT') return { severity: 'should', message };
  const repair = (): void => {
    setAside(stateDir, '', 'workspace.json');
    writeCurrentPlan(stateDir, likelyPlan(stateDir), durability);
  };
  return { severity: 'must', message, repair };
}

/** What the workspace remembers beside its plans: which one is current. */
export const WORKSPACE_FILE: Check = {
  name: 'workspace_file',
  whileBusy: true,
  look: (context) => {
    const { stateDir } = context.repository;
    try {
      const { current_plan_id: current } = readWorkspaceFile(stateDir);
      if (current !== null) assertThere(stateDir, current);
      return [];
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      if (error.code !== 'PLAN_NOT_FOUND') return [damagedFile(context, error)];
      const repair = (): void => writeCurrentPlan(stateDir, null, context.durability);
      return [
        { severity: 'should', message: `the current plan is gone: ${error.message}`, repair },
      ];
    }
  },
};

/** A plan that is there and damaged is told of elsewhere. */
function assertThere(stateDir: string, planId: string): void {
  try {
    readPlan(stateDir, planId);
  } catch (error) {
    if (error instanceof PitonError && error.code === 'PLAN_NOT_FOUND') throw error;
  }
}
