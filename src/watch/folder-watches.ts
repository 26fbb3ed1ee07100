import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  unlinkSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { asBytePath, bytesOf, isWithin, joinPath, ROOT, type BytePath } from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { kernelPathOf } from '../worktree/stable-read.js';

/** Told what happens, in the order in which it happened. */
export interface FolderEvents {
  /** @param mayBeAnother whether something else may have the name now, or nothing. */
  onTouched(folder: BytePath, name: BytePath, mayBeAnother: boolean): void;
  /** Something may have happened that is not told. */
  onDoubt(): void;
}

const QUEUE = '/proc/sys/fs/inotify/max_queued_events';
const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const MARKER_TIMEOUT_MS = 2_000;

/**
 * How many events at once are taken for certain to be all. The kernel holds no more than its limit
 * until they are read; what comes then is lost, and Node does not say so. But Node reads until
 * there are none, and tells each: when these were fewer than the limit, none was lost. Half of it,
 * for what else this process may watch.
 */
export function eventsAtOnce(path = QUEUE): number | null {
  try {
    return Math.floor(Number(readFileSync(path, 'utf8')) / 2);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return null;
  }
}

/**
 * Watches single folders below a root. A watch is never closed before all are: events that it
 * still had in the queue would not be counted.
 */
export class FolderWatches {
  readonly #root: BytePath;
  /** A folder of its own, where it writes markers. */
  readonly #markers: string;
  readonly #limit: number;
  readonly #events: FolderEvents;
  readonly #markerWatch: FSWatcher;
  readonly #watches = new Map<BytePath, FSWatcher>();
  /** Of folders that were renamed or removed. */
  #gone: FSWatcher[] = [];
  #counted = 0;
  #marker = 0;
  #onMarker: ((name: string) => void) | null = null;

  constructor(place: { root: BytePath; markers: string }, limit: number, events: FolderEvents) {
    this.#root = place.root;
    this.#markers = place.markers;
    this.#limit = limit;
    this.#events = events;
    this.#markerWatch = this.#open(place.markers, (_, name) => this.#onMarker?.(name));
  }

  /**
   * Watches a folder from now on; again is harmless, and so is one that is not there: whoever
   * watches the one above it hears of that.
   */
  add(folder: BytePath): void {
    if (this.#watches.has(folder)) return;
    const absolute = folder === ROOT ? this.#root : joinPath(this.#root, folder);
    let fd: number;
    try {
      fd = openSync(bytesOf(absolute), FLAGS);
    } catch (error) {
      if (!GONE.has(systemErrorCode(error) ?? '')) this.#doubtUnlessDefect(error);
      return;
    }
    try {
      if (kernelPathOf(fd)?.equals(bytesOf(absolute)) !== true) return;
      const opened = this.#open(`/proc/self/fd/${fd}`, (isRename, name) => {
        if (this.#watches.get(folder) !== opened) return;
        const path = asBytePath(name);
        if (isRename) this.#forget(joinPath(folder, path));
        this.#events.onTouched(folder, path, isRename);
      });
      this.#watches.set(folder, opened);
    } catch (error) {
      this.#doubtUnlessDefect(error);
    } finally {
      closeSync(fd);
    }
  }

  #doubtUnlessDefect(error: unknown): void {
    if (systemErrorCode(error) === undefined) throw error;
    this.#events.onDoubt();
  }

  #open(path: string, onEvent: (isRename: boolean, name: string) => void): FSWatcher {
    const options = { persistent: false, encoding: 'latin1' } as const;
    const opened = watch(path, options, (type, name) => {
      this.#count();
      if (name === null) this.#events.onDoubt();
      else onEvent(type === 'rename', name);
    });
    opened.on('error', () => this.#events.onDoubt());
    return opened;
  }

  /** Between two runs of `setImmediate` Node has read all events that there were. */
  #count(): void {
    if (this.#counted === 0) setImmediate(() => (this.#counted = 0));
    this.#counted++;
    if (this.#counted === this.#limit) this.#events.onDoubt();
  }

  /** What has the name now is another folder, or none. */
  #forget(path: BytePath): void {
    if (!this.#watches.has(path)) return;
    for (const [folder, opened] of this.#watches) {
      if (!isWithin(folder, path)) continue;
      this.#watches.delete(folder);
      this.#gone.push(opened);
    }
    if (this.#gone.length > LIMITS.goneFolders) this.#events.onDoubt();
  }

  /** Waits until all that has happened by now is told; false when that takes too long. */
  async settle(): Promise<boolean> {
    const name = `marker-${this.#marker++}`;
    const path = `${this.#markers}/${name}`;
    const arrived = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), MARKER_TIMEOUT_MS);
      this.#onMarker = (found) => {
        if (found !== name) return;
        clearTimeout(timer);
        resolve(true);
      };
    });
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    unlinkSync(path);
    return arrived;
  }

  /** Forgets all folders. Ends with the queue empty of what they told, or with false. */
  async clear(): Promise<boolean> {
    for (const opened of [...this.#watches.values(), ...this.#gone]) opened.close();
    this.#watches.clear();
    this.#gone = [];
    return this.settle();
  }

  close(): void {
    for (const opened of [...this.#watches.values(), ...this.#gone]) opened.close();
    this.#markerWatch.close();
  }
}
