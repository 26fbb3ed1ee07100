/** What one piece of a pattern takes from the text. */
type Token =
  | { kind: 'one'; matches: (character: string) => boolean }
  | { kind: 'star' }
  | { kind: 'globstar' }
  | { kind: 'directories' };

export interface WildmatchOptions {
  /** ASCII letters match in either case. */
  ignoreCase?: boolean;
}

const CLASSES: Partial<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // eslint-disable-next-line no-control-regex
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/**
 * Whether a whole path matches a pattern in which `*` and `?` do not match `/`, and `**` between
 * slashes does: git's wildmatch.c with WM_PATHNAME. Time grows with the product of both lengths,
 * whatever the pattern: patterns come from hostile files.
 */
export function wildmatch(pattern: string, text: string, options: WildmatchOptions = {}): boolean {
  const fold = options.ignoreCase ?? false;
  const tokens = tokenize(fold ? foldCase(pattern) : pattern, fold);
  if (tokens === null) return false;
  const subject = fold ? foldCase(text) : text;
  let reached = new Uint8Array(subject.length + 1);
  reached[0] = 1;
  for (const token of tokens) reached = advance(token, reached, subject);
  return reached[subject.length] === 1;
}

function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Which positions of the text can be reached after the token, from those reached before it. */
function advance(token: Token, from: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(from.length);
  let passed = false;
  for (let end = 0; end < from.length; end += 1) {
    const before = text[end - 1] ?? '';
    if (token.kind === 'one') {
      if (end > 0 && from[end - 1] === 1 && token.matches(before)) to[end] = 1;
      continue;
    }
    if (from[end] === 1) to[end] = 1;
    else if (token.kind === 'star' && to[end - 1] === 1 && before !== '/') to[end] = 1;
    else if (token.kind === 'globstar' && to[end - 1] === 1) to[end] = 1;
    else if (token.kind === 'directories' && passed && before === '/') to[end] = 1;
    passed ||= from[end] === 1;
  }
  return to;
}

/** Null for a pattern that matches nothing at all: an open bracket, a backslash at the end. */
function tokenize(pattern: string, fold: boolean): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    if (character === '*') {
      at = pushStars(tokens, pattern, at);
    } else if (character === '[') {
      const set = parseSet(pattern, at + 1, fold);
      if (set === null) return null;
      tokens.push({ kind: 'one', matches: set.matches });
      at = set.end;
    } else {
      if (character === '\\') at += 1;
      if (at >= pattern.length) return null;
      const wanted = pattern.charAt(at);
      const any = character === '?';
      tokens.push({ kind: 'one', matches: (one) => (any ? one !== '/' : one === wanted) });
      at += 1;
    }
  }
  return tokens;
}

function pushStars(tokens: Token[], pattern: string, start: number): number {
  let end = start;
  while (pattern[end] === '*') end += 1;
  const opens = start === 0 || pattern[start - 1] === '/';
  const closes = end === pattern.length || /^\\?\//.test(pattern.slice(end, end + 2));
  if (end - start < 2 || !opens || !closes) {
    tokens.push({ kind: 'star' });
    return end;
  }
  if (pattern[end] !== '/') {
    tokens.push({ kind: 'globstar' });
    return end;
  }
  tokens.push({ kind: 'directories' });
  return end + 1;
}

interface BracketSet {
  matches: (character: string) => boolean;
  /** Where the pattern goes on. */
  end: number;
}

function parseSet(pattern: string, start: number, fold: boolean): BracketSet | null {
  const negated = pattern[start] === '!' || pattern[start] === '^';
  const tests: ((character: string) => boolean)[] = [];
  let at = negated ? start + 1 : start;
  for (const first = at; at === first || pattern[at] !== ']';) {
    const name = /^\[:([^\]]*?):?\]/.exec(pattern.slice(at, at + 16));
    if (name?.[0].endsWith(':]') === true) {
      const members = CLASSES[name[1] ?? ''];
      if (members === undefined) return null;
      tests.push((one) => members.test(one) || (fold && members.test(one.toUpperCase())));
      at += name[0].length;
      continue;
    }
    const low = setMember(pattern, at);
    const isRange = pattern[low.end] === '-' && (pattern[low.end + 1] ?? ']') !== ']';
    const high = isRange ? setMember(pattern, low.end + 1) : low;
    if (high.character === '') return null;
    tests.push((one) => one >= low.character && one <= high.character);
    at = high.end;
  }
  const isMember = (one: string): boolean => tests.some((test) => test(one)) !== negated;
  return { matches: (one) => one !== '/' && isMember(one), end: at + 1 };
}

/** One member of a set, `''` past the pattern's end. */
function setMember(pattern: string, at: number): { character: string; end: number } {
  const start = pattern[at] === '\\' ? at + 1 : at;
  return { character: pattern.charAt(start), end: start + 1 };
}
