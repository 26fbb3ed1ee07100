import { statfsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { bytePathFromText } from '../core/byte-path.js';
import { toPitonError } from '../core/errors.js';
import type { Warning } from '../core/types.js';
import { isOnLocalDisk } from '../disk/lock-owner.js';
import { eventsAtOnce } from './folder-watches.js';
import { listen } from './listen.js';
import { Resident, type Surroundings } from './resident.js';
import { SocketFolder } from './socket-folder.js';

export interface ChangesService {
  root: string;
  stateDir: string;
  /** Reads anew what decides which folders are watched. */
  surroundings: () => Promise<Surroundings>;
  warn: (warning: Warning) => void;
}

// statfs(2): tmpfs and overlay. Of changes on file systems of other machines no kernel tells.
const OTHERS = new Set([0x01021994n, 0x794c7630n]);

function tellsChanges(root: string): boolean {
  if (isOnLocalDisk(`${root}/.`)) return true;
  return OTHERS.has(statfsSync(root, { bigint: true }).type & 0xffffffffn);
}

const UNAVAILABLE: Warning = {
  code: 'RESIDENT_SCAN_UNAVAILABLE',
  message: 'this system or file system does not tell of all changes: all files are looked at',
};

/**
 * Answers commands in the same workspace what may have changed, until it is closed; not where the
 * system does not tell of changes.
 * @throws {PitonError} `UNSAFE_PATH` when others could answer too
 */
export async function serveChanges(service: ChangesService): Promise<{ close: () => void }> {
  const { root, stateDir, surroundings, warn } = service;
  const eventLimit = eventsAtOnce();
  if (eventLimit === null || !tellsChanges(root)) {
    warn(UNAVAILABLE);
    return { close: () => undefined };
  }
  const folder = SocketFolder.make(stateDir);
  const resident = new Resident({
    ...{ root: bytePathFromText(root), markers: folder.pathOf('.'), eventLimit, surroundings },
    now: () => performance.now(),
  });
  const told = (error: unknown): null => {
    const { code, message } = toPitonError(error);
    warn({ code, message: `all files are looked at: ${message}` });
    return null;
  };
  const server = await listen(folder.socket, async (question) =>
    resident.answer(question).catch(told),
  );
  await resident.begin().catch(told);
  return {
    close: () => {
      server.close();
      resident.close();
      folder.close();
    },
  };
}
