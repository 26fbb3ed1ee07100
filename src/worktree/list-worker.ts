import { parentPort, type MessagePort } from 'node:worker_threads';
import { joinPath, type BytePath } from '../core/byte-path.js';
import { listFolder } from './list-folder.js';
import { packOutcome, type ListReply, type ListRequest } from './listing-messages.js';

/** A walk that a listing thread is to help with. */
export interface ListJob {
  /** The worktree's root, absolute. */
  root: BytePath;
  port: MessagePort;
}

function listAll(root: BytePath, { paths, places }: ListRequest): ListReply {
  return paths.map((path, index) => {
    const [dev = 0n, ino = 0n] = places.subarray(2 * index);
    try {
      return packOutcome(listFolder(joinPath(root, path), { dev, ino }));
    } catch {
      return 'failed';
    }
  });
}

/** Answers requests until the other end of the port is closed. */
function serve({ root, port }: ListJob): void {
  port.on('message', (request: ListRequest) => {
    port.postMessage(listAll(root, request));
  });
}

/** Takes one job after the other until it is told `null`. */
function work(owner: MessagePort): void {
  owner.on('message', (job: ListJob | null) => {
    if (job === null) owner.close();
    else serve(job);
  });
}

work(parentPort as MessagePort);
