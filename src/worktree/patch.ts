import type { BytePath } from '../core/byte-path.js';
import { LIMITS } from '../core/limits.js';
import { MODE, type FileEntry } from '../core/types.js';
import type { ChangeStatus, FileChange } from './diff.js';
import { diffLines, splitLines, type LineChange } from './line-diff.js';

/**
 * The contents of an entry (of a link: its target), or null when they are larger than
 * `LIMITS.diffFileBytes` and were not read. Never asked for folders.
 */
export type ReadContents = (entry: FileEntry) => Promise<Buffer | null>;

export interface ChangeStat {
  path: BytePath;
  status: ChangeStatus;
  /** Lines; 0 when `binary`. */
  insertions: number;
  deletions: number;
  /** A side has a NUL in its first 8000 bytes, or is too large to compare line by line. */
  binary: boolean;
}

export interface DescribedChange {
  stat: ChangeStat;
  /** Bytes that `git apply` takes, unless `binary`; empty for a folder, which git cannot say. */
  patch: () => Buffer;
}

/** As git decides it. */
const BINARY_PROBE_BYTES = 8_000;
const CONTEXT_LINES = 3;

const NAMED_ESCAPES: Partial<Record<string, string>> = {
  ...{ '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f' },
  ...{ '\r': '\\r', '"': '\\"', '\\': '\\\\' },
};

/** A path as git writes it with `core.quotePath`: in C's quotes when any byte asks for it. */
function quotePath(path: string): string {
  // eslint-disable-next-line no-control-regex
  const escaped = path.replace(/[\x00-\x1f\x7f-\xff"\\]/g, (byte) => {
    const octal = byte.charCodeAt(0).toString(8).padStart(3, '0');
    return NAMED_ESCAPES[byte] ?? `\\${octal}`;
  });
  return escaped === path ? path : `"${escaped}"`;
}

/** One section of a patch: git says a change of type as a deletion and a creation. */
interface Section {
  path: BytePath;
  before: FileEntry | null;
  after: FileEntry | null;
}

interface ComparedSection extends Section {
  binary: boolean;
  oldLines: string[];
  newLines: string[];
  changes: LineChange[];
}

function sectionsOf({ path, before, after, status }: FileChange): Section[] {
  if (status !== 'type') return [{ path, before, after }];
  return [
    { path, before, after: null },
    { path, before: null, after },
  ];
}

function isFolder(entry: FileEntry | null): boolean {
  return entry?.mode === MODE.directory;
}

function isText(contents: Buffer | null): contents is Buffer {
  if (contents === null || contents.length > LIMITS.diffFileBytes) return false;
  return !contents.subarray(0, BINARY_PROBE_BYTES).includes(0);
}

async function compare(section: Section, read: ReadContents): Promise<ComparedSection> {
  const { before, after } = section;
  const same = { ...section, binary: false, oldLines: [], newLines: [], changes: [] };
  if (before?.oid === after?.oid) return same;
  const old = before ? await read(before) : Buffer.alloc(0);
  const fresh = after ? await read(after) : Buffer.alloc(0);
  if (!isText(old) || !isText(fresh)) return { ...same, binary: true };
  const [oldLines, newLines] = [old, fresh].map((text) => splitLines(text.toString('latin1')));
  const changes = await diffLines(oldLines!, newLines!);
  return { ...same, oldLines: oldLines!, newLines: newLines!, changes };
}

function modeHeader(before: FileEntry | null, after: FileEntry | null): string {
  if (before === null) return `new file mode ${after!.mode.toString(8)}\n`;
  if (after === null) return `deleted file mode ${before.mode.toString(8)}\n`;
  if (before.mode === after.mode) return '';
  return `old mode ${before.mode.toString(8)}\nnew mode ${after.mode.toString(8)}\n`;
}

function indexHeader(before: FileEntry | null, after: FileEntry | null): string {
  if (before?.oid === after?.oid) return '';
  const none = '0'.repeat((before ?? after)!.oid.length);
  const mode = before?.mode === after?.mode ? ` ${before!.mode.toString(8)}` : '';
  return `index ${before?.oid ?? none}..${after?.oid ?? none}${mode}\n`;
}

/** Changes that are so near each other that their context lines touch make one hunk. */
function hunksOf(changes: readonly LineChange[]): LineChange[][] {
  const hunks: LineChange[][] = [];
  let end = -Infinity;
  for (const change of changes) {
    if (change.oldStart - end > 2 * CONTEXT_LINES) hunks.push([]);
    hunks.at(-1)!.push(change);
    end = change.oldStart + change.oldCount;
  }
  return hunks;
}

/** An empty range is named by the line before it, as diff has always done. */
function range(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

function marked(mark: string, lines: readonly string[]): string {
  return lines
    .map((line) => `${mark}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`)
    .join('');
}

function hunkText(hunk: readonly LineChange[], oldLines: string[], newLines: string[]): string {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const lead = Math.min(CONTEXT_LINES, first.oldStart);
  const oldStart = first.oldStart - lead;
  const newStart = first.newStart - lead;
  const oldEnd = Math.min(oldLines.length, last.oldStart + last.oldCount + CONTEXT_LINES);
  const trail = oldEnd - last.oldStart - last.oldCount;
  const newEnd = last.newStart + last.newCount + trail;
  const pieces: string[] = [];
  let at = oldStart;
  for (const change of hunk) {
    const oldNext = change.oldStart + change.oldCount;
    pieces.push(marked(' ', oldLines.slice(at, change.oldStart)));
    pieces.push(marked('-', oldLines.slice(change.oldStart, oldNext)));
    pieces.push(marked('+', newLines.slice(change.newStart, change.newStart + change.newCount)));
    at = oldNext;
  }
  pieces.push(marked(' ', oldLines.slice(at, oldEnd)));
  const ranges = [range(oldStart, oldEnd - oldStart), range(newStart, newEnd - newStart)];
  return `@@ -${ranges[0]} +${ranges[1]} @@\n${pieces.join('')}`;
}

/** The format of `git diff --no-renames --full-index`, without function names after `@@`. */
function sectionText(section: ComparedSection): string {
  const { path, before, after, binary, oldLines, newLines, changes } = section;
  const [oldName, newName] = [quotePath(`a/${path}`), quotePath(`b/${path}`)];
  const oldLabel = before === null ? '/dev/null' : oldName;
  const newLabel = after === null ? '/dev/null' : newName;
  const header =
    `diff --git ${oldName} ${newName}\n` + modeHeader(before, after) + indexHeader(before, after);
  if (binary) return `${header}Binary files ${oldLabel} and ${newLabel} differ\n`;
  if (changes.length === 0) return header;
  // Without the tab, tools would take what follows a space in the name for a time stamp.
  const [oldTab, newTab] = [oldLabel, newLabel].map((label) => (label.includes(' ') ? '\t' : ''));
  const hunks = hunksOf(changes).map((hunk) => hunkText(hunk, oldLines, newLines));
  return `${header}--- ${oldLabel}${oldTab}\n+++ ${newLabel}${newTab}\n${hunks.join('')}`;
}

/** What one change does to the lines of a file, and its patch; the counts are the patch's. */
export async function describeChange(
  change: FileChange,
  read: ReadContents,
): Promise<DescribedChange> {
  const sections: ComparedSection[] = [];
  for (const section of sectionsOf(change)) {
    if (isFolder(section.before ?? section.after)) continue;
    sections.push(await compare(section, read));
  }
  const binary = sections.some((section) => section.binary);
  const changes = binary ? [] : sections.flatMap((section) => section.changes);
  const stat: ChangeStat = {
    path: change.path,
    status: change.status,
    insertions: changes.reduce((sum, { newCount }) => sum + newCount, 0),
    deletions: changes.reduce((sum, { oldCount }) => sum + oldCount, 0),
    binary,
  };
  return { stat, patch: () => Buffer.from(sections.map(sectionText).join(''), 'latin1') };
}
