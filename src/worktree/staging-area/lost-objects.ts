import { createHash } from 'node:crypto';
import { MODE, type HashAlgorithm, type ObjectId } from '../../core/types.js';
import { readContents } from './read-staging-area.js';
import { readResolveUndo } from './resolve-undo.js';
import { damagedArea, HASH_BYTES } from './staging-entry.js';

const FILE = 'index';

/** What says where the other extensions end is wrong once one is left out; git can do without. */
const END_OF_ENTRIES = 'EOIE';

/**
 * Git's index file without its cache of trees or its resolved conflicts, when one of the objects
 * that they name is not there any more: git takes such a file for damaged, and cannot collect
 * garbage. All else stays as it is. Source: gitformat-index(5), "Cache tree".
 * @param isThere whether the repository has an object
 * @throws {PitonError} `STATE_DAMAGED` for a file that git would not read either
 */
export function withoutLostObjects(
  bytes: Buffer,
  algorithm: HashAlgorithm,
  isThere: (oid: ObjectId) => boolean,
): Buffer {
  const { extensions } = readContents(bytes, algorithm, FILE);
  const isLost = ({ signature, data }: { signature: string; data: Buffer }): boolean =>
    !namedBy(signature, data, algorithm).every(isThere);
  const lost = extensions.filter(isLost).map(({ signature }) => signature);
  if (lost.length === 0) return bytes;
  const first = extensions[0]?.from ?? 0;
  const kept = extensions.filter(({ signature }) => ![...lost, END_OF_ENTRIES].includes(signature));
  const parts = kept.map(({ from, to }) => bytes.subarray(from, to));
  return withChecksum(Buffer.concat([bytes.subarray(0, first), ...parts]), bytes, algorithm);
}

/** The objects that an extension needs to be there; a submodule's commits are elsewhere. */
function namedBy(signature: string, data: Buffer, algorithm: HashAlgorithm): ObjectId[] {
  if (signature === 'TREE') return treesOf(data, algorithm);
  if (signature !== 'REUC') return [];
  const sides = readResolveUndo(data, algorithm, FILE);
  return sides.filter(({ mode }) => mode !== MODE.gitlink).map(({ oid }) => oid);
}

/** Entries are a path up to NUL, the number of entries or -1, that of subtrees, then the id. */
function treesOf(data: Buffer, algorithm: HashAlgorithm): ObjectId[] {
  const trees: ObjectId[] = [];
  for (let at = 0; at < data.length;) {
    const pathEnd = data.indexOf(0, at);
    const lineEnd = data.indexOf(0x0a, pathEnd);
    if (pathEnd < 0 || lineEnd < 0) throw damagedArea(FILE, 'its cache of trees ends too early');
    const isValid = !data.toString('latin1', pathEnd + 1, lineEnd).startsWith('-');
    at = lineEnd + 1;
    if (!isValid) continue;
    trees.push(data.toString('hex', at, at + HASH_BYTES[algorithm]));
    at += HASH_BYTES[algorithm];
  }
  return trees;
}

/** With `index.skipHash` git writes zeros in its place. */
function withChecksum(contents: Buffer, before: Buffer, algorithm: HashAlgorithm): Buffer {
  const old = before.subarray(before.length - HASH_BYTES[algorithm]);
  const isSkipped = old.every((byte) => byte === 0);
  const checksum = isSkipped ? old : createHash(algorithm).update(contents).digest();
  return Buffer.concat([contents, checksum]);
}
