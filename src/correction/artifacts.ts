import { pathFromJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { Plan } from '../plan/types.js';
import type { Artifact } from '../rollback/archive.js';
import { assertSafeTreePath } from '../worktree/safe-names.js';

export interface DeclaredArtifacts {
  safe: Artifact[];
  /** Paths that lead out of the worktree or into a git dir: nobody but a plan file says them. */
  unsafe: BytePath[];
}

function isSafe(path: BytePath): boolean {
  try {
    assertSafeTreePath(path);
    return true;
  } catch (error) {
    if (error instanceof PitonError) return false;
    throw error;
  }
}

/** What the decisions with these ids are said to have produced, in the order of the decisions. */
export function artifactsOf(plan: Plan, decisionIds: readonly string[]): DeclaredArtifacts {
  const meant = new Set(decisionIds);
  const all = plan.decisions
    .filter(({ decision_id: id }) => meant.has(id))
    .flatMap(({ decision_id: decisionId, artifacts }) =>
      artifacts.map((path) => ({ path: pathFromJson(path), decisionId })),
    );
  return {
    safe: all.filter(({ path }) => isSafe(path)),
    unsafe: all.filter(({ path }) => !isSafe(path)).map(({ path }) => path),
  };
}
