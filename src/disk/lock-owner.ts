import { lstatSync, statfsSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname } from 'node:path';
import { PitonError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { ownIdentity, processExists, readProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { readBounded } from './read.js';

/** What a lock file says of the process that holds it. */
export interface LockOwner extends ProcessIdentity {
  /** ISO 8601, UTC. */
  acquiredAt: string;
  /** 16 hex digits, new for every acquisition. */
  nonce: string;
  /** Whether the owner saw the lock on a disk that only one running system can have mounted. */
  localDisk: boolean;
  /** What the owner is doing, for people. */
  command: string | null;
}

/** `unreadable`: something holds the lock, and does not say what. */
export type FoundOwner = LockOwner | 'unreadable';

export function formatOwner(owner: LockOwner): string {
  return `${JSON.stringify({
    pid: owner.pid,
    host: owner.host,
    boot_id: owner.bootId,
    pid_namespace: owner.pidNamespace,
    start_time: owner.startTime,
    acquired_at: owner.acquiredAt,
    nonce: owner.nonce,
    local_disk: owner.localDisk,
    command: owner.command,
  })}\n`;
}

/** The owner that a lock file names; null when there is no lock. */
export function readLockOwner(path: string): FoundOwner | null {
  try {
    const contents = readBounded(path, LIMITS.lockFileBytes);
    return contents === null ? null : (parseOwner(contents.toString()) ?? 'unreadable');
  } catch (error) {
    if (error instanceof PitonError) return 'unreadable';
    throw error;
  }
}

const NONCE = /^[0-9a-f]{16}$/;

function parseOwner(text: string): LockOwner | null {
  const record = parseRecord(text);
  const { pid, host, acquired_at: acquiredAt, nonce } = record;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return null;
  if (typeof host !== 'string' || typeof acquiredAt !== 'string') return null;
  // The nonce becomes part of a file name.
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) return null;
  return {
    pid,
    host,
    bootId: textOrNull(record['boot_id']),
    pidNamespace: textOrNull(record['pid_namespace']),
    startTime: textOrNull(record['start_time']),
    acquiredAt,
    nonce,
    localDisk: record['local_disk'] === true,
    command: textOrNull(record['command']),
  };
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Whether the process that a lock names still runs. `dead` is certain and for ever; `unknown` is
 * what cannot be judged from here, such as another host or container.
 */
export function isOwnerAlive(owner: FoundOwner, lockPath: string): 'alive' | 'dead' | 'unknown' {
  if (owner === 'unreadable') return judgeUnreadable(lockPath);
  const own = ownIdentity();
  if (owner.host !== own.host) return 'unknown';
  if (owner.bootId !== own.bootId) return judgeEarlierBoot(owner, lockPath);
  if (owner.pidNamespace !== own.pidNamespace) return 'unknown';
  if (!processExists(owner.pid)) return 'dead';
  const running = readProcess(owner.pid);
  if (running === null) return 'alive';
  return owner.startTime === null || running.startTime === owner.startTime ? 'alive' : 'dead';
}

/** A power cut can leave the record empty; then its time says that it is of another boot. */
function judgeUnreadable(lockPath: string): 'dead' | 'unknown' {
  const stat = lstatSync(lockPath, { throwIfNoEntry: false });
  const bootedAt = Date.now() - uptime() * 1_000;
  const isOld = stat?.isFile() === true && stat.size === 0 && stat.mtimeMs < bootedAt;
  return isOld && isOnLocalDisk(lockPath) ? 'dead' : 'unknown';
}

/**
 * After a power cut nobody is there to ask. On a disk that one running system mounts at a time, an
 * owner of another boot cannot be running; on a shared one it may be a second host of that name.
 */
function judgeEarlierBoot(owner: LockOwner, lockPath: string): 'dead' | 'unknown' {
  const certain = owner.bootId !== null && owner.localDisk && isOnLocalDisk(lockPath);
  return certain ? 'dead' : 'unknown';
}

// statfs(2): ext2/3/4, xfs, btrfs, f2fs, bcachefs, zfs. Overlay and tmpfs tell nothing of the
// host that is below them.
const LOCAL_DISKS = new Set([
  0xef53n,
  0x58465342n,
  0x9123683en,
  0xf2f52010n,
  0xca451a4en,
  0x2fc12fc1n,
]);

export function isOnLocalDisk(path: string): boolean {
  return LOCAL_DISKS.has(statfsSync(dirname(path), { bigint: true }).type & 0xffffffffn);
}
