import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { LIMITS } from '../core/limits.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';

/** What checkpoints take up on disk, in bytes as stored. */
export interface DiskCost {
  /** Objects that checkpoints keep and neither HEAD's tree nor a branch's holds. */
  bytes: number;
  /** By checkpoint id: the part that no other checkpoint keeps. */
  ownBytes: ReadonlyMap<string, number>;
}

const NAME = 'disk-cost';
const VERSION = 1;

function isBytes(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Null unless the text is what `saveDiskCost` wrote for the same key. */
function parse(text: string, key: string): DiskCost | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof json !== 'object' || json === null) return null;
  const { version, key: found, bytes, own_bytes: own } = json as Record<string, unknown>;
  if (version !== VERSION || found !== key || !isBytes(bytes)) return null;
  if (typeof own !== 'object' || own === null) return null;
  const ownBytes = new Map<string, number>();
  for (const [id, value] of Object.entries(own)) {
    if (!isId(id) || !isBytes(value)) return null;
    ownBytes.set(id, value);
  }
  return { bytes, ownBytes };
}

/** Whether the state directory is there, and no link that leads elsewhere. */
function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The cost that was remembered under this key, or null; a damaged file is as none. */
export function loadDiskCost(stateDir: string, key: string): DiskCost | null {
  if (!isRealFolder(stateDir)) return null;
  try {
    const bytes = readBounded(join(stateDir, NAME), LIMITS.diskCostFileBytes);
    return bytes === null ? null : parse(bytes.toString('utf8'), key);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

/** Remembers a cost; where that cannot be done it is measured again the next time. */
export function saveDiskCost(stateDir: string, key: string, cost: DiskCost): void {
  const { bytes, ownBytes } = cost;
  const json = { version: VERSION, key, bytes, own_bytes: Object.fromEntries(ownBytes) };
  if (!isRealFolder(stateDir)) return;
  try {
    writeAtomic(join(stateDir, NAME), `${JSON.stringify(json)}\n`, { durability: 'fast' });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}
