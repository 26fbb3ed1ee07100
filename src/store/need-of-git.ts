import type { Repository } from './repository-types.js';

/** Why isomorphic-git and piton's own code will not do for a repository, or null. */
export function needOfGit({ algorithm, refStorage, unknownExtensions }: Repository): string | null {
  if (algorithm === 'sha256') return 'the repository is in SHA-256';
  if (refStorage === 'reftable') return 'the repository keeps its refs in tables';
  if (unknownExtensions.length === 0) return null;
  return `the repository has extensions that piton does not know: ${unknownExtensions.join(', ')}`;
}
