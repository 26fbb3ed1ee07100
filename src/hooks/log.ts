import { closeSync, constants, fstatSync } from 'node:fs';
import { bytePathFromText } from '../core/byte-path.js';
import { isoTime, type Clock } from '../core/clock.js';
import { LIMITS } from '../core/limits.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import { writeFully } from '../disk/atomic-write.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { readHookFile } from './hook-file.js';

const FOLDER = 'piton/log';
const LOG = bytePathFromText('hooks.log');
const OLDER = bytePathFromText('hooks.log.1');

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/** A line of at most this many characters. */
const LINE_CHARACTERS = 2_000;

export interface LogLine {
  host: string;
  event: string;
  /** A code of the table of errors, or a word. */
  code: string;
  message: string;
}

/** Notes what a hook could not say aloud. Two files are kept, the older one whole. */
export function writeHookLog(gitDir: string, line: LogLine, clock: Clock): void {
  const root = AnchoredRoot.open(ensureRealDirectory(gitDir, FOLDER, 'fast'));
  try {
    root.within(bytePathFromText(''), (folder) => {
      const size = folder.lstat(LOG)?.size ?? 0n;
      if (size > LIMITS.hookLogBytes) folder.rename(LOG, folder, OLDER);
      const descriptor = folder.open(LOG, APPEND);
      try {
        if (fstatSync(descriptor).isFile()) {
          writeFully(descriptor, Buffer.from(formatLine(line, clock)));
        }
      } finally {
        closeSync(descriptor);
      }
    });
  } finally {
    root.close();
  }
}

/** The last line of the log, or null. */
export function lastLogLine(gitDir: string): string | null {
  const file = readHookFile({ base: gitDir, below: `${FOLDER}/hooks.log` });
  const text = Buffer.from(file?.text ?? '', 'latin1').toString();
  return text.trimEnd().split('\n').at(-1) || null;
}

function formatLine({ host, event, code, message }: LogLine, clock: Clock): string {
  const words = [isoTime(clock.now()), host, event === '' ? '-' : event, code, message];
  const text = words.join(' ').replace(/\p{Cc}/gu, ' ');
  return `${text.slice(0, LINE_CHARACTERS)}\n`;
}
