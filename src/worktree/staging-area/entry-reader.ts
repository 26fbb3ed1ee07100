import { asBytePath, ROOT, type BytePath } from '../../core/byte-path.js';
import { LIMITS } from '../../core/limits.js';
import { damagedArea, unsupportedArea, type StagingEntry } from './staging-entry.js';

/** Offsets in an entry: ten 32-bit numbers of stat data, of which one is the mode; then the id. */
const MODE_OFFSET = 24;
const OID_OFFSET = 40;

const ASSUME_VALID = 0x8000;
const EXTENDED = 0x4000;
const NAME_LENGTH = 0x0fff;
const SKIP_WORKTREE = 0x4000;
const INTENT_TO_ADD = 0x2000;
const KNOWN_EXTENDED = SKIP_WORKTREE | INTENT_TO_ADD;

interface Layout {
  version: number;
  hashBytes: number;
  /** Where the entries must have ended. */
  end: number;
  /** The file's name, for errors. */
  file: string;
}

/**
 * Reads entries one after the other. Source: gitformat-index(5), and git's read-cache.c.
 * Names are cut out of one string over the whole file: that is several times faster than asking
 * the buffer for each.
 */
export class EntryReader {
  offset: number;
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #layout: Layout;
  readonly #fixedBytes: number;
  #previous: BytePath = ROOT;

  constructor(bytes: Buffer, offset: number, layout: Layout) {
    this.#bytes = bytes;
    this.offset = offset;
    this.#layout = layout;
    this.#text = bytes.toString('latin1', 0, layout.end);
    this.#fixedBytes = OID_OFFSET + layout.hashBytes + 2;
  }

  read(): StagingEntry {
    const start = this.offset;
    this.#need(start + this.#fixedBytes + 2);
    const flagsAt = start + this.#fixedBytes - 2;
    const flags = this.#bytes.readUInt16BE(flagsAt);
    const isExtended = (flags & EXTENDED) !== 0;
    const extended = isExtended ? this.#bytes.readUInt16BE(flagsAt + 2) : 0;
    if ((extended & ~KNOWN_EXTENDED) !== 0) {
      throw unsupportedArea(this.#layout.file, 'has entries of an unknown form');
    }
    const path = this.#path(start, flagsAt + (isExtended ? 4 : 2), flags & NAME_LENGTH);
    return {
      path,
      mode: this.#bytes.readUInt32BE(start + MODE_OFFSET),
      oid: this.#bytes.toString('hex', start + OID_OFFSET, flagsAt),
      stage: (flags >> 12) & 3,
      assumeValid: (flags & ASSUME_VALID) !== 0,
      skipWorktree: (extended & SKIP_WORKTREE) !== 0,
      intentToAdd: (extended & INTENT_TO_ADD) !== 0,
    };
  }

  /** Takes the name and leaves `offset` after the entry. */
  #path(start: number, nameAt: number, length: number): BytePath {
    const path = this.#layout.version === 4 ? this.#compressed(nameAt) : this.#plain(start, nameAt);
    if (Math.min(path.length, NAME_LENGTH) !== length || path.length > LIMITS.pathBytes) {
      throw this.#damaged('a name is not as long as it should be');
    }
    this.#previous = path;
    return path;
  }

  /** The name ends in NUL bytes that make the entry's length a multiple of eight. */
  #plain(start: number, nameAt: number): BytePath {
    const end = this.#nameEnd(nameAt);
    this.offset = start + ((end - start + 8) & ~7);
    this.#need(this.offset);
    return asBytePath(this.#text.slice(nameAt, end));
  }

  /** A name of version 4: how much to drop from the one before it, and what to put there. */
  #compressed(at: number): BytePath {
    const dropped = this.#variableInteger(at);
    const end = this.#nameEnd(this.offset);
    const kept = this.#previous.length - dropped;
    if (kept < 0) throw this.#damaged('a name drops more than there is');
    const path = this.#previous.slice(0, kept) + this.#text.slice(this.offset, end);
    this.offset = end + 1;
    return asBytePath(path);
  }

  /** git's varint: seven bits a byte, most significant first, one added for each further byte. */
  #variableInteger(at: number): number {
    let next = at;
    let byte = this.#text.charCodeAt(next++);
    let value = byte & 0x7f;
    while ((byte & 0x80) !== 0) {
      byte = this.#text.charCodeAt(next++);
      value = (value + 1) * 128 + (byte & 0x7f);
    }
    this.offset = next;
    return value;
  }

  #nameEnd(nameAt: number): number {
    const end = this.#text.indexOf('\0', nameAt);
    if (end < 0) throw this.#damaged('it ends within a name');
    return end;
  }

  #need(offset: number): void {
    if (offset > this.#layout.end) throw this.#damaged('it ends within an entry');
  }

  #damaged(problem: string): Error {
    return damagedArea(this.#layout.file, problem);
  }
}
