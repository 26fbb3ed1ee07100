import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { ensureRealDirectory } from '../disk/real-directory.js';

const NAME = 'resident';
const SOCKET = 'socket';
const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']);
const OTHERS = 0o077;

/**
 * The folder of the state directory in which a watch listens; it is its owner's alone, so that
 * nobody else answers. What lies in it is reached by its descriptor: the path of a socket may have
 * no more than 107 bytes, and nobody can put another folder in its place meanwhile.
 */
export class SocketFolder {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** @throws {PitonError} `UNSAFE_PATH` when it is somebody else's */
  static make(stateDir: string): SocketFolder {
    ensureRealDirectory(stateDir, NAME, 'fast');
    const fd = openSync(join(stateDir, NAME), FLAGS);
    if (isOwn(fstatSync(fd).uid)) {
      fchmodSync(fd, 0o700);
      return new SocketFolder(fd);
    }
    closeSync(fd);
    throw new PitonError('UNSAFE_PATH', `${join(stateDir, NAME)} belongs to somebody else`, {
      hint: 'remove that folder',
    });
  }

  /** Null when there is none, or others than this user could have put something into it. */
  static find(stateDir: string): SocketFolder | null {
    let fd: number;
    try {
      fd = openSync(join(stateDir, NAME), FLAGS);
    } catch (error) {
      if (ABSENT.has(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
    const { uid, mode } = fstatSync(fd);
    const folder = new SocketFolder(fd);
    if (isOwn(uid) && (mode & OTHERS) === 0 && folder.#hasOwnSocket()) return folder;
    folder.close();
    return null;
  }

  /** Good while this is open. */
  pathOf(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  get socket(): string {
    return this.pathOf(SOCKET);
  }

  #hasOwnSocket(): boolean {
    const stat = lstatSync(this.socket, { throwIfNoEntry: false });
    return stat?.isSocket() === true && isOwn(stat.uid);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function isOwn(uid: number): boolean {
  return uid === process.geteuid?.();
}
