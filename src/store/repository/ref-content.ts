import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { isRefName } from './ref-name.js';

/** What a ref holds: an object's id, or the name of another ref. */
export type RefValue = { kind: 'oid'; oid: ObjectId } | { kind: 'symbolic'; target: string };

const HEX: Record<HashAlgorithm, RegExp> = {
  sha1: /^[0-9a-f]{40}$/,
  sha256: /^[0-9a-f]{64}$/,
};

/** Whether the text is the id of an object; the id of all zeros means that there is none. */
export function isObjectId(text: string, algorithm: HashAlgorithm): boolean {
  return HEX[algorithm].test(text) && !/^0+$/.test(text);
}

/**
 * Parses the contents of a loose ref's file; null when it is neither an id nor a valid name. As
 * git's parse_loose_ref_contents: what follows an id after white space does not count.
 */
export function parseRefContent(content: Buffer, algorithm: HashAlgorithm): RefValue | null {
  const text = content.toString().trimEnd();
  if (text.startsWith('ref:')) {
    const target = text.slice('ref:'.length).trimStart();
    return target.startsWith('refs/') && isRefName(target) ? { kind: 'symbolic', target } : null;
  }
  const oid = (text.split(/\s/, 1)[0] ?? '').toLowerCase();
  return isObjectId(oid, algorithm) ? { kind: 'oid', oid } : null;
}
