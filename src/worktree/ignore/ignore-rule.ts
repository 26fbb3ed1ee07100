import { asBytePath, type BytePath } from '../../core/byte-path.js';

/** One pattern of an ignore file, as gitignore(5) defines them. */
export interface IgnoreRule {
  /** Counted from 1; for patterns from the configuration, which value it was. */
  readonly line: number;
  /** The pattern as it was written, with `!` and the final `/`, without trailing spaces. */
  readonly text: BytePath;
  /** The pattern without `!` and without the final `/`; bytes as latin1. */
  readonly pattern: string;
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** Whether a `/` in it ties it to the folder of its file; otherwise it is about names only. */
  readonly anchored: boolean;
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** Reads one pattern, exactly as it stands: nothing is trimmed and `#` means itself. */
export function parseIgnorePattern(text: string, line: number): IgnoreRule {
  const negated = text.startsWith('!');
  const directoryOnly = text.endsWith('/');
  const pattern = text.slice(negated ? 1 : 0, directoryOnly ? -1 : undefined);
  return {
    line,
    text: asBytePath(text),
    pattern,
    negated,
    directoryOnly,
    anchored: pattern.includes('/'),
  };
}

/** Takes off the spaces at the end; a backslash keeps the character after it. */
function trimTrailingSpaces(line: string): string {
  if (!line.endsWith(' ')) return line;
  let end = 0;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (character === '\\') at += 1;
    if (character !== ' ') end = at + 1;
  }
  return line.slice(0, end);
}

/** git ends a pattern at a NUL byte, and drops one CR in front of the line's end. */
function patternOfLine(line: string): string {
  const withoutReturn = line.endsWith('\r') ? line.slice(0, -1) : line;
  const nul = withoutReturn.indexOf('\0');
  return trimTrailingSpaces(nul < 0 ? withoutReturn : withoutReturn.slice(0, nul));
}

/**
 * The rules of a `.gitignore` file, in its order (the last match decides). Patterns that cannot
 * match anything are left out. Source: gitignore(5), and git's dir.c for what that leaves open.
 */
export function parseIgnoreFile(text: Buffer): IgnoreRule[] {
  const all = text.toString('latin1');
  const rules: IgnoreRule[] = [];
  let start = all.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (let line = 1; start < all.length; line += 1) {
    const newline = all.indexOf('\n', start);
    const end = newline < 0 ? all.length : newline;
    if (end > start && all[start] !== '#') {
      const rule = parseIgnorePattern(patternOfLine(all.slice(start, end)), line);
      if (rule.pattern !== '') rules.push(rule);
    }
    start = end + 1;
  }
  return rules;
}
