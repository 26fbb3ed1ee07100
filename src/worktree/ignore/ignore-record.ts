import {
  bytePathFromBuffer,
  bytesOf,
  nameOf,
  pathFromJson,
  pathToJson,
  type BytePath,
  type JsonPath,
} from '../../core/byte-path.js';
import { PitonError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { IgnoreRules, OWN_IGNORE_FILE } from './ignore-rules.js';

const VERSION = 1;

/** Bytes in JSON: text when they are UTF-8, otherwise base64. */
type JsonBytes = JsonPath;

/**
 * The rules a checkpoint was taken under, apart from the ignore files that it captured itself.
 * JSON, kept in the manifest.
 */
export interface IgnoreRecord {
  version: typeof VERSION;
  ignore_case: boolean;
  /** Values of `piton.exclude`. */
  exclude: JsonBytes[];
  info_exclude: JsonBytes | null;
  excludes_file: JsonBytes | null;
  /** Ignore files of the worktree that were in effect and are not in the checkpoint's tree. */
  files: { path: JsonPath; text: JsonBytes }[];
}

function bytesToJson(bytes: Buffer): JsonBytes {
  return pathToJson(bytePathFromBuffer(bytes));
}

function nullableToJson(bytes: Buffer | null): JsonBytes | null {
  return bytes === null ? null : bytesToJson(bytes);
}

/**
 * What is needed to have the rules again later. `uncaptured` are the ignore files that were in
 * effect and that the checkpoint's tree does not hold, by path.
 */
export function recordOf(
  rules: IgnoreRules,
  uncaptured: ReadonlyMap<BytePath, Buffer> = new Map(),
): IgnoreRecord {
  const { exclude, infoExclude, excludesFile, ignoreCase } = rules.sources;
  const files = [...new Map([...rules.recorded, ...uncaptured])];
  return {
    version: VERSION,
    ignore_case: ignoreCase,
    exclude: exclude.map(pathToJson),
    info_exclude: nullableToJson(infoExclude),
    excludes_file: nullableToJson(excludesFile),
    files: files.map(([path, text]) => ({ path: pathToJson(path), text: bytesToJson(text) })),
  };
}

/** The recorded rules. Their scopes ask `readFile` only for files that the record does not hold. */
export function rulesFromRecord(record: IgnoreRecord): IgnoreRules {
  return new IgnoreRules(
    {
      exclude: record.exclude.map(pathFromJson),
      infoExclude: nullableFromJson(record.info_exclude),
      excludesFile: nullableFromJson(record.excludes_file),
      ignoreCase: record.ignore_case,
    },
    new Map(record.files.map(({ path, text }) => [pathFromJson(path), bytesFromJson(text)])),
  );
}

/** Those of the recorded rules that git goes by: what piton alone leaves out or takes in is not. */
export function gitRulesFromRecord(record: IgnoreRecord): IgnoreRules {
  const files = record.files.filter(({ path }) => nameOf(pathFromJson(path)) !== OWN_IGNORE_FILE);
  return rulesFromRecord({ ...record, exclude: [], files });
}

function bytesFromJson(value: unknown): Buffer {
  const bytes = bytesOf(pathFromJson(value));
  if (bytes.length > LIMITS.ignoreFileBytes)
    throw damaged('holds an ignore file that is too large');
  return bytes;
}

function nullableFromJson(value: unknown): Buffer | null {
  return value === null ? null : bytesFromJson(value);
}

/**
 * Checks a value from a manifest; unknown keys are left out.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` for another version, `STATE_DAMAGED` for anything else
 * that `recordOf` would not have written.
 */
export function parseIgnoreRecord(value: unknown): IgnoreRecord {
  const { version, ignore_case, exclude, info_exclude, excludes_file, files } = asObject(value);
  if (version !== VERSION) throw unsupported(version);
  if (typeof ignore_case !== 'boolean') throw damaged('has no ignore_case');
  return {
    version: VERSION,
    ignore_case,
    exclude: asArray(exclude).map((pattern) => bytesToJson(bytesFromJson(pattern))),
    info_exclude: nullableToJson(nullableFromJson(info_exclude)),
    excludes_file: nullableToJson(nullableFromJson(excludes_file)),
    files: asArray(files).map(parseFile),
  };
}

function parseFile(value: unknown): IgnoreRecord['files'][number] {
  const { path, text } = asObject(value);
  const parsed = pathFromJson(path);
  if (parsed.length > LIMITS.pathBytes) throw damaged('holds a path that is too long');
  return { path: pathToJson(parsed), text: bytesToJson(bytesFromJson(text)) };
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw damaged('lacks an object');
  return value as Record<string, unknown>;
}

function asArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw damaged('lacks a list');
  return value as unknown[];
}

function damaged(problem: string): PitonError {
  return new PitonError(
    'STATE_DAMAGED',
    `the ignore rules of the checkpoint: the record ${problem}`,
    {
      hint: 'choose another checkpoint; this one was not written whole or was changed',
    },
  );
}

function unsupported(found: unknown): PitonError {
  if (!Number.isSafeInteger(found)) return damaged('has no version');
  return new PitonError('UNSUPPORTED_FORMAT', 'the ignore rules have a newer format', {
    hint: 'use the piton that wrote the checkpoint, or a newer one',
    details: { expected: VERSION, found },
  });
}
