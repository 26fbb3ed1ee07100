import { createHash } from 'node:crypto';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { readContents } from './read-staging-area.js';
import { damagedArea, HASH_BYTES } from './staging-entry.js';

const FILE = 'index';

/** What says where the other extensions end is wrong once one is left out; git can do without. */
const LEFT_OUT = ['TREE', 'EOIE'];

/**
 * Git's index file without its cache of trees, when one of these is not there any more: git does
 * not keep them alive, and takes a file that names a lost one for damaged. All else stays as it is.
 * Source: gitformat-index(5), "Cache tree".
 * @param isThere whether the repository has an object
 * @throws {PitonError} `STATE_DAMAGED` for a file that git would not read either
 */
export function withoutLostTrees(
  bytes: Buffer,
  algorithm: HashAlgorithm,
  isThere: (oid: ObjectId) => boolean,
): Buffer {
  const { extensions } = readContents(bytes, algorithm, FILE);
  const cache = extensions.find(({ signature }) => signature === 'TREE');
  if (cache === undefined || treesOf(cache.data, algorithm).every(isThere)) return bytes;
  const first = extensions[0]?.from ?? 0;
  const kept = extensions.filter(({ signature }) => !LEFT_OUT.includes(signature));
  const parts = kept.map(({ from, to }) => bytes.subarray(from, to));
  return withChecksum(Buffer.concat([bytes.subarray(0, first), ...parts]), bytes, algorithm);
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
