import { readFileSync } from 'node:fs';
import { asBytePath, isWithin, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';

/** Field 5 of proc_pid_mountinfo(5), where space, tab, newline and backslash are octal. */
const MOUNT_POINT = /^(?:[^ \n]+ ){4}([^ \n]+)/gm;
const ESCAPE = /\\([0-7]{3})/g;

function unescapeOctal(text: string): string {
  return text.replace(ESCAPE, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/**
 * Where something is mounted. A folder that is mounted a second time has the same device, and still
 * nothing can be renamed into it from outside (`EXDEV`), so that devices do not tell enough.
 */
export class MountPoints {
  readonly #paths: ReadonlySet<BytePath>;

  /** @param table as `/proc/self/mountinfo`, one character a byte. */
  constructor(table: string) {
    const found = table.matchAll(MOUNT_POINT);
    this.#paths = new Set([...found].map(([, path = '']) => asBytePath(unescapeOctal(path))));
  }

  /** As this process sees them; none on a system that does not tell. */
  static read(path = '/proc/self/mountinfo'): MountPoints {
    try {
      return new MountPoints(readFileSync(path, 'latin1'));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      return new MountPoints('');
    }
  }

  /** Whether anything is mounted below an absolute path. */
  hasBelow(path: BytePath): boolean {
    return path === '/' || [...this.#paths].some((one) => one !== path && isWithin(one, path));
  }

  /** The mount point that an absolute path is in or at; `''` for that of `/`. */
  of(path: BytePath): BytePath {
    let at = path;
    while (at !== ROOT && !this.#paths.has(at)) at = parentOf(at);
    return at;
  }
}
