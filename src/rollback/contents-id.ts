import { closeSync, constants, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { BytePath } from '../core/byte-path.js';
import type { HashAlgorithm, ObjectId } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { hashObject, startObjectHash } from '../store/objects/object-format.js';

/**
 * What is read at a time, one for all files: set aside anew for each, it is memory outside of the
 * heap for which the garbage collector runs again and again.
 */
const chunk = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The id that the contents of a file, or the target of a link, have as a git object now.
 * @param stat what the name's lstat is, for a caller that has just asked for it.
 */
export function contentsId(
  folder: AnchoredDirectory,
  name: BytePath,
  algorithm: HashAlgorithm,
  stat: BigIntStats | null = folder.lstat(name),
): ObjectId {
  if (stat?.isSymbolicLink() === true) return hashObject(algorithm, 'blob', folder.readlink(name));
  const hash = startObjectHash(algorithm, 'blob', Number(stat?.size ?? 0n));
  const fd = folder.open(name, constants.O_RDONLY);
  try {
    for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) {
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** The algorithm of an id, told by its length. */
export function algorithmOf(oid: ObjectId): HashAlgorithm {
  return oid.length === 40 ? 'sha1' : 'sha256';
}
