import { PitonError } from '../core/errors.js';
import type { Repository } from '../store/repository-types.js';

/**
 * What git keeps for a worktree in another form there is git's alone to make.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY`, with all that speaks against it
 */
export function assertCanFork({
  refStorage,
  unknownExtensions,
  kind,
}: Pick<Repository, 'refStorage' | 'unknownExtensions' | 'kind'>): void {
  const reasons = [
    ...(kind === 'submodule' ? ['it is a submodule'] : []),
    ...(refStorage === 'files' ? [] : [`its refs are kept as ${refStorage}`]),
    ...unknownExtensions.map((name) => `it has the extension ${name}`),
  ];
  if (reasons.length === 0) return;
  const message = `piton cannot make a fork in this repository: ${reasons.join(', ')}`;
  throw new PitonError('UNSUPPORTED_REPOSITORY', message, {
    hint: "clone it, and in the clone: 'piton fetch origin', 'piton rollback <checkpoint>'",
    details: { kind, ref_storage: refStorage, extensions: unknownExtensions },
  });
}
