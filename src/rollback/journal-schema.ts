import { bytePathFromText, pathFromJson, ROOT } from '../core/byte-path.js';
import { isId } from '../core/ids.js';
import { isRefName } from '../store/repository/ref-name.js';
import { assertSafeTreePath } from '../worktree/safe-names.js';
import { isKeptPlace, isReturnable } from './kept-place.js';

/*
 * The checksum of a journal tells chance damage. Whoever may write into the state directory can
 * also compute it, so every field is checked before it is used: what a journal says must never
 * lead out of the workspace.
 */
type Check = (value: unknown) => boolean;
type Fields = Record<string, unknown>;

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SHA256 = /^[0-9a-f]{64}$/;
const INTEGER = /^-?[0-9]{1,20}$/;
const MAX_PERMISSIONS = 0o7777;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(checks: Record<string, Check>): Check {
  return (value) =>
    isFields(value) && Object.entries(checks).every(([key, check]) => check(value[key]));
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function orAbsent(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function matching(form: RegExp): Check {
  return (value) => typeof value === 'string' && form.test(value);
}

function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const text: Check = (value) => typeof value === 'string';
const trueOrFalse: Check = (value) => typeof value === 'boolean';
const id: Check = (value) => typeof value === 'string' && isId(value);
const objectId = matching(OBJECT_ID);
const refName: Check = (value) => typeof value === 'string' && isRefName(value);
const permissions: Check = (value) => count(value) && (value as number) <= MAX_PERMISSIONS;

/** Throws `UNSAFE_PATH`, or an error without a code for what is no path at all. */
const treePath: Check = (value) => {
  assertSafeTreePath(pathFromJson(value));
  return true;
};

const returnPath: Check = (value) => isReturnable(pathFromJson(value));

const keptPlace: Check = (value) =>
  isFields(value) &&
  typeof value['path'] === 'string' &&
  isKeptPlace({ ...value, path: value['path'] });

const mount: Check = (value) => {
  if (typeof value !== 'string') return false;
  const path = bytePathFromText(value);
  if (path !== ROOT) assertSafeTreePath(path);
  return true;
};

const fileState = { ino: matching(INTEGER), size: matching(INTEGER), mtimeNs: matching(INTEGER) };
const archiveKey = { planId: id, correctionId: id };
const slot = record({ area: count, number: count });
const headState = record({ ref: orNull(refName), commit: orNull(objectId) });

const STEPS: Record<string, Check> = {
  retire: record({ path: treePath, to: slot, captured: orNull(capturedState()) }),
  place: record({ path: treePath, from: slot, staged: record(fileState) }),
  return: record({ path: returnPath, from: keptPlace, state: record(fileState) }),
  make_folder: record({ path: treePath, mode: orAbsent(permissions) }),
  remove_folder: record({ path: treePath, mode: permissions }),
  mode: record({ path: treePath, mode: permissions, before: permissions }),
};

function capturedState(): Check {
  return record({ ...fileState, oid: objectId });
}

const step: Check = (value) => {
  if (!isFields(value) || typeof value['kind'] !== 'string') return false;
  return Object.hasOwn(STEPS, value['kind']) && STEPS[value['kind']]?.(value) === true;
};

const journal = record({
  operation: oneOf('rollback', 'correction', 'undo', 'redo'),
  id,
  planId: id,
  checkpointId: id,
  safetyCheckpointId: id,
  startedAt: text,
  areas: listOf(record({ mount: orNull(mount), archive: orAbsent(record(archiveKey)) })),
  steps: listOf(step),
  index: orNull(
    record({
      staged: record(fileState),
      isRemoval: trueOrFalse,
      before: orNull(matching(SHA256)),
    }),
  ),
  head: orNull(
    record({
      from: headState,
      to: headState,
      branchBefore: orNull(objectId),
      alsoBranch: orNull(
        record({ name: refName, expected: orNull(objectId), value: orNull(objectId) }),
      ),
    }),
  ),
  archive: orAbsent(
    orNull(
      record({
        ...archiveKey,
        direction: oneOf('into', 'out'),
        decisions: (value) => isFields(value) && Object.values(value).every(id),
      }),
    ),
  ),
  plansAfter: (value) => Array.isArray(value) && value.length > 0 && value.every(isFields),
});

type AreaFields = { mount: string | null; archive?: Record<keyof typeof archiveKey, string> }[];

/** There is at most one archive, in the state directory: the one that the journal says. */
function hasItsArchive({ areas, archive }: Fields): boolean {
  const own = (areas as AreaFields).filter((area) => area.archive !== undefined);
  const said = archive as AreaFields[number]['archive'] | null;
  if (said === null || said === undefined) return own.length === 0;
  const [area] = own;
  return (
    own.length === 1 &&
    area?.mount === null &&
    area.archive?.planId === said.planId &&
    area.archive.correctionId === said.correctionId
  );
}

/** The state directory's area is the first one, and no slot is in an area that is not listed. */
function hasItsAreas({ areas, steps, index }: Fields): boolean {
  const all = areas as AreaFields;
  const mounts = all.map(({ mount: at, archive }) => (archive === undefined ? at : ''));
  if (mounts.lastIndexOf(null) > 0 || (index !== null && mounts[0] !== null)) return false;
  const slots = (steps as { to?: object; from?: object }[]).map(({ to, from }) => to ?? from);
  return slots.every((one) => {
    return one === undefined || !('area' in one) || Number(one.area) < mounts.length;
  });
}

/**
 * Whether the fields of a journal all have their form. A path that leads out of the worktree, or
 * into a repository's own files, has not.
 * @throws {PitonError} `UNSAFE_PATH` for some of these paths.
 */
export function isJournal(value: unknown): boolean {
  return journal(value) && hasItsArchive(value as Fields) && hasItsAreas(value as Fields);
}
