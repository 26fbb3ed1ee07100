import { expect } from 'chai';
import { Readable } from 'node:stream';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { blobId } from './scanning.js';

describe('worktree: hash-only batch', () => {
  it('knows ids and stores nothing', async () => {
    const batch = hashOnlyBatch('sha1');
    expect(batch.storesNothing).to.equal(true);
    expect(batch.add('blob', Buffer.from('x'))).to.equal(blobId('x'));
    expect(batch.has('0'.repeat(40))).to.equal(true);
    batch.addDeflated({ oid: '', type: 'blob', size: 0, deflated: Buffer.alloc(0) });
    expect(await batch.publish()).to.deep.equal({ objects: 0, bytes: 0, packed: false });
    await batch.discard();
    expect(hashOnlyBatch('sha256').add('blob', Buffer.alloc(0))).to.have.lengthOf(64);
  });

  it('hashes a stream of the size it was told', async () => {
    const batch = hashOnlyBatch('sha1');
    const stream = (): Readable => Readable.from([Buffer.from('ab'), Buffer.from('c')]);
    expect(await batch.addStream(3, stream())).to.equal(blobId('abc'));
    expect(await batch.addStream(4, stream())).to.equal(null);
    expect(await batch.addStream(2, stream())).to.equal(null);
  });
});
