import { LIMITS } from '../../core/limits.js';
import { parseByteClass } from './byte-class.js';

const ANY_BYTE = 256;
/** `*`: any bytes of one name. */
const STAR = 257;
/** A `**` and its slash: no folders, or any number of them. */
const FOLDERS = 258;
/** `**` where no slash follows: any bytes, slashes too. */
const ANYTHING = 259;
const FIRST_CLASS = 260;

const SLASH = 0x2f;

/** At most two wildcards stand between two tokens that take a byte each, or at either end. */
const MAX_TOKENS = 3 * LIMITS.pathBytes + 2;

/** A wildcard pattern ready to be matched. */
export interface Glob {
  /** Bytes stand for themselves; then the constants above; then indexes into `classes`. */
  readonly tokens: readonly number[];
  readonly classes: readonly Uint8Array[];
}

/** Folds ASCII letters to lower case, as git folds names. */
export function foldCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()) : text;
}

/** How many bytes at the start of a pattern stand for themselves. */
export function literalLength(pattern: string): number {
  const special = pattern.search(/[*?[\\]/);
  return special < 0 ? pattern.length : special;
}

class GlobCompiler {
  readonly #tokens: number[] = [];
  readonly #classes: Uint8Array[] = [];
  readonly #pattern: string;
  readonly #foldsCase: boolean;
  #at = 0;

  constructor(pattern: string, foldsCase: boolean) {
    this.#pattern = pattern;
    this.#foldsCase = foldsCase;
  }

  compile(): Glob | null {
    while (this.#at < this.#pattern.length) {
      if (!this.#token() || this.#tokens.length > MAX_TOKENS) return null;
    }
    return { tokens: this.#tokens, classes: this.#classes };
  }

  #token(): boolean {
    const character = this.#pattern[this.#at];
    if (character === '*') return this.#stars();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escaped();
    this.#tokens.push(character === '?' ? ANY_BYTE : this.#literal());
    this.#at += 1;
    return true;
  }

  #literal(): number {
    const code = this.#pattern.charCodeAt(this.#at);
    return this.#foldsCase && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  }

  /** As in git, an escaped capital is not folded: against folded names it never matches. */
  #escaped(): boolean {
    if (this.#at + 1 >= this.#pattern.length) return false;
    this.#tokens.push(this.#pattern.charCodeAt(this.#at + 1));
    this.#at += 2;
    return true;
  }

  #class(): boolean {
    const parsed = parseByteClass(this.#pattern, this.#at + 1, this.#foldsCase);
    if (parsed === null) return false;
    this.#tokens.push(FIRST_CLASS + this.#classes.length);
    this.#classes.push(parsed.accepts);
    this.#at = parsed.end;
    return true;
  }

  #stars(): boolean {
    const start = this.#at;
    while (this.#pattern[this.#at] === '*') this.#at += 1;
    const standsAlone = start === 0 || this.#pattern[start - 1] === '/';
    const rest = this.#pattern.slice(this.#at, this.#at + 2);
    if (this.#at - start < 2 || !standsAlone) {
      this.#tokens.push(STAR);
    } else if (rest.startsWith('/')) {
      if (this.#tokens.at(-1) !== FOLDERS) this.#tokens.push(FOLDERS);
      this.#at += 1;
    } else {
      this.#tokens.push(rest === '' || rest === '\\/' ? ANYTHING : STAR);
    }
    return true;
  }
}

/**
 * Compiles a pattern; null when no path can match it: it is malformed, or wants more bytes than a
 * path has. `foldsCase`: the texts it is matched against will come in lower case.
 * Source: git's wildmatch.c with WM_PATHNAME.
 */
export function compileGlob(pattern: string, foldsCase: boolean): Glob | null {
  return new GlobCompiler(pattern, foldsCase).compile();
}

function isWild(token: number | undefined): boolean {
  return token === STAR || token === FOLDERS || token === ANYTHING;
}

function takes(glob: Glob, token: number, byte: number): boolean {
  if (token < FIRST_CLASS) return token === byte || (token === ANY_BYTE && byte !== SLASH);
  return glob.classes[token - FIRST_CLASS]?.[byte] === 1;
}

/** The next place after `from` where what follows a `**` may begin, or -1. */
function nextStart(token: number | undefined, text: string, from: number): number {
  if (token === ANYTHING) return from + 1;
  return text.indexOf('/', from) + 1 || -1;
}

/**
 * Whether the text from `from` on matches. Time is at most the product of both lengths, whatever
 * the pattern: only the last `*` and the last `**` are ever tried again. That is enough, because
 * what an earlier wildcard could take, a later one of its kind can take as well, and because a `*`
 * never passes a slash.
 */
export function matchesGlob(glob: Glob, text: string, from = 0): boolean {
  const { tokens } = glob;
  const last = tokens.at(-1) ?? ANYTHING;
  if (!isWild(last) && !takes(glob, last, text.charCodeAt(text.length - 1))) return false;
  let at = from;
  let index = 0;
  let star = -1;
  let starAt = 0;
  let wide = -1;
  let wideAt = 0;
  while (at < text.length) {
    const token = tokens[index] ?? -1;
    if (token === STAR) {
      star = index += 1;
      starAt = at;
    } else if (token === FOLDERS || token === ANYTHING) {
      wide = index += 1;
      wideAt = at;
      star = -1;
    } else if (takes(glob, token, text.charCodeAt(at))) {
      index += 1;
      at += 1;
    } else if (star >= 0 && text.charCodeAt(starAt) !== SLASH) {
      at = starAt += 1;
      index = star;
    } else {
      if (wide < 0) return false;
      at = wideAt = nextStart(tokens[wide - 1], text, wideAt);
      if (at < 0) return false;
      index = wide;
      star = -1;
    }
  }
  while (isWild(tokens[index])) index += 1;
  return index === tokens.length;
}
