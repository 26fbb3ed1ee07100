import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, compareBytes, type BytePath } from '../../src/core/byte-path.js';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';
import {
  MODE,
  type FileEntry,
  type FileMode,
  type GitObject,
  type ObjectType,
  type TreeEntry,
} from '../../src/core/types.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import { emptyTreeId, encodeTree, hashObject } from '../../src/store/objects/object-format.js';
import type { EntryPair } from '../../src/worktree/diff.js';
import { readTreeDiff, readTreeEntries } from '../../src/worktree/read-tree.js';

/** Objects in memory, counting what is read. */
class MemoryObjects implements ObjectReader {
  readonly algorithm = 'sha1';
  readonly #objects = new Map<string, GitObject>();
  readonly reads: string[] = [];

  add(type: ObjectType, data: Buffer): string {
    const oid = hashObject(this.algorithm, type, data);
    this.#objects.set(oid, { type, data });
    return oid;
  }

  tree(...entries: [string, FileMode, string][]): string {
    const list = entries.map(([name, mode, oid]): TreeEntry => {
      return { mode, name: asBytePath(name), oid };
    });
    return this.add('tree', encodeTree(list));
  }

  has(oid: string): boolean {
    return this.#objects.has(oid);
  }

  async read(oid: string): Promise<GitObject> {
    this.reads.push(oid);
    const object = this.#objects.get(oid);
    if (!object) throw new PitonError('OBJECT_DAMAGED', 'missing', { details: { object: oid } });
    return Promise.resolve(object);
  }

  async readStream(): Promise<never> {
    return Promise.reject(new Error('not used'));
  }
}

const BLOB = '1'.repeat(40);
const EMPTY = emptyTreeId('sha1');

async function failure(promise: Promise<unknown>): Promise<PitonError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

type Node = string | Map<string, Node>;

/** Writes a model of nested maps; a string is a file's object id. */
function write(objects: MemoryObjects, node: Map<string, Node>): string {
  return objects.tree(
    ...[...node].map(([name, child]): [string, FileMode, string] => {
      if (typeof child === 'string') return [name, MODE.file, child];
      return [name, MODE.directory, write(objects, child)];
    }),
  );
}

function flat(node: Map<string, Node>, prefix = ''): FileEntry[] {
  const entries = [...node].flatMap(([name, child]): FileEntry[] => {
    const path = asBytePath(prefix + name);
    if (typeof child === 'string') return [{ path, mode: MODE.file, oid: child }];
    if (child.size === 0) return [{ path, mode: MODE.directory, oid: EMPTY }];
    return flat(child, `${path}/`);
  });
  return entries.sort((left, right) => compareBytes(left.path, right.path));
}

const { tree: treeModel } = fc.letrec<{ tree: Map<string, Node>; node: Node }>((tie) => ({
  tree: fc
    .array(fc.tuple(fc.constantFrom('a', 'a.b', 'a0', 'b', '\xff'), tie('node')), { maxLength: 4 })
    .map((pairs) => new Map(pairs)),
  node: fc.oneof({ maxDepth: 3 }, fc.constantFrom('1'.repeat(40), '2'.repeat(40)), tie('tree')),
}));

function differing(before: FileEntry[], after: FileEntry[]): EntryPair[] {
  const [left, right] = [before, after].map((list) => new Map(list.map((one) => [one.path, one])));
  return [...new Set([...left!.keys(), ...right!.keys()])]
    .sort()
    .map((path) => ({ path, before: left!.get(path) ?? null, after: right!.get(path) ?? null }))
    .filter(
      (pair) => pair.before?.oid !== pair.after?.oid || pair.before?.mode !== pair.after?.mode,
    );
}

describe('worktree/read-tree', () => {
  let objects: MemoryObjects;
  beforeEach(() => {
    objects = new MemoryObjects();
  });

  it('reads every mode, sorted by path, with empty folders as entries', async () => {
    const inner = objects.tree(['z', MODE.link, BLOB], ['y', MODE.executable, BLOB]);
    const root = objects.tree(
      ['a', MODE.directory, EMPTY],
      ['a.b', MODE.file, BLOB],
      ['d', MODE.directory, inner],
    );
    expect(await readTreeEntries(objects, root)).to.deep.equal([
      { path: 'a', mode: MODE.directory, oid: EMPTY },
      { path: 'a.b', mode: MODE.file, oid: BLOB },
      { path: 'd/y', mode: MODE.executable, oid: BLOB },
      { path: 'd/z', mode: MODE.link, oid: BLOB },
    ]);
    expect(await readTreeEntries(objects, EMPTY)).to.deep.equal([]);
  });

  it('reads what was written and finds what differs', async () => {
    await fc.assert(
      fc.asyncProperty(treeModel, treeModel, async (before, after) => {
        const [left, right] = [write(objects, before), write(objects, after)];
        expect(await readTreeEntries(objects, left)).to.deep.equal(flat(before));
        const expected = differing(flat(before), flat(after));
        expect(await readTreeDiff(objects, left, right)).to.deep.equal(expected);
      }),
    );
  });

  it('reads a shared subtree once, and none that both trees have', async () => {
    const shared = objects.tree(['x', MODE.file, BLOB]);
    const one = objects.tree(['a', MODE.directory, shared], ['b', MODE.directory, shared]);
    expect(await readTreeEntries(objects, one)).to.have.lengthOf(2);
    expect(objects.reads).to.deep.equal([one, shared]);
    const two = objects.tree(['a', MODE.directory, shared], ['c', MODE.file, BLOB]);
    const three = objects.tree(['a', MODE.directory, shared]);
    objects.reads.length = 0;
    expect(await readTreeDiff(objects, two, three)).to.have.lengthOf(1);
    expect(await readTreeDiff(objects, two, two)).to.deep.equal([]);
    expect(objects.reads).to.deep.equal([two, three]);
  });

  function unsafe(): [string, FileMode][] {
    return [
      ...(['..', '.', '.GIT', 'git~1', '.g\xe2\x80\x8cit'] as const).map(
        (name): [string, FileMode] => [name, MODE.file],
      ),
      ['.gitmodules', MODE.link],
      ['sub', MODE.gitlink],
    ];
  }

  it('refuses unsafe names, links git refuses, and submodules, naming the path', async () => {
    for (const [name, mode] of unsafe()) {
      const inner = objects.tree([name, mode, BLOB]);
      const root = objects.tree(['d', MODE.directory, inner]);
      for (const promise of [
        readTreeEntries(objects, root),
        readTreeDiff(objects, EMPTY, root),
        readTreeDiff(objects, root, EMPTY),
      ]) {
        const error = await failure(promise);
        expect(error.code, name).to.equal('UNSAFE_PATH');
        const path = Buffer.from(`d/${name}`, 'latin1').toString();
        expect(error.details).to.deep.equal({ path });
      }
    }
    const fine = objects.tree(['.gitmodules', MODE.file, BLOB], ['.gitignore', MODE.link, BLOB]);
    expect(await readTreeEntries(objects, fine)).to.have.lengthOf(2);
  });

  it('judges both sides where a name stands for two things', async () => {
    const left = objects.tree(['.gitmodules', MODE.file, BLOB]);
    const right = objects.tree(['.gitmodules', MODE.link, BLOB]);
    expect((await failure(readTreeDiff(objects, left, right))).code).to.equal('UNSAFE_PATH');
  });

  it('refuses what is no tree', async () => {
    const blob = objects.add('blob', Buffer.from('x'));
    const error = await failure(readTreeEntries(objects, blob));
    expect(error).to.include({ code: 'OBJECT_DAMAGED' });
    expect(error.details).to.include({ object: blob });
    const line = Buffer.concat([Buffer.from('100644 x\0'), Buffer.from(BLOB, 'hex')]);
    const twice = objects.add('tree', Buffer.concat([line, line]));
    expect((await failure(readTreeEntries(objects, twice))).code).to.equal('OBJECT_DAMAGED');
    expect((await failure(readTreeEntries(objects, BLOB))).details).to.include({ object: BLOB });
  });

  function nested(depth: number, name: string): string {
    let tree = objects.tree(['x', MODE.file, BLOB]);
    for (let n = 0; n < depth; n++) tree = objects.tree([name, MODE.directory, tree]);
    return tree;
  }

  it('bounds the depth and the length of paths', async () => {
    const deepest = nested(LIMITS.directoryDepth - 1, 'd');
    expect(await readTreeEntries(objects, deepest)).to.have.lengthOf(1);
    const deeper = nested(LIMITS.directoryDepth, 'd');
    expect((await failure(readTreeEntries(objects, deeper))).code).to.equal('UNSAFE_PATH');
    expect((await failure(readTreeDiff(objects, EMPTY, deeper))).code).to.equal('UNSAFE_PATH');
    const name = 'n'.repeat(255);
    const longest = nested(LIMITS.pathBytes / 256 - 1, name);
    expect(await readTreeEntries(objects, longest)).to.have.lengthOf(1);
    const error = await failure(readTreeEntries(objects, nested(LIMITS.pathBytes / 256, name)));
    expect(error.code).to.equal('UNSAFE_PATH');
    expect(String(error.details['path'])).to.have.lengthOf(LIMITS.pathBytes);
  });

  it('gives up on few trees that name too many paths', async () => {
    const name = (n: number): BytePath => asBytePath(String(n).padStart(200, 'n'));
    let tree = objects.tree(['x', MODE.file, BLOB]);
    for (let level = 0; level < 18; level++) {
      const below = tree;
      tree = objects.tree(
        ...Array.from({ length: 100 }, (_, n): [string, FileMode, string] => [
          name(n),
          MODE.directory,
          below,
        ]),
      );
    }
    const error = await failure(readTreeEntries(objects, tree));
    expect(error).to.include({ code: 'OBJECT_DAMAGED' });
    expect(error.details).to.include({ problem: 'too_many_paths' });
    expect(objects.reads).to.have.lengthOf(19);
  }).timeout(120_000);

  it('stops when asked to', async () => {
    const root = objects.tree(['x', MODE.file, BLOB]);
    const signal = AbortSignal.abort(new PitonError('LOCKED', 'stop'));
    expect((await failure(readTreeEntries(objects, root, { signal }))).code).to.equal('LOCKED');
    const diff = readTreeDiff(objects, EMPTY, root, { signal });
    expect((await failure(diff)).code).to.equal('LOCKED');
  });
});
