import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { withIdPrefix } from '../plan/select.js';
import type { Correction, Plan } from '../plan/types.js';
import { archivedFilesPath } from '../rollback/archive.js';
import { readArchiveManifest } from '../rollback/archive-manifest.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type {
  ArchivedCorrectionData,
  ArchivedFileData,
  CorrectionListData,
  NamedCorrectionData,
} from './correction-data.js';
import { meantPlan } from './select.js';
import type { Session } from './session.js';

/** What is in a correction's archive by its manifest; nothing while the correction is undone. */
export function archivedFiles(
  { stateDir }: RollbackWorkspace,
  plan: Plan,
  { correction_id: correctionId }: Correction,
): ArchivedFileData[] {
  const key = { planId: plan.plan_id, correctionId };
  return (readArchiveManifest(stateDir, key)?.items ?? []).map(({ path, ...item }) => ({
    ...item,
    path: pathToJson(path),
    to: `${archivedFilesPath(key)}/${item.id}`,
  }));
}

/** @throws {PitonError} `CORRECTION_NOT_FOUND`; `USAGE` when ambiguous. */
function findCorrection(plan: Plan, selector: string): Correction {
  const found = withIdPrefix(plan.corrections, (one) => one.correction_id, selector);
  const [first, second] = found;
  if (first === undefined) {
    throw new PitonError('CORRECTION_NOT_FOUND', `no correction ${JSON.stringify(selector)}`, {
      hint: `'piton plan correction list ${plan.plan_id}' shows them`,
      details: { plan_id: plan.plan_id, correction: selector },
    });
  }
  if (second === undefined) return first;
  throw new PitonError(
    'USAGE',
    `more than one correction begins with ${JSON.stringify(selector)}`,
    {
      hint: 'name it by its whole id',
      details: {
        candidates: found.map(({ correction_id, reason }) => ({ correction_id, reason })),
      },
    },
  );
}

/** The corrections of a plan, oldest first, each with what its archive holds. */
export async function listCorrections(
  session: Session,
  selector: string | undefined,
): Promise<CorrectionListData> {
  return session.reading((workspace) => {
    const plan = meantPlan(workspace.stateDir, selector);
    const corrections = plan.corrections.map((one): ArchivedCorrectionData => {
      return { ...one, archived: archivedOrWarn(workspace, plan, one) };
    });
    return Promise.resolve({ corrections });
  });
}

/** One damaged archive is no reason not to list the others. */
function archivedOrWarn(
  workspace: RollbackWorkspace,
  plan: Plan,
  correction: Correction,
): ArchivedFileData[] {
  try {
    return archivedFiles(workspace, plan, correction);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    workspace.warn({ code: error.code, message: error.message });
    return [];
  }
}

/**
 * One correction of a plan, with what its archive holds.
 * @throws {PitonError} `CORRECTION_NOT_FOUND`; `STATE_DAMAGED` when the manifest of the archive is.
 */
export async function showCorrection(
  session: Session,
  selector: string | undefined,
  correction: string,
): Promise<NamedCorrectionData> {
  return session.reading((workspace) => {
    const plan = meantPlan(workspace.stateDir, selector);
    const found = findCorrection(plan, correction);
    return Promise.resolve({
      correction: { ...found, archived: archivedFiles(workspace, plan, found) },
    });
  });
}
