/*
 * The block that piton puts into a hook script. It stands above all else but the `#!` line: what
 * comes after may exit, or hand itself over to another program. Texts are latin1, one character a
 * byte, so that everything around the block stays as it is.
 */

const BEGIN = '# >>> piton >>>';
const END = '# <<< piton <<<';
const ABOUT = "made by 'piton hooks install', removed by 'piton hooks uninstall'";

const BLOCK = /^# >>> piton >>>([^\n]*)\n([\s\S]*?)^# <<< piton <<<[^\n]*(?:\n|$)/m;

/** What has to go with the block for all to be as it was. */
const MADE_FILE = /\[the file too(?:, and (\d+) folders?)?\]/;
const MADE_LINE_END = '[the line end before too]';

const NEW_FILE = '#!/bin/sh\n';

/** Shells in whose scripts the block is understood. */
const SHELLS = 'sh|bash|dash|ash|ksh|mksh|zsh';
const SHELL_LINE = new RegExp(
  `^#![ \\t]*(?:/\\S*/env[ \\t]+(?:-S[ \\t]+)?)?(?:/?\\S*/)?(?:${SHELLS})(?:[ \\t\\r]|$)`,
);

/** Whether the text is of a shell script; without a `#!` line git has the shell run it. */
export function isShellScript(text: string): boolean {
  if (text.includes('\0')) return false;
  if (!text.startsWith('#!')) return true;
  return SHELL_LINE.test(text.split('\n', 1)[0] ?? '');
}

/** The line that the block runs, or null when there is no block. */
export function blockLine(text: string): string | null {
  return BLOCK.exec(text)?.[2]?.replace(/\n$/, '') ?? null;
}

/** Whether the text has the beginning of a block and no end of it, or the other way round. */
export function isBlockBroken(text: string): boolean {
  const marks = text.split('\n').filter((line) => line.startsWith(BEGIN) || line.startsWith(END));
  return marks.length > 0 && !BLOCK.test(text);
}

/**
 * The script with the block, a new one for null; a block that is there is brought up to date.
 * @param madeFolders how many folders have to be made for a new one
 */
export function withBlock(text: string | null, line: string, madeFolders = 0): string {
  if (text === null) {
    const folders = madeFolders === 0 ? '' : `, and ${madeFolders} folders`;
    return `${NEW_FILE}${block(line, ` [the file too${folders}]`)}`;
  }
  const found = BLOCK.exec(text);
  if (found !== null) {
    const made = /(?: \[[^\]]*\])*$/.exec(found[1] ?? '')?.[0] ?? '';
    const end = found.index + found[0].length;
    return text.slice(0, found.index) + block(line, made) + text.slice(end);
  }
  if (!text.startsWith('#!')) return block(line, '') + text;
  const at = text.indexOf('\n') + 1;
  if (at === 0) return `${text}\n${block(line, ` ${MADE_LINE_END}`)}`;
  return text.slice(0, at) + block(line, '') + text.slice(at);
}

/** What is left of a script without the block. */
export interface WithoutBlock {
  /** Null when nothing is left of a file that was made for it. */
  text: string | null;
  /** How many folders above the file were made for it. */
  madeFolders: number;
}

/** Takes the block out of a script. */
export function withoutBlock(text: string): WithoutBlock {
  const found = BLOCK.exec(text);
  const about = found?.[1] ?? '';
  const madeFile = MADE_FILE.exec(about);
  const madeFolders = Number(madeFile?.[1] ?? 0);
  if (found === null) return { text, madeFolders };
  const start = about.includes(MADE_LINE_END) ? found.index - 1 : found.index;
  const rest = text.slice(0, start) + text.slice(found.index + found[0].length);
  return { text: madeFile !== null && rest === NEW_FILE ? null : rest, madeFolders };
}

function block(line: string, made: string): string {
  return `${BEGIN} ${ABOUT}${made}\n${line}\n${END}\n`;
}
