import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, truncateSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { MODE } from '../../src/core/types.js';
import type { ObjectBatch } from '../../src/store/object-store.js';
import { hashLargeFile, hashSmallFile, modeOfFile } from '../../src/worktree/hash-file.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { statRecord } from '../../src/worktree/stat-record.js';
import { tempDirectory } from '../helpers/temp.js';
import { blobId } from './scanning.js';
import { startWriter } from './writers.js';

const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** A batch that stores nothing and has nothing, so that everything is streamed into it. */
function forgetfulBatch(streamed: string[] = []): ObjectBatch {
  const batch = hashOnlyBatch('sha1');
  return {
    ...batch,
    has: (oid) => streamed.includes(oid),
    addStream: async (size: number, stream: Readable) => {
      const oid = await batch.addStream(size, stream);
      if (oid !== null) streamed.push(oid);
      return oid;
    },
  };
}

/** One for which a file that another process writes to has changed whenever it was read once. */
function patientBatch(path: string): ObjectBatch {
  const plain = forgetfulBatch();
  return {
    ...plain,
    has: (oid) => {
      const read = lstatSync(path, { bigint: true }).ctimeNs;
      while (lstatSync(path, { bigint: true }).ctimeNs === read) Atomics.wait(NEVER, 0, 0, 1);
      return plain.has(oid);
    },
  };
}

function large(path: string, batch = forgetfulBatch(), maxBytes = Infinity) {
  return hashLargeFile(bytePathFromText(path), batch, 'sha1', maxBytes);
}

function small(path: string, maxBytes = 1_000) {
  const added: Buffer[] = [];
  const addBlob = (data: Buffer): string => {
    added.push(data);
    return blobId(data);
  };
  return { outcome: hashSmallFile(bytePathFromText(path), addBlob, maxBytes), added };
}

describe('worktree: hashing one file', () => {
  it('knows the mode that git would give it', () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, '');
    for (const [bits, mode] of [
      [0o644, MODE.file],
      [0o755, MODE.executable],
      [0o100, MODE.executable],
      [0o655, MODE.file],
      [0o4711, MODE.executable],
    ] as const) {
      chmodSync(path, bits);
      expect(modeOfFile(lstatSync(path, { bigint: true })), bits.toString(8)).to.equal(mode);
    }
  });

  it('gives id, mode and record, whether read whole or streamed', async () => {
    const path = join(tempDirectory(), 'file');
    for (const contents of ['', 'some text', 'x'.repeat(3_000_000)]) {
      writeFileSync(path, contents);
      chmodSync(path, 0o755);
      const expected = {
        kind: 'hashed',
        oid: blobId(contents),
        mode: MODE.executable,
        record: statRecord(lstatSync(path, { bigint: true })),
        stable: true,
      };
      expect(await large(path)).to.deep.equal(expected);
      const { outcome, added } = small(path, Infinity);
      expect(outcome).to.deep.equal(expected);
      expect(added.map(String)).to.deep.equal([contents]);
    }
  });

  it('streams contents into the batch only once', async () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, 'contents');
    const streamed: string[] = [];
    const batch = forgetfulBatch(streamed);
    await large(path, batch);
    await large(path, batch);
    expect(streamed).to.deep.equal([blobId('contents')]);
  });

  it('says why there is nothing to hash', async () => {
    const root = tempDirectory();
    spawnSync('mkfifo', [join(root, 'fifo')]);
    writeFileSync(join(root, 'file'), 'x'.repeat(11));
    const reasons = { gone: 'vanished', fifo: 'replaced', file: 'too_large' } as const;
    for (const [name, kind] of Object.entries(reasons)) {
      expect(await large(join(root, name), forgetfulBatch(), 10)).to.deep.equal({ kind });
      const { outcome, added } = small(join(root, name), 10);
      expect(outcome).to.deep.equal({ kind });
      expect(added).to.deep.equal([]);
    }
  });

  it('reads again what changed between its two readings', async () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, 'one');
    let isChanged = false;
    const plain = forgetfulBatch();
    const batch: ObjectBatch = {
      ...plain,
      addStream: (size, stream) => {
        if (!isChanged) writeFileSync(path, 'two');
        isChanged = true;
        return plain.addStream(size, stream);
      },
    };
    const outcome = await large(path, batch);
    expect(outcome).to.deep.include({
      ...{ kind: 'hashed', oid: blobId('two'), stable: true },
      record: statRecord(lstatSync(path, { bigint: true })),
    });
  });

  it('gives up a file that is cut short every time', async () => {
    const path = join(tempDirectory(), 'file');
    const plain = forgetfulBatch();
    const batch: ObjectBatch = {
      ...plain,
      addStream: (size, stream) => {
        truncateSync(path, size - 1);
        return plain.addStream(size, stream);
      },
    };
    writeFileSync(path, 'x'.repeat(100));
    expect(await large(path, batch)).to.deep.equal({ kind: 'unstable' });
    expect(lstatSync(path).size).to.equal(96);
  });

  it('captures a file that never holds still as last read, and says so', async function () {
    this.timeout(120_000);
    const path = join(tempDirectory(), 'file');
    const writer = await startWriter(path, 1_000_000, { pauseMs: 0 });
    try {
      const outcome = await large(path, patientBatch(path));
      expect(outcome).to.include({ kind: 'hashed', stable: false });
    } finally {
      await writer.stop();
    }
  });

  it('does not follow a file that grows for ever', async function () {
    this.timeout(120_000);
    const path = join(tempDirectory(), 'file');
    const writer = await startWriter(path, 65_536, { pauseMs: 1, grows: true });
    try {
      const outcome = await large(path, patientBatch(path));
      expect(outcome).to.include({ kind: 'hashed', stable: false });
      expect(await large(path, forgetfulBatch(), 100_000)).to.deep.equal({ kind: 'too_large' });
      expect(small(path, 100_000).outcome).to.deep.equal({ kind: 'too_large' });
    } finally {
      await writer.stop();
    }
  });
});
