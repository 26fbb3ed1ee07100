import type { BytePath } from '../core/byte-path.js';
import { MODE, type HashAlgorithm } from '../core/types.js';
import type { DeflatedObject } from '../store/object-store.js';
import { idBytes } from '../store/objects/object-format.js';
import type { SharedPresence } from '../store/objects/presence.js';
import type { HashOutcome } from './hash-file.js';
import { STAT_RECORD_BYTES } from './stat-record.js';

/** What a hashing thread is told when it starts. */
export interface HashThreadSetting {
  /** The worktree's root, absolute. */
  root: BytePath;
  algorithm: HashAlgorithm;
  /** Files with more bytes are `too_large` for the thread. */
  maxBytes: number;
  /** Which objects there are already; null when contents are not to be stored at all. */
  known: SharedPresence | null;
  /** Other than 0 once no answer is wanted any more. */
  stop: Int32Array<SharedArrayBuffer>;
}

/** Files for a hashing thread; `first` is given back with the answer. */
export interface HashRequest {
  first: number;
  paths: BytePath[];
}

/** The outcomes of one request, packed: cloning an object for every file would cost too much. */
export interface HashReply {
  first: number;
  outcomes: Uint8Array<ArrayBuffer>;
  /** The compressed contents that are new, one after the other. */
  deflated: Uint8Array<ArrayBuffer>;
}

const KINDS = [
  'hashed',
  'vanished',
  'replaced',
  'unreadable',
  'too_large',
  'unstable',
] as const satisfies readonly HashOutcome['kind'][];

/*
 * One outcome: kind (u8), flags (u8), bytes of the contents (u32), bytes of them compressed (u32),
 * stat record (40), object id. Integers are little-endian; all but the kind count when hashed only.
 */
const FLAGS_AT = 1;
const SIZE_AT = 2;
const DEFLATED_AT = 6;
const RECORD_AT = 10;
const ID_AT = RECORD_AT + STAT_RECORD_BYTES;
const IS_STABLE = 1;
const IS_EXECUTABLE = 2;

/** Packs outcomes in the order of the request's paths. */
export class ReplyWriter {
  readonly #outcomes: Buffer<ArrayBuffer>;
  readonly #width: number;
  readonly #deflated: Uint8Array[] = [];
  #count = 0;

  constructor(algorithm: HashAlgorithm, count: number) {
    this.#width = ID_AT + idBytes(algorithm);
    this.#outcomes = Buffer.alloc(count * this.#width);
  }

  add(outcome: HashOutcome, contents: DeflatedObject | null): void {
    const at = this.#count++ * this.#width;
    const bytes = this.#outcomes;
    bytes[at] = KINDS.indexOf(outcome.kind);
    if (outcome.kind !== 'hashed') return;
    const executable = outcome.mode === MODE.executable ? IS_EXECUTABLE : 0;
    bytes[at + FLAGS_AT] = executable | (outcome.stable ? IS_STABLE : 0);
    outcome.record.copy(bytes, at + RECORD_AT);
    bytes.write(outcome.oid, at + ID_AT, 'hex');
    if (contents === null) return;
    bytes.writeUInt32LE(contents.size, at + SIZE_AT);
    bytes.writeUInt32LE(contents.deflated.length, at + DEFLATED_AT);
    this.#deflated.push(contents.deflated);
  }

  finish(first: number): HashReply {
    const length = this.#deflated.reduce((sum, part) => sum + part.length, 0);
    const deflated = new Uint8Array(length);
    let at = 0;
    for (const part of this.#deflated) {
      deflated.set(part, at);
      at += part.length;
    }
    return { first, outcomes: this.#outcomes, deflated };
  }
}

export interface ReplyItem {
  outcome: HashOutcome;
  /** Contents to be stored; null when they are known, or nothing was hashed. */
  contents: DeflatedObject | null;
}

/** What a reply says, in the order of the request's paths. */
export function* readReply(reply: HashReply, algorithm: HashAlgorithm): Generator<ReplyItem> {
  const { buffer, byteOffset, length } = reply.outcomes;
  const bytes = Buffer.from(buffer, byteOffset, length);
  const width = ID_AT + idBytes(algorithm);
  let taken = 0;
  for (let at = 0; at < length; at += width) {
    const kind = KINDS[bytes[at] as number] as HashOutcome['kind'];
    if (kind !== 'hashed') {
      yield { outcome: { kind }, contents: null };
      continue;
    }
    const flags = bytes[at + FLAGS_AT] as number;
    const oid = bytes.toString('hex', at + ID_AT, at + width);
    const record = bytes.subarray(at + RECORD_AT, at + ID_AT);
    const mode = (flags & IS_EXECUTABLE) === 0 ? MODE.file : MODE.executable;
    const outcome = { kind, oid, mode, record, stable: (flags & IS_STABLE) !== 0 };
    const end = taken + bytes.readUInt32LE(at + DEFLATED_AT);
    const deflated = reply.deflated.subarray(taken, end);
    taken = end;
    // No zlib stream is empty, so that no length means no contents.
    const contents: DeflatedObject | null =
      deflated.length === 0
        ? null
        : { oid, type: 'blob', size: bytes.readUInt32LE(at + SIZE_AT), deflated };
    yield { outcome, contents };
  }
}
