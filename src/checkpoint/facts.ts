import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { bytePathFromText } from '../core/byte-path.js';
import { MountPoints } from '../disk/mount-points.js';
import type { Repository } from '../store/repository-types.js';
import { hashObject } from '../store/objects/object-format.js';
import { maxFileSizeOf, type View } from './look.js';

function identityOf(path: string): string {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * A text that is the same as long as all is that decides which paths are captured, apart from the
 * worktree itself: which folder it is, the rules from outside it, what is tracked, the limit. Null
 * when something is mounted in the worktree: another process may see another thing there.
 */
export function factsOf(
  repository: Repository,
  { staging, rules }: Pick<View, 'staging' | 'rules'>,
): string | null {
  const { root, gitDir, commonDir, algorithm } = repository;
  if (MountPoints.read().hasBelow(bytePathFromText(root))) return null;
  const { exclude, infoExclude, excludesFile, ignoreCase } = rules.sources;
  const facts = [
    [root, gitDir, commonDir].map(identityOf),
    [algorithm, maxFileSizeOf(repository), ignoreCase, exclude],
    [infoExclude, excludesFile].map((text) => text?.toString('latin1') ?? null),
    staging === null ? null : hashObject(algorithm, 'blob', staging.bytes),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
