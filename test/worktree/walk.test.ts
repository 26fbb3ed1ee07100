import { expect } from 'chai';
import fc from 'fast-check';
import fs, { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { endIdleThread, ListThread } from '../../src/worktree/list-thread.js';
import { walkWorktree, type WalkRequest } from '../../src/worktree/walk.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { apply, changes } from '../property/random-tree.js';
import { inOrder, isFolder } from '../../src/worktree/found.js';
import { pitonError, rejectionOf } from '../disk/thrown.js';
import { refusingThreads } from './refused-threads.js';
import { requestOf } from './scanning.js';

const NEVER = Infinity;

function requestFor(root: string, more: Partial<WalkRequest> = {}): WalkRequest {
  const request = { ...requestOf(root), root: bytePathFromText(root) };
  return { ...request, signal: undefined, onEntries: undefined, ...more };
}

/** Everything that a walk tells, without where it is kept. */
async function toldBy(request: WalkRequest): Promise<unknown> {
  const { root, stats, ...rest } = await walkWorktree(request);
  const found = [...inOrder(root)].map((one) =>
    isFolder(one)
      ? [one.path, one.keptWhenEmpty]
      : [one.path, one.mode, one.size, stats.recordAt(one.record).toString('hex')],
  );
  return { found, ...rest };
}

/** Counts how many folders threads have listed meanwhile. */
async function countingListed(action: () => Promise<void>): Promise<number> {
  const take = Object.getOwnPropertyDescriptor(ListThread.prototype, 'take')!;
  let count = 0;
  ListThread.prototype.take = function* (this: ListThread<never>) {
    for (const one of (take.value as ListThread<never>['take']).call(this)) {
      if (one.outcome !== 'failed') count++;
      yield one;
    }
  };
  try {
    await action();
  } finally {
    Object.defineProperty(ListThread.prototype, 'take', take);
  }
  return count;
}

function wideTree(folders: number, files: number): string {
  const root = tempDirectory();
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(join(root, `f${folder}`));
    for (let file = 0; file < files; file++) writeFileSync(join(root, `f${folder}/${file}`), '');
  }
  return root;
}

describe('worktree: a walk of a folder with very many others', () => {
  const { readdirSync, lstatSync } = fs;
  afterEach(() => {
    Object.assign(fs, { readdirSync, lstatSync });
    syncBuiltinESMExports();
  });

  it('takes them all in', async () => {
    const root = tempDirectory();
    // To make so many takes a minute.
    const names = Array.from({ length: 300_000 }, (_, index) => `f${index}`);
    const stat = lstatSync(root, { bigint: true });
    Object.assign(fs, { readdirSync: () => names, lstatSync: () => stat });
    syncBuiltinESMExports();
    const signal = AbortSignal.abort(new Error('enough'));
    let folders = 0;
    const request = requestFor(root, { signal, threadFrom: NEVER, onFolder: () => folders++ });
    expect(await rejectionOf(walkWorktree(request))).to.have.property('message', 'enough');
    expect(folders).to.be.greaterThan(300_000);
  });
});

describe('worktree: a walk that a thread helps', function () {
  this.timeout(300_000);

  it('tells what one without tells, of any tree', async () => {
    const listed = await countingListed(async () => {
      await fc.assert(
        fc.asyncProperty(changes(40), async (made) => {
          const root = makeRepository();
          for (const name of ['p', 'q', 'r', 's']) mkdirSync(join(root, name));
          for (const one of made) apply(root, one);
          const alone = await toldBy(requestFor(root, { threadFrom: NEVER }));
          expect(await toldBy(requestFor(root, { threadFrom: 0 }))).to.deep.equal(alone);
          rmSync(root, { recursive: true });
        }),
        { numRuns: 40 },
      );
    });
    expect(listed).to.be.greaterThan(20);
  });

  it('has help with a large tree, and none with a small one', async () => {
    const small = wideTree(30, 10);
    expect(await countingListed(async () => void (await toldBy(requestFor(small))))).to.equal(0);
    const large = wideTree(300, 60);
    const listed = await countingListed(async () => {
      const alone = await toldBy(requestFor(large, { threadFrom: NEVER }));
      expect(await toldBy(requestFor(large))).to.deep.equal(alone);
    });
    expect(listed).to.be.greaterThan(0);
  });

  it('lists what the thread could not, and fails as it would without', async () => {
    const root = wideTree(20, 2);
    const take = Object.getOwnPropertyDescriptor(ListThread.prototype, 'take')!;
    ListThread.prototype.take = function* (this: ListThread<never>) {
      for (const { folder } of (take.value as ListThread<never>['take']).call(this)) {
        yield { folder, outcome: 'failed' };
      }
    };
    try {
      const alone = await toldBy(requestFor(root, { threadFrom: NEVER }));
      expect(await toldBy(requestFor(root, { threadFrom: 0 }))).to.deep.equal(alone);
    } finally {
      Object.defineProperty(ListThread.prototype, 'take', take);
    }
    const gone = requestFor(join(root, 'gone'), { threadFrom: 0 });
    const error = pitonError(await rejectionOf(walkWorktree(gone)));
    expect(error).to.have.property('code', 'WORKSPACE_MISSING');
  });

  it('lists everything itself when it is given no thread', async () => {
    const root = wideTree(20, 2);
    const alone = await toldBy(requestFor(root, { threadFrom: NEVER }));
    endIdleThread();
    const told = await refusingThreads(() => toldBy(requestFor(root, { threadFrom: 0 })));
    expect(told).to.deep.equal(alone);
  });

  it('ends with the reason of the signal', async () => {
    const root = wideTree(200, 60);
    const controller = new AbortController();
    const onEntries = (): void => controller.abort(new Error('enough'));
    const request = requestFor(root, { threadFrom: 0, signal: controller.signal, onEntries });
    expect(await rejectionOf(walkWorktree(request))).to.have.property('message', 'enough');
  });
});
