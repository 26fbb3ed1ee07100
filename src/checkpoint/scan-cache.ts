import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import type { Scan } from '../worktree/scan.js';
import { formatStatCache, StatCache } from '../worktree/stat-cache.js';
import type { CheckpointContext } from './context.js';
import type { Checkpoint } from './metadata.js';
import { parseCheckpointRef } from './ref-names.js';

const CACHE_NAME = 'stat-cache';
const STAMP_NAME = 'stat-cache.stamp';
/** Clocks and granularity of another file system may differ by this much. */
const FOREIGN_SLACK_NS = 2_000_000_000n;

export interface LoadedCache {
  cache: StatCache | null;
  /** Whether a checkpoint that still stands holds every object the cache names. */
  isVouched: boolean;
}

function anchorOf(checkpoint: Pick<Checkpoint, 'ref' | 'commit'>): string {
  return `${checkpoint.ref} ${checkpoint.commit}`;
}

function readCache(path: string): Buffer | null {
  try {
    return readBounded(path, LIMITS.statCacheBytes);
  } catch (error) {
    const isDamaged = error instanceof PitonError && error.code === 'STATE_DAMAGED';
    if (isDamaged || systemErrorCode(error) === 'EACCES') return null;
    throw error;
  }
}

/** The stat cache of the workspace; a damaged one is as none. */
export async function loadScanCache(context: CheckpointContext): Promise<LoadedCache> {
  const { stateDir, algorithm } = context.repository;
  const bytes = readCache(join(stateDir, CACHE_NAME));
  const cache = bytes === null ? null : StatCache.parse(bytes, algorithm);
  const [ref = '', commit] = (cache?.anchor ?? '').split(' ');
  const isVouched = parseCheckpointRef(ref) !== null && (await context.refs.read(ref)) === commit;
  return { cache, isVouched };
}

/**
 * The file system's own idea of "now", in nanoseconds: whatever is written from here on has a time
 * that is not older. To be taken before a scan.
 */
export function takeStamp({ repository }: CheckpointContext): bigint {
  const { stateDir, root } = repository;
  const path = join(stateDir, STAMP_NAME);
  // Replaced, not opened: whatever lies at its name may be a trap.
  writeAtomic(path, '\n', { durability: 'fast' });
  const { mtimeNs, dev } = lstatSync(path, { bigint: true });
  const isForeign = dev !== lstatSync(root, { bigint: true }).dev;
  return isForeign ? mtimeNs - FOREIGN_SLACK_NS : mtimeNs;
}

/** Writing the cache takes about as long as hashing one file in so many again. */
const FILES_PER_HASHED = 256;
const HASHED_AGAIN_BYTES = 1024 * 1024;

/**
 * Whether a scan is worth remembering. The cache that it was made with serves the next one as
 * well, when few files changed since and a checkpoint still vouches for it.
 */
export function isWorthSaving(
  { files, hashedFiles, hashedBytes }: Scan,
  { isVouched }: Pick<LoadedCache, 'isVouched'>,
): boolean {
  if (hashedFiles === 0 && isVouched) return false;
  const isMany = hashedFiles * FILES_PER_HASHED >= files;
  return !isVouched || isMany || hashedBytes > HASHED_AGAIN_BYTES;
}

/**
 * Remembers a scan whose contents all are in the checkpoint. The checkpoint stands already, so a
 * cache that cannot be written is only told of.
 */
export function saveScanCache(
  context: CheckpointContext,
  scan: Scan,
  stamp: bigint,
  checkpoint: Checkpoint,
): void {
  const { stateDir, algorithm } = context.repository;
  const anchor = anchorOf(checkpoint);
  const bytes = formatStatCache(scan.cacheEntries(), { algorithm, stamp, anchor });
  try {
    // It can always be made again, so it need not survive a power cut; its checksum tells.
    writeAtomic(join(stateDir, CACHE_NAME), bytes, { durability: 'fast' });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    const message = `the stat cache could not be written: ${(error as Error).message}`;
    context.warn({ code: 'STAT_CACHE_NOT_WRITTEN', message });
  }
}
