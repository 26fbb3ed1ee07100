import { expect } from 'chai';
import { chmodSync, lstatSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { MessagePort, type Worker } from 'node:worker_threads';
import {
  asBytePath,
  bytePathFromText,
  bytesOf,
  joinPath,
  type BytePath,
} from '../../src/core/byte-path.js';
import { listFolder } from '../../src/worktree/list-folder.js';
import { endIdleThread, ListThread, type UnlistedFolder } from '../../src/worktree/list-thread.js';
import type { ListOutcome } from '../../src/worktree/listing-messages.js';
import { Unlisted } from '../../src/worktree/unlisted.js';
import { tempDirectory } from '../helpers/temp.js';
import { refusingThreads } from './refused-threads.js';
import { asNobody } from './scanning.js';

function unlistedFrom(folders: UnlistedFolder[]): Unlisted<UnlistedFolder> {
  const unlisted = new Unlisted<UnlistedFolder>();
  unlisted.add(folders);
  return unlisted;
}

/** Has the thread list the folders; it is never given all that there are, so there are more. */
async function listAll(
  root: BytePath,
  folders: UnlistedFolder[],
): Promise<Map<BytePath, ListOutcome>> {
  const thread = new ListThread(root);
  const more = { path: asBytePath('more'), seen: { dev: 0n, ino: 0n } };
  const unlisted = unlistedFrom([...folders, ...folders.map(() => more)]);
  const outcomes = new Map<BytePath, ListOutcome>();
  const isMissing = ({ path }: UnlistedFolder): boolean => !outcomes.has(path);
  try {
    while ((await thread.isBusy()) || folders.some(isMissing)) {
      thread.feed(unlisted);
      for (const { folder, outcome } of thread.take()) outcomes.set(folder.path, outcome);
    }
  } finally {
    thread.close();
  }
  outcomes.delete(more.path);
  return outcomes;
}

/** Whether the thread takes anything. */
function feeds(thread: ListThread<UnlistedFolder>): boolean {
  const one = { path: asBytePath('one'), seen: { dev: 0n, ino: 0n } };
  const unlisted = unlistedFrom([one, one]);
  thread.feed(unlisted);
  return unlisted.length < 2;
}

interface Started {
  thread: Worker;
  exit: Promise<unknown>;
}

/** The threads that are started meanwhile. */
function startedBy(action: () => void): Started[] {
  const { Worker } = workerThreads;
  const started: Started[] = [];
  workerThreads.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      started.push({ thread: this, exit: once(this, 'exit') });
    }
  };
  syncBuiltinESMExports();
  try {
    action();
  } finally {
    workerThreads.Worker = Worker;
    syncBuiltinESMExports();
  }
  return started;
}

describe('worktree: listing on a thread', () => {
  let root: BytePath;
  beforeEach(() => {
    root = bytePathFromText(tempDirectory());
  });

  function at(path: string): Buffer {
    return bytesOf(joinPath(root, asBytePath(path)));
  }

  function folder(path: string): UnlistedFolder {
    mkdirSync(at(path));
    return { path: asBytePath(path), seen: lstatSync(at(path), { bigint: true }) };
  }

  it('finds what its owner would, under any names', async () => {
    const folders = Array.from({ length: 40 }, (_, index) => folder(`f${index}`));
    const names = ['a', 'a.b', 'a-b', '.git', '\xff\xfe', ' ', 'new\nline', 'x'.repeat(255)];
    for (const name of names) mkdirSync(at(`f1/${name}`));
    for (const name of names) writeFileSync(at(`f2/${name}`), name);
    symlinkSync('/', at('f3/link'));
    const outcomes = await listAll(root, folders);
    expect(outcomes.size).to.equal(40);
    for (const { path, seen } of folders) {
      const own = listFolder(joinPath(root, path), seen);
      const outcome = outcomes.get(path);
      if (typeof own === 'string' || outcome === undefined || typeof outcome === 'string') {
        throw new Error(`${path} was not listed`);
      }
      const sorted = (of: typeof own) => ({ ...of, names: [...of.names].sort() });
      expect(sorted(outcome)).to.deep.equal(sorted(own));
    }
  });

  it('tells what is gone, what became something else, and what may not be read', async () => {
    const gone = folder('gone');
    const link = folder('link');
    const closed = folder('closed');
    const noStats = folder('no-stats');
    writeFileSync(at('no-stats/file'), '');
    rmdirSync(at('gone'));
    rmdirSync(at('link'));
    symlinkSync('/', at('link'));
    chmodSync(bytesOf(root), 0o755);
    chmodSync(at('closed'), 0o000);
    chmodSync(at('no-stats'), 0o744);
    const outcomes = await asNobody(() => listAll(root, [gone, link, closed, noStats]));
    expect(outcomes.get(gone.path)).to.equal('vanished');
    expect(outcomes.get(link.path)).to.equal('unstable');
    expect(outcomes.get(closed.path)).to.deep.include({ isReadable: false, names: [] });
    expect(outcomes.get(noStats.path)).to.deep.include({
      ...{ isReadable: true, names: ['file'] },
      ...{ found: [], unreadable: ['file'] },
    });
  });

  it('leaves to its owner what fails', async () => {
    const fine = folder('fine');
    const odd = { path: asBytePath('a\0b'), seen: { dev: 1n, ino: 1n } };
    const outcomes = await listAll(root, [odd, fine]);
    expect(outcomes.get(odd.path)).to.equal('failed');
    expect(outcomes.get(fine.path)).to.deep.include({ isReadable: true, found: [] });
  });

  it('gives back what it was given when it ends early, and takes no more', async () => {
    const folders = [folder('a'), folder('b')];
    const post = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'postMessage')!;
    MessagePort.prototype.postMessage = function (): void {
      (post.value as MessagePort['postMessage']).call(this, {});
    };
    try {
      const outcomes = await listAll(root, folders);
      expect([...outcomes.values()]).to.deep.equal(['failed', 'failed']);
    } finally {
      Object.defineProperty(MessagePort.prototype, 'postMessage', post);
    }
    const thread = new ListThread(root);
    thread.close();
    const left = unlistedFrom([...folders, ...folders]);
    thread.feed(left);
    expect(left).to.have.lengthOf(4);
  });

  it('stays for the next owner, and not longer than it is wanted', async () => {
    const folders = [folder('a'), folder('b')];
    endIdleThread();
    await refusingThreads(
      async () => {
        await listAll(root, folders);
        const [first, second] = [new ListThread(root), new ListThread(root)];
        // The one that was kept is the first one's, and another may not be started.
        expect(feeds(first)).to.equal(true);
        expect(feeds(second)).to.equal(false);
        first.close();
        expect((await listAll(root, folders)).size).to.equal(2);
        endIdleThread();
        expect(feeds(new ListThread(root))).to.equal(false);
      },
      { after: 1 },
    );
  });

  it('is not kept when there is one for the next owner already', async () => {
    endIdleThread();
    const threads = startedBy(() => {
      const [first, second] = [new ListThread(root), new ListThread(root)];
      first.close();
      second.close();
    });
    expect(threads).to.have.lengthOf(2);
    expect(await threads[1]!.exit).to.deep.equal([0]);
    const kept = new ListThread(root);
    expect(feeds(kept)).to.equal(true);
    kept.close();
  });

  it('is not kept when it died', async () => {
    endIdleThread();
    const threads = startedBy(() => new ListThread(root).close());
    await threads[0]!.thread.terminate();
    const next = startedBy(() => new ListThread(root).close());
    expect(next).to.have.lengthOf(1);
  });
});
