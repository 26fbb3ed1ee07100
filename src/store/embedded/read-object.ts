import { PitonError, systemErrorCode } from '../../core/errors.js';
import type { GitObject, ObjectId } from '../../core/types.js';
import type { FsClient } from './fs-client.js';

/**
 * An object of a SHA-1 repository as isomorphic-git reads it, alternates not looked at; null when
 * it is not there. Whole packs are read into memory and kept in `cache`.
 * @throws {PitonError} `OBJECT_DAMAGED` when it is there and cannot be read; what `fs` throws
 */
export async function readObject(
  fs: FsClient,
  gitdir: string,
  oid: ObjectId,
  cache: object,
): Promise<GitObject | null> {
  const { Errors, readObject: read } = await import('isomorphic-git');
  try {
    const result = await read({ fs, gitdir, oid, format: 'content', cache });
    if (result.format !== 'content') throw new Error(`unexpected format ${result.format}`);
    const { buffer, byteOffset, length } = result.object;
    return { type: result.type, data: Buffer.from(buffer, byteOffset, length) };
  } catch (error) {
    // A missing base of a delta is told in the same way.
    if (error instanceof Errors.NotFoundError && error.data.what === oid) return null;
    if (error instanceof PitonError || systemErrorCode(error)?.startsWith('E') === true) {
      throw error;
    }
    throw new PitonError('OBJECT_DAMAGED', `object ${oid} cannot be read`, {
      hint: 'see what `git fsck` says',
      details: { object: oid },
      cause: error,
    });
  }
}
