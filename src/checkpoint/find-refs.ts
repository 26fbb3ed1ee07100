import { textOf } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { resolveRef } from '../store/file-refs/resolve-ref.js';
import type { Ref } from '../store/ref-store.js';
import { refFiles } from '../store/repository/loose-refs.js';
import { readPackedRefs, type PackedRefs } from '../store/repository/packed-refs.js';
import { refDamaged } from '../store/repository/ref-errors.js';
import { isRefName } from '../store/repository/ref-name.js';
import type { Repository } from '../store/repository-types.js';
import type { CheckpointContext } from './context.js';

/** A ref that is there and cannot be read. */
export interface BrokenRef {
  name: string;
  error: PitonError;
}

export interface FoundRefs {
  /** Sorted by name. */
  refs: Ref[];
  broken: BrokenRef[];
  /** False when a place where refs are kept could not be read: there may be more of them. */
  isComplete: boolean;
}

function unlessBroken<T>(found: FoundRefs, name: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    found.broken.push({ name, error });
    return null;
  }
}

function readOne(
  repository: Repository,
  name: string,
  packed: PackedRefs | null,
  found: FoundRefs,
): void {
  unlessBroken(found, name, () => {
    if (!isRefName(name)) throw refDamaged(name, 'has a name that no ref can have');
    const { oid } = resolveRef(repository, name, packed ?? undefined);
    if (oid !== null) found.refs.push({ name, oid });
  });
}

function findOneByOne(repository: Repository, prefix: string): FoundRefs {
  const { commonDir, algorithm } = repository;
  const found: FoundRefs = { refs: [], broken: [], isComplete: true };
  const names = new Set<string>();
  const loose = unlessBroken(found, prefix, () => refFiles(commonDir, prefix));
  for (const path of loose ?? []) {
    const name = textOf(path);
    if (name !== undefined && !name.endsWith('.lock')) names.add(name);
  }
  const packed = unlessBroken(found, 'packed-refs', () => readPackedRefs(commonDir, algorithm));
  const packedNames = unlessBroken(found, 'packed-refs', () => packed?.names(prefix) ?? []);
  for (const name of packedNames ?? []) names.add(name);
  found.isComplete = loose !== null && packed !== null && packedNames !== null;
  for (const name of [...names].sort()) readOne(repository, name, packed, found);
  return found;
}

/**
 * The refs that begin with `prefix`, and beside them those that cannot be read: one of these makes
 * a whole listing fail, and would hide all others from whoever looks for damage.
 * @throws {PitonError} as `RefStore.list`, where refs are not kept as files.
 */
export async function findRefs(
  { repository, refs }: Pick<CheckpointContext, 'repository' | 'refs'>,
  prefix: string,
): Promise<FoundRefs> {
  try {
    return { refs: await refs.list(prefix), broken: [], isComplete: true };
  } catch (error) {
    if (!(error instanceof PitonError) || repository.refStorage !== 'files') throw error;
    return findOneByOne(repository, prefix);
  }
}
