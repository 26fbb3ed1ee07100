import { closeSync, constants, fsyncSync } from 'node:fs';
import { bytePathFromText, nameOf, parentOf } from '../../core/byte-path.js';
import type { Clock } from '../../core/clock.js';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import type { Durability, ObjectId } from '../../core/types.js';
import { AnchoredRoot } from '../../disk/anchored-root.js';
import { writeFully } from '../../disk/atomic-write.js';

export interface ReflogLine {
  from: ObjectId;
  to: ObjectId;
  /** One line. */
  reason: string;
}

const WHO = 'piton <piton@localhost>';
const APPEND = constants.O_WRONLY | constants.O_APPEND;

/**
 * Appends a line to the log of a ref if there is a log. Format: git's refs/files-backend.c,
 * log_ref_write_fd; the time is in seconds and UTC. A log that cannot be written safely, such as a
 * link, is passed over: it records what was done and decides nothing.
 */
export function appendReflog(
  base: string,
  ref: string,
  line: ReflogLine,
  clock: Clock,
  durability: Durability,
): void {
  const path = bytePathFromText(`logs/${ref}`);
  const seconds = Math.floor(clock.now() / 1000);
  const text = `${line.from} ${line.to} ${WHO} ${seconds} +0000\t${line.reason}\n`;
  const root = AnchoredRoot.open(base);
  try {
    root.within(parentOf(path), (folder) => {
      if (folder.lstat(nameOf(path))?.isFile() !== true) return;
      const descriptor = folder.open(nameOf(path), APPEND);
      try {
        writeFully(descriptor, Buffer.from(text));
        if (durability === 'full') fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  } catch (error) {
    if (!(error instanceof PitonError) && systemErrorCode(error) !== 'ENOENT') throw error;
  } finally {
    root.close();
  }
}
