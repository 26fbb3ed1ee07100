import { join } from 'node:path';
import { asBytePath, bytePathFromText, textOf } from '../../core/byte-path.js';
import { LIMITS } from '../../core/limits.js';
import type { HashAlgorithm, ObjectId } from '../../core/types.js';
import { readBounded } from '../../disk/read.js';
import { isObjectId } from './ref-content.js';
import { refDamaged } from './ref-errors.js';
import { isRefName } from './ref-name.js';

const LINE = /^([0-9a-f]+) (\S.*)$/;

/** The refs of a packed-refs file. Format: git's refs/packed-backend.c. */
export interface PackedRefs {
  get(name: string): ObjectId | null;
  /** Names that begin with `prefix`; those that are not UTF-8 are left out. */
  names(prefix: string): string[];
  /** The file without some refs and without what is said of them; all else as it was. */
  without(names: ReadonlySet<string>): Buffer;
}

/** @throws {PitonError} `STATE_DAMAGED` when the file is no packed-refs file */
export function readPackedRefs(commonDir: string, algorithm: HashAlgorithm): PackedRefs {
  const content = readBounded(join(commonDir, 'packed-refs'), LIMITS.packedRefsBytes);
  return parsePackedRefs(content?.toString('latin1') ?? '', algorithm);
}

function parsePackedRefs(text: string, algorithm: HashAlgorithm): PackedRefs {
  if (text !== '' && !text.endsWith('\n')) throw refDamaged('packed-refs', 'has no end of line');
  const lines = text.split('\n').slice(0, -1);
  const oids = new Map<string, ObjectId>();
  for (const line of lines) {
    if (line.startsWith('#') || line.startsWith('^')) continue;
    const [, oid = '', name = ''] = LINE.exec(line) ?? [];
    if (!isObjectId(oid, algorithm)) throw refDamaged('packed-refs', `has a bad line: ${line}`);
    oids.set(name, oid);
  }
  return {
    get: (name) => oids.get(bytePathFromText(name)) ?? null,
    names: (prefix) => namesWith(prefix, oids.keys()),
    without: (names) => {
      const gone = new Set<string>([...names].map(bytePathFromText));
      return Buffer.from(keepLines(lines, gone), 'latin1');
    },
  };
}

function namesWith(prefix: string, keys: Iterable<string>): string[] {
  const names: string[] = [];
  for (const key of keys) {
    const name = textOf(asBytePath(key));
    if (name?.startsWith(prefix) !== true) continue;
    if (!isRefName(name)) throw refDamaged(name, 'has a name that no ref can have');
    names.push(name);
  }
  return names;
}

function keepLines(lines: readonly string[], gone: ReadonlySet<string>): string {
  let kept = '';
  let keeping = true;
  for (const line of lines) {
    // A line with `^` says what the tag of the line before leads to.
    if (!line.startsWith('^')) keeping = !gone.has(LINE.exec(line)?.[2] ?? '');
    if (keeping) kept += `${line}\n`;
  }
  return kept;
}
