import { join } from 'node:path';
import { pathToJson, type BytePath, type JsonPath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ObjectId } from '../core/types.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import type { EarlierScan } from '../worktree/scan-touched.js';
import type { Mark } from './ask-for-changes.js';
import { parseNotCaptured, parsePath } from './manifest.js';

const NAME = 'last-look';
const VERSION = 1;

/** An ignore file that was read. */
export interface IgnoreFileSeen {
  path: BytePath;
  /** Of its contents, as a blob. */
  oid: ObjectId;
  /** Whether the tree holds it as it was read. */
  isCaptured: boolean;
}

/** What a checkpoint saw, for the next one to look only at what changed since. */
export interface LastLook extends EarlierScan {
  /** A moment before the look began. */
  mark: Mark;
  facts: string;
  /** The checkpoint that holds all of it. */
  ref: string;
  commit: ObjectId;
  ignoreFiles: readonly IgnoreFileSeen[];
  /** When all of the worktree was last looked at; milliseconds since 1970. */
  wholeAt: number;
}

interface Json {
  version: typeof VERSION;
  mark: Mark;
  facts: string;
  ref: string;
  commit: ObjectId;
  tree: ObjectId;
  files: number;
  not_captured: { path: JsonPath; reason: string; size?: number }[];
  ignore_files: { path: JsonPath; oid: ObjectId; captured: boolean }[];
  whole_at: number;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areTexts(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function parse(text: string): LastLook | null {
  const json = JSON.parse(text) as Partial<Json> | null;
  if (json?.version !== VERSION) return null;
  const { mark, facts, ref, commit, tree, files, whole_at: wholeAt } = json as Json;
  const { not_captured: notCaptured, ignore_files: ignoreFiles } = json as Json;
  const isWhole =
    areTexts(mark?.watch, facts, ref, commit, tree) &&
    [mark.sequence, files, wholeAt].every(isCount) &&
    [notCaptured, ignoreFiles].every(Array.isArray);
  if (!isWhole) return null;
  return {
    ...{ mark, facts, ref, commit, tree, files, wholeAt },
    notCaptured: notCaptured.map(parseNotCaptured),
    ignoreFiles: ignoreFiles.map(parseIgnoreFile),
  };
}

/** @throws {TypeError} when it is none; `STATE_DAMAGED` for its path */
function parseIgnoreFile({ path, oid, captured }: Json['ignore_files'][number]): IgnoreFileSeen {
  if (typeof captured !== 'boolean' || !areTexts(oid)) throw new TypeError('no ignore file');
  return { path: parsePath(path), oid, isCaptured: captured };
}

/** What was remembered; null when there is nothing, or it is damaged. */
export function loadLastLook(stateDir: string): LastLook | null {
  try {
    const bytes = readBounded(join(stateDir, NAME), LIMITS.lastLookBytes);
    return bytes === null ? null : parse(bytes.toString('utf8'));
  } catch (error) {
    const isDamaged = error instanceof PitonError && error.code === 'STATE_DAMAGED';
    const isOdd = error instanceof SyntaxError || error instanceof TypeError;
    if (!isDamaged && !isOdd && systemErrorCode(error) !== 'EACCES') throw error;
    return null;
  }
}

/** Remembers a look; where that cannot be done the next one is at everything. */
export function saveLastLook(stateDir: string, look: LastLook): void {
  const { mark, facts, ref, commit, tree, files, wholeAt } = look;
  const json: Json = {
    version: VERSION,
    ...{ mark, facts, ref, commit, tree, files },
    not_captured: look.notCaptured.map((one) => ({ ...one, path: pathToJson(one.path) })),
    ignore_files: look.ignoreFiles.map(({ path, oid, isCaptured }) => {
      return { path: pathToJson(path), oid, captured: isCaptured };
    }),
    whole_at: wholeAt,
  };
  const text = `${JSON.stringify(json)}\n`;
  if (text.length > LIMITS.lastLookBytes) return;
  try {
    writeAtomic(join(stateDir, NAME), text, { durability: 'fast' });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}
