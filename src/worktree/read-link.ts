import { lstatSync, readlinkSync, type BigIntStats } from 'node:fs';
import { fsPath, joinPath, nameOf, parentOf, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { inFolder } from './in-folder.js';

export interface LinkContents {
  target: Buffer;
  stat: BigIntStats;
}

const NOT_A_LINK_NOW = new Set(['ENOENT', 'ENOTDIR', 'EINVAL', 'ELOOP']);

function readLinkIn(folder: BytePath, name: BytePath): LinkContents {
  const path = fsPath(joinPath(folder, name));
  const target = readlinkSync(path, { encoding: 'buffer' });
  return { target, stat: lstatSync(path, { bigint: true }) };
}

/** What a symbolic link says, never through another one. Null when there is no link any more. */
export function readLinkInPlace(absolute: BytePath): LinkContents | null {
  try {
    return inFolder(parentOf(absolute), (folder) => readLinkIn(folder, nameOf(absolute)));
  } catch (error) {
    if (NOT_A_LINK_NOW.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}
