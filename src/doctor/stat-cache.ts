import { lstatSync, unlinkSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import {
  bytePathFromText,
  fsPath,
  joinPath,
  nameOf,
  pathToJson,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { MODE, type ObjectId } from '../core/types.js';
import { loadScanCache } from '../checkpoint/scan-cache.js';
import { emptyBlobId } from '../store/objects/object-format.js';
import { hashOne, type HashContext } from '../worktree/hash-files.js';
import { hashOnlyBatch } from '../worktree/hash-only-batch.js';
import { isSafeName } from '../worktree/safe-names.js';
import type { StatCacheEntry } from '../worktree/stat-cache.js';
import { statRecord } from '../worktree/stat-record.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { wrongTrees } from './stat-cache-trees.js';

const PATHS_NAMED = 10;
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG']);

function statOf(path: BytePath): BigIntStats | null {
  try {
    return lstatSync(fsPath(path), { bigint: true });
  } catch (error) {
    if (NOT_THERE.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

function isSafePath(path: BytePath): boolean {
  return path.split('/').every((name) => isSafeName(name as BytePath));
}

/** Whether the cache would have contents taken for captured that are not those of the file. */
async function isWrong(entry: StatCacheEntry, context: HashContext): Promise<boolean> {
  const { path, record, oid } = entry;
  if (!isSafePath(path)) return true;
  const stat = statOf(joinPath(context.root, path));
  if (stat === null || !statRecord(stat).equals(record)) return false;
  if (!stat.isFile() && !stat.isSymbolicLink()) return false;
  const mode = stat.isSymbolicLink() ? MODE.link : MODE.file;
  const seen = { size: Number(stat.size), record: 0, oid, isKnown: true };
  const file = { path, name: nameOf(path), mode, ...seen };
  const outcome = await hashOne(file, context);
  if (outcome.kind !== 'hashed' || !outcome.stable || !outcome.record.equals(record)) return false;
  return outcome.oid !== oid;
}

function finding(severity: Finding['severity'], problem: string, path: string): Finding {
  const repair = (): void => unlinkSync(path);
  return {
    severity,
    message: `the stat cache ${problem}; without it files are read again`,
    repair,
  };
}

/** Every path that the cache calls unchanged is read and compared. */
async function look(context: DoctorContext): Promise<Finding[]> {
  const path = join(context.repository.stateDir, 'stat-cache');
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const workspace = await context.workspace();
  const { cache, isVouched } = await loadScanCache(workspace);
  if (cache === null) return [finding('should', 'is damaged', path)];
  const { algorithm, root } = context.repository;
  const hashing: HashContext = {
    root: bytePathFromText(root),
    batch: hashOnlyBatch(algorithm),
    algorithm,
    maxFileBytes: Infinity,
    signal: context.signal,
  };
  const wrong: BytePath[] = [];
  const files = new Map<BytePath, ObjectId>();
  for (const entry of cache.entries()) {
    files.set(entry.path, entry.oid);
    context.signal?.throwIfAborted();
    const isThere = workspace.objects.has(entry.oid) || entry.oid === emptyBlobId(algorithm);
    if ((isVouched && !isThere) || (await isWrong(entry, hashing))) wrong.push(entry.path);
  }
  // Without one who vouches for them, a scan takes no tree that the cache names.
  const again = isVouched ? (await loadScanCache(workspace)).cache : null;
  if (again !== null) wrong.push(...(await wrongTrees(again, files, workspace.objects)));
  if (wrong.length === 0) return [];
  const named = wrong.slice(0, PATHS_NAMED).map((one) => JSON.stringify(pathToJson(one)));
  const paths = `${named.join(', ')}${wrong.length > PATHS_NAMED ? ', …' : ''}`;
  return [finding('must', `is wrong about ${wrong.length} paths: ${paths}`, path)];
}

/** What the stat cache says of the worktree is true. */
export const STAT_CACHE: Check = { name: 'stat_cache', whileBusy: true, look };
