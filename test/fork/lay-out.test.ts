import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { asBytePath } from '../../src/core/byte-path.js';
import { MODE, type Progress } from '../../src/core/types.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { CloneSource } from '../../src/fork/clone-source.js';
import { layOut } from '../../src/fork/lay-out.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import { tempDirectory } from '../helpers/temp.js';

const OID = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

describe('layOut', () => {
  it('tells how far it is, and stops when it is told to', async () => {
    const into = tempDirectory();
    const root = AnchoredRoot.open(into);
    const source = new CloneSource(into, null, 'sha1');
    const entries = ['a', 'b/c'].map((path) => {
      return { path: asBytePath(path), mode: MODE.directory, oid: OID };
    });
    const told: Progress[] = [];
    const materials = { objects: {} as ObjectReader, source };
    await layOut(root, entries, materials, { onProgress: (one) => told.push(one) });
    expect(told).to.deep.equal([{ phase: 'staging', done: 0, total: 2 }]);
    expect(readdirSync(into)).to.deep.equal(['a', 'b']);
    const reason = new Error('stop');
    const stopped = layOut(root, entries, materials, { signal: AbortSignal.abort(reason) });
    expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
    root.close();
    source.close();
  });
});
