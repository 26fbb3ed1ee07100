import { expect } from 'chai';
import { Readable } from 'node:stream';
import { asBytePath } from '../../src/core/byte-path.js';
import { PitonError } from '../../src/core/errors.js';
import { MODE, type GitObject, type ObjectId, type TreeEntry } from '../../src/core/types.js';
import { DamageList, problemOf } from '../../src/checkpoint/damage.js';
import { ObjectCheck } from '../../src/checkpoint/object-check.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import { damaged } from '../../src/store/objects/damage.js';
import { encodeTree, hashObject } from '../../src/store/objects/object-format.js';

/** Objects in memory that count how often each is read. */
class Objects implements ObjectReader {
  readonly algorithm = 'sha1';
  readonly reads: ObjectId[] = [];
  readonly #objects = new Map<ObjectId, GitObject>();

  add(type: GitObject['type'], data: Buffer): ObjectId {
    const oid = hashObject('sha1', type, data);
    this.#objects.set(oid, { type, data });
    return oid;
  }

  addTree(...entries: [string, TreeEntry['mode'], ObjectId][]): ObjectId {
    const tree = entries.map(([name, mode, oid]) => ({ name: asBytePath(name), mode, oid }));
    return this.add('tree', encodeTree(tree));
  }

  has(oid: ObjectId): boolean {
    return this.#objects.has(oid);
  }

  read(oid: ObjectId): Promise<GitObject> {
    this.reads.push(oid);
    const object = this.#objects.get(oid);
    if (object !== undefined) return Promise.resolve(object);
    return Promise.reject(damaged('missing', { object: oid, problem: 'missing' }));
  }

  async readStream(oid: ObjectId) {
    const { type, data } = await this.read(oid);
    return { type, size: data.length, stream: Readable.from([data], { objectMode: false }) };
  }
}

const GONE = 'a'.repeat(40);

describe('ObjectCheck', () => {
  it('reads what trees share once, and names its damage for each of them', async () => {
    const objects = new Objects();
    const blob = objects.add('blob', Buffer.from('contents'));
    const shared = objects.addTree(['blob', MODE.file, blob], ['gone', MODE.file, GONE]);
    const roots = ['one', 'two'].map((name) =>
      objects.addTree([name, MODE.directory, shared], ['again', MODE.file, blob]),
    );
    const check = new ObjectCheck(objects, {});
    for (const root of [...roots, ...roots]) {
      const damage = await check.checkTree(root);
      expect(damage.toArray('ref')).to.deep.equal([{ object: GONE, problem: 'missing' }]);
    }
    expect(objects.reads).to.have.members([...roots, shared, blob, GONE]);
  });

  it('names a missing tree for everybody who needs it, having looked once', async () => {
    const objects = new Objects();
    const root = objects.addTree(['a', MODE.directory, GONE], ['b', MODE.directory, GONE]);
    const check = new ObjectCheck(objects, {});
    for (const tree of [root, GONE]) {
      expect((await check.checkTree(tree)).toArray('ref')).to.have.length(1);
    }
    expect(objects.reads).to.deep.equal([root, GONE]);
  });

  it('walks trees that are deeper than a stack', async () => {
    const objects = new Objects();
    let tree = objects.addTree(['gone', MODE.file, GONE]);
    for (let depth = 0; depth < 20_000; depth++) {
      tree = objects.addTree(['below', MODE.directory, tree]);
    }
    expect((await new ObjectCheck(objects, {}).checkTree(tree)).has(GONE)).to.equal(true);
  });

  it('takes a tree bomb for what it is: a few trees', async () => {
    const objects = new Objects();
    let tree = objects.addTree(['gone', MODE.file, GONE]);
    for (let depth = 0; depth < 64; depth++) {
      tree = objects.addTree(['left', MODE.directory, tree], ['right', MODE.directory, tree]);
    }
    await new ObjectCheck(objects, {}).checkTree(tree);
    expect(objects.reads).to.have.length(66);
  });

  it('passes on errors that are no damage', async () => {
    const objects = new Objects();
    const root = objects.addTree(['blob', MODE.file, GONE]);
    const failing = new Error('a defect');
    objects.readStream = () => Promise.reject(failing);
    const check = new ObjectCheck(objects, {}).checkTree(root);
    expect(await check.catch((error: unknown) => error)).to.equal(failing);
  });

  it('stops in the middle of a blob when told to', async () => {
    const objects = new Objects();
    const root = objects.addTree(['blob', MODE.file, objects.add('blob', Buffer.from('x'))]);
    const controller = new AbortController();
    const original = objects.readStream.bind(objects);
    objects.readStream = async (oid) => {
      const found = await original(oid);
      controller.abort(new Error('enough'));
      return found;
    };
    const check = new ObjectCheck(objects, { signal: controller.signal }).checkTree(root);
    expect(await check.catch((error: Error) => error.message)).to.equal('enough');
  });
});

describe('problemOf', () => {
  it('tells damage and what cannot be read, and nothing else', () => {
    const unreadable = Object.assign(new Error('permission denied'), { code: 'EACCES' });
    expect(problemOf(unreadable)).to.equal('permission denied');
    expect(problemOf(new PitonError('STATE_DAMAGED', 'it is bad'))).to.equal('it is bad');
    for (const error of [
      new PitonError('LOCKED', ''),
      Object.assign(new Error(), { code: 'EMFILE' }),
    ]) {
      expect(() => problemOf(error)).to.throw(error.constructor as ErrorConstructor);
    }
  });
});

describe('DamageList', () => {
  it('keeps the first problem of an object', () => {
    const list = new DamageList();
    list.add('object', 'first');
    list.add('object', 'second');
    expect(list.toArray('ref')).to.deep.equal([{ object: 'object', problem: 'first' }]);
  });

  it('remembers that another one was cut', () => {
    const long = new DamageList();
    for (let number = 0; number < 2_000; number++) long.add(`${number}`, 'missing');
    const all = new DamageList();
    all.addAll(long);
    expect(all.toArray('ref').at(-1)?.object).to.equal('ref');
    expect(all.toArray('ref')).to.have.length(1_001);
  });
});
