import { fchmodSync, fchownSync, fstatSync, type BigIntStats } from 'node:fs';
import { systemErrorCode } from '../core/errors.js';
import type { ObjectId } from '../core/types.js';
import { writeFully } from '../disk/atomic-write.js';
import type { ObjectReader } from '../store/object-store.js';
import { damaged } from '../store/objects/damage.js';

/** Takes permissions away that are not among those given; a stat cache can be forged. */
export function narrow(fd: number, allowed: number): void {
  fchmodSync(fd, fstatSync(fd).mode & allowed);
}

/** Gives a new file, of which `own` tells, the owner and group of the one that it replaces. */
export function takeOverOwner(fd: number, own: BigIntStats, replaced: BigIntStats): void {
  if (own.uid === replaced.uid && own.gid === replaced.gid) return;
  try {
    fchownSync(fd, Number(replaced.uid), Number(replaced.gid));
  } catch (error) {
    // Only root may give files away; then the file is ours, as after any checkout.
    if (systemErrorCode(error) !== 'EPERM') throw error;
  }
}

/**
 * A tree written by hand can name another tree, or a commit, as the contents of a file.
 * @throws {PitonError} `OBJECT_DAMAGED`
 */
export function assertBlob(type: string, oid: ObjectId): void {
  if (type !== 'blob') throw damaged(`a ${type} stands where a file should`, { object: oid });
}

/**
 * Writes a blob's contents, verified against its id on the way.
 * @throws {PitonError} `OBJECT_DAMAGED`; the file then holds a part of them.
 */
export async function writeBlob(fd: number, oid: ObjectId, objects: ObjectReader): Promise<void> {
  const object = await objects.readStream(oid);
  if (object.whole === undefined && object.type !== 'blob') object.stream.destroy();
  assertBlob(object.type, oid);
  if (object.whole !== undefined) writeFully(fd, object.whole);
  else for await (const chunk of object.stream) writeFully(fd, chunk as Buffer);
}
