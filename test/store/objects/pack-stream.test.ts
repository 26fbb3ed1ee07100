import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { parseEntry } from '../../../src/store/objects/pack-entry.js';
import { writeBlobStream } from '../../../src/store/objects/pack-stream.js';
import { PackWriter } from '../../../src/store/objects/pack-writer.js';
import { rejectionOf } from '../../disk/thrown.js';
import { tempDirectory } from '../../helpers/temp.js';

const PIECE = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * at * 13) % 241));
const DATA = Buffer.concat(Array.from({ length: 20 }, () => PIECE));

function newWriter(): PackWriter {
  return new PackWriter(join(tempDirectory(), 'pack'));
}

function pieces(...list: Buffer[]): Readable {
  return Readable.from(list, { objectMode: false });
}

describe('streaming a blob into a pack', () => {
  it('gives its id, offset and checksum', async () => {
    const writer = newWriter();
    const entry = await writeBlobStream(writer, 'sha1', DATA.length, pieces(DATA));
    const end = writer.length;
    await writer.finish('sha1', 'fast');
    const bytes = readFileSync(writer.path).subarray(0, end);
    expect(entry?.oid).to.equal(hashObject('sha1', 'blob', DATA));
    expect(entry?.offset).to.equal(12);
    expect(entry?.crc).to.equal(crc32(bytes.subarray(12)));
    const { size, dataOffset } = parseEntry(bytes.subarray(12), 12, 20);
    expect(size).to.equal(DATA.length);
    expect(inflateSync(bytes.subarray(dataOffset)).equals(DATA)).to.equal(true);
  });

  it('may be of nothing', async () => {
    const entry = await writeBlobStream(newWriter(), 'sha1', 0, pieces());
    expect(entry?.oid).to.equal(hashObject('sha1', 'blob', Buffer.alloc(0)));
  });

  it('leaves the pack as it was when the stream holds less, more, or fails', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield DATA;
      await Promise.resolve();
      throw new Error('it failed');
    };
    const destroyed = pieces(DATA);
    destroyed.destroy();
    const streams: [number, Readable][] = [
      [DATA.length + 1, pieces(DATA)],
      [DATA.length - 1, pieces(DATA)],
      [DATA.length, Readable.from(failing())],
      [DATA.length, destroyed],
      [DATA.length * 3, pieces(DATA, DATA)],
    ];
    const writer = newWriter();
    for (const [size, stream] of streams) {
      expect(await writeBlobStream(writer, 'sha1', size, stream)).to.equal(null);
      expect(writer.length).to.equal(12);
    }
  });

  it('stops reading a stream that does not end', async () => {
    let given = 0;
    const endless = function* (): Generator<Buffer> {
      for (;;) {
        given += PIECE.length;
        yield PIECE;
      }
    };
    const stream = Readable.from(endless(), { objectMode: false });
    expect(await writeBlobStream(newWriter(), 'sha1', 1_000_000, stream)).to.equal(null);
    expect(given).to.be.lessThan(5_000_000);
    expect(stream.destroyed).to.equal(true);
  });

  it('tells a failure to write from one to read', async () => {
    class FullDisk extends PackWriter {
      override write(bytes: Uint8Array): void {
        if (bytes.length > 1000) throw new Error('no space');
        super.write(bytes);
      }
    }
    const writer = new FullDisk(join(tempDirectory(), 'pack'));
    const error = await rejectionOf(writeBlobStream(writer, 'sha1', DATA.length, pieces(DATA)));
    expect(error).to.have.property('message', 'no space');
    writer.discard();
  });
});
