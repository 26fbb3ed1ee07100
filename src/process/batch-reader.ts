import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { GitObject, ObjectType } from '../core/types.js';

const HEADER = /^[0-9a-f]{40,64} (?:(missing)|(blob|tree|commit|tag) (\d{1,15}))$/;
const LONGEST_HEADER = 128;
const NEWLINE = 0x0a;

/**
 * Cuts what `git cat-file --batch` says (git-cat-file(1), BATCH OUTPUT) into its answers: a line
 * with id, type and size, then the contents and a newline; or a line that ends in `missing`.
 */
export class BatchReader {
  readonly #onAnswer: (answer: GitObject | null) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  /** The object whose contents are being waited for, with their size and the newline. */
  #pending: { type: ObjectType; bytes: number } | null = null;

  constructor(onAnswer: (answer: GitObject | null) => void) {
    this.#onAnswer = onAnswer;
  }

  /** @throws {PitonError} `GIT_FAILED` when it is not what git says, or more than fits. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#pending === null ? this.#readHeader() : this.#readContents(this.#pending));
  }

  #readHeader(): boolean {
    // Headers are short: joining the chunks happens once for each of them.
    const buffer = this.#join();
    const end = buffer.indexOf(NEWLINE);
    if (end === -1 && buffer.length <= LONGEST_HEADER) return false;
    const match = HEADER.exec(buffer.toString('latin1', 0, Math.min(end, LONGEST_HEADER)));
    if (match === null) throw new PitonError('GIT_FAILED', 'git answered what is no object');
    this.#keep(buffer.subarray(end + 1));
    if (match[1] !== undefined) {
      this.#onAnswer(null);
      return true;
    }
    const size = Number(match[3]);
    if (size > LIMITS.wholeObjectBytes) {
      throw new PitonError('GIT_FAILED', `an object of ${size} bytes does not fit into memory`);
    }
    this.#pending = { type: match[2] as ObjectType, bytes: size + 1 };
    return true;
  }

  #readContents(pending: { type: ObjectType; bytes: number }): boolean {
    if (this.#length < pending.bytes) return false;
    const buffer = this.#join();
    const data = Buffer.from(buffer.subarray(0, pending.bytes - 1));
    this.#keep(buffer.subarray(pending.bytes));
    this.#pending = null;
    this.#onAnswer({ type: pending.type, data });
    return true;
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#keep(joined);
    return joined;
  }

  #keep(rest: Buffer): void {
    this.#chunks = [rest];
    this.#length = rest.length;
  }
}
