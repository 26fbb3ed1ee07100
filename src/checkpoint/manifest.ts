import { pathFromJson, pathToJson, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { HeadState, NotCaptured, NotCapturedReason } from '../core/types.js';
import type { Manifest, NestedRepository, StagingAreaRecord } from './sidecar-types.js';

const VERSION = 1;

const REASON_IS_KNOWN: Record<NotCapturedReason, true> = {
  too_large: true,
  special_file: true,
  unreadable: true,
  unstable: true,
  unsafe_name: true,
};

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const DIGEST = /^(?:[0-9a-f]{2}){20,64}$/;
/** 64 bits of nanoseconds reach into the year 2262; before 1970 they are negative. */
const NANOSECONDS = /^(?:0|-?[1-9][0-9]{0,18})$/;
/** Git names it by the hash of its contents; anything else could point out of the git dir. */
const SHARED_INDEX = /^sharedindex\.(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const MAX_MODE = 0o177777;

function damagedManifest(problem: string, cause?: unknown): PitonError {
  return new PitonError('STATE_DAMAGED', `a checkpoint's manifest is damaged: ${problem}`, {
    hint: "run 'piton verify' to see which checkpoints are whole, and use another one",
    cause,
  });
}

/**
 * The bytes of `manifest.json`; the same manifest gives the same bytes.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when it would be larger than can be read again.
 */
export function formatManifest<Ignore>(manifest: Manifest<Ignore>): Buffer {
  const json = {
    version: VERSION,
    head: headToJson(manifest.head),
    include_ignored: manifest.include_ignored,
    plan_state_digest: manifest.plan_state_digest,
    staging_area: manifest.staging_area && stagingAreaToJson(manifest.staging_area),
    nested: manifest.nested.map(({ path, head }) => {
      return { path: pathToJson(path), head: headToJson(head) };
    }),
    not_captured: manifest.not_captured.map(({ path, reason, size }) => {
      return { path: pathToJson(path), reason, ...(size !== undefined && { size }) };
    }),
    looked_at: manifest.looked_at.map(pathToJson),
    ignore: manifest.ignore,
  };
  const data = Buffer.from(`${JSON.stringify(json, null, 1)}\n`, 'utf8');
  if (data.length <= LIMITS.manifestBytes) return data;
  throw new PitonError('UNSUPPORTED_REPOSITORY', 'too many paths are not captured', {
    hint: 'name the folders that hold them in .pitonignore',
    details: { bytes: data.length, max_bytes: LIMITS.manifestBytes },
  });
}

function headToJson({ ref, commit }: HeadState): HeadState {
  return { ref, commit };
}

function stagingAreaToJson({ digest, mtime_ns, mode, shared }: StagingAreaRecord) {
  return { digest, mtime_ns, mode, shared };
}

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw damagedManifest(`${what} is not an object`);
}

function listOf<Item>(value: unknown, what: string, parse: (item: unknown) => Item): Item[] {
  if (!Array.isArray(value)) throw damagedManifest(`${what} is not a list`);
  return value.map(parse);
}

function matching(value: unknown, form: RegExp, what: string): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw damagedManifest(`${what} is not of its form`);
}

function nullOr<Value>(value: unknown, parse: (value: unknown) => Value): Value | null {
  return value === null ? null : parse(value);
}

function wholeNumber(value: unknown, max: number, what: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) {
    return value;
  }
  throw damagedManifest(`${what} is not a number in its range`);
}

/**
 * Names may be ones that no tree can hold: that may be why the path was not captured.
 * @throws {PitonError} `STATE_DAMAGED` for a path that does not lie in the workspace
 */
export function parsePath(value: unknown): BytePath {
  const path = pathFromJson(value);
  const names = path.split('/');
  const isRelative = names.every((name) => name !== '' && name !== '.' && name !== '..');
  if (isRelative && !path.includes('\0')) return path;
  throw damagedManifest('a path does not lie in the workspace');
}

function parseHead(value: unknown): HeadState {
  const fields = fieldsOf(value, 'a head');
  return {
    ref: nullOr(fields['ref'], (ref) => matching(ref, /^[^\0]+$/, 'the ref of a head')),
    commit: nullOr(fields['commit'], (id) => matching(id, OBJECT_ID, 'the commit of a head')),
  };
}

function parseNested(value: unknown): NestedRepository {
  const fields = fieldsOf(value, 'a nested repository');
  return { path: parsePath(fields['path']), head: parseHead(fields['head']) };
}

/** @throws {PitonError} `STATE_DAMAGED` */
export function parseNotCaptured(value: unknown): NotCaptured {
  const { path, reason, size } = fieldsOf(value, 'a path that was not captured');
  if (typeof reason !== 'string' || !Object.hasOwn(REASON_IS_KNOWN, reason)) {
    throw damagedManifest('a path was not captured for an unknown reason');
  }
  const known = { path: parsePath(path), reason: reason as NotCapturedReason };
  if (size === undefined) return known;
  return { ...known, size: wholeNumber(size, Number.MAX_SAFE_INTEGER, 'a size') };
}

function parseStagingArea(value: unknown): StagingAreaRecord {
  const { digest, mtime_ns, mode, shared } = fieldsOf(value, 'the staging area');
  return {
    digest: matching(digest, DIGEST, "the staging area's digest"),
    mtime_ns: matching(mtime_ns, NANOSECONDS, "the staging area's time"),
    mode: wholeNumber(mode, MAX_MODE, "the staging area's mode"),
    shared: nullOr(shared, (name) => matching(name, SHARED_INDEX, 'the name of a shared index')),
  };
}

function parseJson(data: Buffer): unknown {
  if (data.length > LIMITS.manifestBytes) throw damagedManifest('it is too large');
  const text = data.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damagedManifest('it is not JSON', error);
  }
}

function assertVersion(found: unknown): void {
  if (found === VERSION) return;
  if (typeof found !== 'number') throw damagedManifest('it has no version');
  throw new PitonError('UNSUPPORTED_FORMAT', "a checkpoint's manifest is of another version", {
    hint: 'use the piton that made the checkpoint, or a newer one',
    details: { expected: VERSION, found },
  });
}

/**
 * The inverse of `formatManifest`; keys that are not known are left out.
 * @param parseIgnore checks the record of the ignore rules, and throws what it likes.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` with `expected` and `found` for another version;
 * `STATE_DAMAGED` for whatever else is not as it should be.
 */
export function parseManifest<Ignore>(
  data: Buffer,
  parseIgnore: (value: unknown) => Ignore,
): Manifest<Ignore> {
  const fields = fieldsOf(parseJson(data), 'it');
  assertVersion(fields['version']);
  const include_ignored = fields['include_ignored'];
  if (typeof include_ignored !== 'boolean') {
    throw damagedManifest('it does not say whether ignored files were captured');
  }
  return {
    not_captured: listOf(fields['not_captured'], 'not_captured', parseNotCaptured),
    ignore: parseIgnore(fields['ignore']),
    looked_at: listOf(fields['looked_at'], 'looked_at', parsePath),
    nested: listOf(fields['nested'], 'nested', parseNested),
    include_ignored,
    staging_area: nullOr(fields['staging_area'], parseStagingArea),
    plan_state_digest: matching(fields['plan_state_digest'], DIGEST, "the plan state's digest"),
    head: parseHead(fields['head']),
  };
}
