import { expect } from 'chai';
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import type { GitObject, ObjectId } from '../../src/core/types.js';
import type { ObjectBatch, ObjectReader } from '../../src/store/object-store.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { scanWorktree, type Scan } from '../../src/worktree/scan.js';
import { scanTouched, type TouchedScan } from '../../src/worktree/scan-touched.js';
import { TouchedPaths } from '../../src/worktree/touched.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody, bytePath, requestOf } from './scanning.js';

/** Keeps what goes into its batch. */
class MemoryStore {
  readonly objects = new Map<ObjectId, GitObject>();
  readonly batch: ObjectBatch;
  readonly reader: ObjectReader;

  constructor() {
    const hashOnly = hashOnlyBatch('sha1');
    this.batch = {
      ...hashOnly,
      add: (type, data) => {
        const oid = hashOnly.add(type, data);
        this.objects.set(oid, { type, data: Buffer.from(data) });
        return oid;
      },
      has: (oid) => this.objects.has(oid),
    };
    this.reader = {
      algorithm: 'sha1',
      has: (oid) => this.objects.has(oid),
      read: (oid) => {
        const found = this.objects.get(oid);
        if (found === undefined) throw new PitonError('OBJECT_DAMAGED', oid);
        return Promise.resolve(found);
      },
      readStream: () => Promise.reject(new Error('not read')),
    };
  }
}

class Tree {
  readonly root = tempDirectory();
  readonly store = new MemoryStore();
  earlier!: Scan;

  write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(this.root, path, '..'), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
  }

  async whole(): Promise<Scan> {
    return scanWorktree(requestOf(this.root, { batch: this.store.batch }));
  }

  async touched(names: Record<string, string[]>): Promise<TouchedScan | null> {
    const only = new TouchedPaths(
      new Map(
        Object.entries(names).map(([at, list]) => [bytePath(at), new Set(list.map(bytePath))]),
      ),
    );
    const request = { ...requestOf(this.root, { batch: this.store.batch }), only };
    return scanTouched(request, this.earlier, this.store.reader);
  }
}

describe('worktree: scan of what may have changed', () => {
  let tree: Tree;

  beforeEach(async () => {
    tree = new Tree();
    tree.write({
      a: '1',
      'd/b': '2',
      'd/e/c': '3',
      'd/e/f': '4',
      'x/y/z': '5',
      '.gitignore': '*.o',
    });
    tree.earlier = await tree.whole();
  });

  async function expectAsWhole(names: Record<string, string[]>): Promise<TouchedScan> {
    const found = await tree.touched(names);
    const { tree: oid, files, notCaptured } = await tree.whole();
    expect(found).to.deep.equal({ tree: oid, files, notCaptured });
    return found as TouchedScan;
  }

  it('is as a whole scan, of files, links, modes and folders that came and went', async () => {
    await expectAsWhole({});
    tree.write({ a: 'changed', 'd/e/new': '6', 'n/e/w': '7', 'd/e/no.o': '8' });
    symlinkSync('a', join(tree.root, 'd/link'));
    chmodSync(join(tree.root, 'd/b'), 0o755);
    rmSync(join(tree.root, 'x/y'), { recursive: true });
    mkdirSync(join(tree.root, 'empty'));
    await expectAsWhole({
      '': ['a', 'n', 'empty', 'never'],
      d: ['link', 'b'],
      'd/e': ['new', 'no.o'],
      x: ['y'],
    });
    rmSync(join(tree.root, 'd'), { recursive: true });
    tree.write({ d: 'a file' });
    await expectAsWhole({ '': ['a', 'n', 'empty', 'd'], x: ['y'], d: ['b'] });
  });

  it('reads what is named although it looks as it did, and nothing else', async () => {
    tree.write({ a: 'x', 'd/b': 'y' });
    const found = await tree.touched({ d: ['b'] });
    tree.write({ a: '1' });
    expect(found?.tree).to.equal((await tree.whole()).tree);
  });

  it('keeps what it did not look at among what is not captured', async () => {
    const notCaptured = ['a', 'd/b'].map((path) => {
      return { path: bytePath(path), reason: 'too_large' as const };
    });
    tree.earlier = { ...tree.earlier, notCaptured };
    expect((await tree.touched({ d: ['b'] }))?.notCaptured).to.deep.equal(notCaptured.slice(0, 1));
  });

  it('leaves to a whole scan what is not as the earlier one says', async () => {
    expect(await tree.touched({ 'gone/away': ['x'] })).to.equal(null);
    expect(await tree.touched({ a: ['x'] })).to.equal(null);
    mkdirSync(join(tree.root, 'late/r'), { recursive: true });
    expect(await tree.touched({ 'late/r': ['x'] })).to.equal(null);
    tree.store.objects.delete(tree.earlier.tree);
    expect(await tree.touched({ '': ['a'] })).to.equal(null);
  });

  it('leaves to a whole scan other names, repositories, what cannot be read', async () => {
    linkSync(join(tree.root, 'a'), join(tempDirectory(), 'elsewhere'));
    expect(await tree.touched({ '': ['a'] })).to.equal(null);
    mkdirSync(join(tree.root, 'n/.git'), { recursive: true });
    expect(await tree.touched({ '': ['n'] })).to.equal(null);
    chmodSync(tree.root, 0o755);
    chmodSync(join(tree.root, 'd/e'), 0);
    await asNobody(async () => expect(await tree.touched({ d: ['e'] })).to.equal(null));
  });

  it('tells of what is wrong with the program itself', async () => {
    const { batch } = tree.store;
    batch.add = () => {
      throw new Error('full');
    };
    const failure: unknown = await tree.touched({}).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error).and.include({ message: 'full' });
  });
});
