/** The POSIX classes as git has them: ASCII only, whatever the locale. */
const POSIX_CLASSES = new Map([
  ['alnum', /[0-9A-Za-z]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  // eslint-disable-next-line no-control-regex
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t\n\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);

const BACKSLASH = 0x5c;
const DASH = 0x2d;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COLON = 0x3a;
const SLASH = 0x2f;

/** A bracket expression: which bytes it takes, and where the pattern goes on. */
export interface ByteClass {
  /** 256 flags, by byte. */
  readonly accepts: Uint8Array;
  /** The offset after the closing bracket. */
  readonly end: number;
}

class ByteClassParser {
  readonly #accepts = new Uint8Array(256);
  readonly #pattern: string;
  readonly #foldsCase: boolean;
  #at: number;
  /** The byte a range would begin with, or 0 where none can begin. */
  #previous = 0;

  constructor(pattern: string, at: number, foldsCase: boolean) {
    this.#pattern = pattern;
    this.#at = at;
    this.#foldsCase = foldsCase;
  }

  parse(): ByteClass | null {
    const mark = this.#pattern[this.#at];
    const inverted = mark === '!' || mark === '^';
    if (inverted) this.#at += 1;
    for (let first = true; first || this.#code() !== CLOSE; first = false) {
      if (!this.#element()) return null;
    }
    const accepts = inverted ? this.#accepts.map((flag) => 1 - flag) : this.#accepts;
    accepts[SLASH] = 0;
    return { accepts, end: this.#at + 1 };
  }

  /** NaN at the end of the pattern. */
  #code(offset = 0): number {
    return this.#pattern.charCodeAt(this.#at + offset);
  }

  /** Takes one element; false where the expression is malformed, so that nothing matches it. */
  #element(): boolean {
    if (this.#code() === DASH && this.#previous !== 0 && this.#isRangeEnd()) return this.#range();
    if (this.#code() === OPEN && this.#code(1) === COLON) return this.#posixClass();
    const byte = this.#literal();
    if (Number.isNaN(byte)) return false;
    this.#accepts[byte] = 1;
    this.#previous = byte;
    return true;
  }

  #isRangeEnd(): boolean {
    const next = this.#code(1);
    return !Number.isNaN(next) && next !== CLOSE;
  }

  /** Takes a byte, escaped or not. */
  #literal(): number {
    if (this.#code() === BACKSLASH) this.#at += 1;
    const byte = this.#code();
    this.#at += 1;
    return byte;
  }

  #range(): boolean {
    this.#at += 1;
    const last = this.#literal();
    if (Number.isNaN(last)) return false;
    for (let byte = this.#previous; byte <= last; byte += 1) this.#acceptEitherCase(byte);
    this.#previous = 0;
    return true;
  }

  /** A name is folded to lower case before it is compared, so upper case stands for lower. */
  #acceptEitherCase(byte: number): void {
    this.#accepts[byte] = 1;
    if (this.#foldsCase && byte >= 0x41 && byte <= 0x5a) this.#accepts[byte + 0x20] = 1;
  }

  #posixClass(): boolean {
    const close = this.#pattern.indexOf(']', this.#at + 2);
    if (close < 0) return false;
    if (close === this.#at + 2 || this.#pattern[close - 1] !== ':') {
      this.#accepts[OPEN] = 1;
      this.#previous = OPEN;
      this.#at += 1;
      return true;
    }
    const members = POSIX_CLASSES.get(this.#pattern.slice(this.#at + 2, close - 1));
    if (members === undefined) return false;
    for (let byte = 0; byte < 128; byte += 1) {
      if (members.test(String.fromCharCode(byte))) this.#acceptClassMember(byte, members);
    }
    this.#at = close + 1;
    this.#previous = 0;
    return true;
  }

  #acceptClassMember(byte: number, members: RegExp): void {
    if (members === POSIX_CLASSES.get('upper')) this.#acceptEitherCase(byte);
    else this.#accepts[byte] = 1;
  }
}

/**
 * Reads the bracket expression whose first byte after `[` is at `at`; null when it is malformed.
 * A `/` is never in it. `foldsCase`: names will come in lower case. As git has it, single letters
 * in brackets are not folded then (`[A]` matches nothing), ranges and `[:upper:]` are.
 * Source: git's wildmatch.c.
 */
export function parseByteClass(pattern: string, at: number, foldsCase: boolean): ByteClass | null {
  return new ByteClassParser(pattern, at, foldsCase).parse();
}
