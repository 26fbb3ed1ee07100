import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { isDamage } from '../../../src/store/objects/damage.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { verifiedStream, type StoredStream } from '../../../src/store/objects/verified-stream.js';
import { pitonError, rejectionOf } from '../../disk/thrown.js';
import { tempDirectory } from '../../helpers/temp.js';

const DATA = Buffer.from(Array.from({ length: 900_000 }, (_, at) => (at * at * 13) % 241));
const OID = hashObject('sha1', 'blob', DATA);

function stored(bytes: Buffer, changes: Partial<StoredStream> = {}): StoredStream {
  const path = join(tempDirectory(), 'file');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  const end = bytes.length - 1;
  return { fd, start: 0, end, skip: 0, oid: OID, type: 'blob', size: DATA.length, ...changes };
}

async function damageOf(stream: StoredStream): Promise<void> {
  const error = pitonError(await rejectionOf(buffer(verifiedStream('sha1', stream))));
  expect(isDamage(error)).to.equal(true);
  expect(error.details['object']).to.equal(OID);
}

/** Whether a descriptor has been closed, in a moment. */
async function isClosed(fd: number): Promise<boolean> {
  await new Promise((done) => setTimeout(done, 20));
  try {
    closeSync(fd);
    return false;
  } catch {
    return true;
  }
}

describe('streams of contents', () => {
  it('give the contents, whatever stands before and after', async () => {
    const header = Buffer.from('blob 900000\0');
    const file = deflateSync(Buffer.concat([header, DATA]));
    const around = Buffer.concat([Buffer.alloc(70, 3), file, Buffer.alloc(600_000, 4)]);
    const source = stored(around, { start: 70, skip: header.length });
    const data = await buffer(verifiedStream('sha1', source));
    expect(data.equals(DATA)).to.equal(true);
    expect(await isClosed(source.fd)).to.equal(true);
  });

  it('skip more than one piece', async () => {
    const file = deflateSync(Buffer.concat([Buffer.alloc(700_000), DATA]));
    const source = stored(file, { skip: 700_000 });
    expect((await buffer(verifiedStream('sha1', source))).equals(DATA)).to.equal(true);
  });

  it('fail at the end when the contents are others', async () => {
    const other = Buffer.from(DATA);
    other.writeUInt8(other.readUInt8(0) ^ 1, 0);
    await damageOf(stored(deflateSync(other)));
  });

  it('fail when there is less or more than was said', async () => {
    await damageOf(stored(deflateSync(DATA.subarray(1))));
    await damageOf(stored(deflateSync(Buffer.concat([DATA, Buffer.alloc(1)]))));
  });

  it('fail when the file is damaged or cut short', async () => {
    const file = deflateSync(DATA);
    await damageOf(stored(file.subarray(0, -10)));
    await damageOf(
      stored(Buffer.concat([file.subarray(0, file.length / 2), Buffer.alloc(5000, 255)])),
    );
  });

  it('pass other errors on', async () => {
    const source = stored(deflateSync(DATA));
    const stream = verifiedStream('sha1', source);
    closeSync(source.fd);
    const error = await rejectionOf(buffer(stream));
    expect(isDamage(error)).to.equal(false);
    expect(error).to.have.property('code', 'EBADF');
  });

  it('close the file when nobody reads on, or nobody ever read', async () => {
    const unread = stored(deflateSync(DATA));
    verifiedStream('sha1', unread).destroy();
    expect(await isClosed(unread.fd)).to.equal(true);
    const begun = stored(deflateSync(DATA));
    const stream = verifiedStream('sha1', begun);
    await once(stream, 'readable');
    stream.destroy();
    expect(await isClosed(begun.fd)).to.equal(true);
  });
});
