import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytePathFromText } from '../../src/core/byte-path.js';
import {
  isUnchanged,
  openInPlace,
  readStable,
  streamOf,
  type OpenFile,
} from '../../src/worktree/stable-read.js';
import { systemCode } from '../disk/thrown.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody } from './scanning.js';
import { startWriter } from './writers.js';

function read(path: string, maxBytes = 1_000_000) {
  return readStable(bytePathFromText(path), maxBytes);
}

function isStable(found: ReturnType<typeof read>): boolean {
  return typeof found !== 'string' && found.stable;
}

function opened(path: string): OpenFile {
  const file = openInPlace(bytePathFromText(path));
  if (typeof file === 'string') throw new Error(file);
  return file;
}

async function textOf(file: OpenFile): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamOf(file)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What it begins with. */
function letterIn(contents: Buffer): string {
  return contents.toString('latin1', 0, 1);
}

function millisecondsOf(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

describe('worktree: stable read', () => {
  it('gives the contents and the state they belong to', () => {
    const path = join(tempDirectory(), 'é');
    for (const contents of ['', 'x', 'y'.repeat(100_000)]) {
      writeFileSync(path, contents);
      const found = read(path);
      if (typeof found === 'string') throw new Error(found);
      expect(found.data.toString() === contents, contents.slice(0, 1)).to.equal(true);
      expect(found.stable).to.equal(true);
      expect(found.stat.size).to.equal(BigInt(contents.length));
    }
  });

  it('says what is in the way', async () => {
    const root = tempDirectory();
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'folder'));
    for (const name of ['file', 'closed']) writeFileSync(join(root, name), 'secret');
    chmodSync(join(root, 'closed'), 0);
    symlinkSync('file', join(root, 'link'));
    symlinkSync('.', join(root, 'around'));
    spawnSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const failures = {
      gone: 'vanished',
      'file/below': 'replaced',
      folder: 'replaced',
      link: 'replaced',
      'around/file': 'replaced',
      fifo: 'replaced',
      socket: 'replaced',
      closed: 'unreadable',
      ['x'.repeat(300)]: 'unreadable',
    };
    for (const [name, failure] of Object.entries(failures)) {
      const found = await asNobody(async () => read(join(root, name)));
      expect(found, name.slice(0, 20)).to.equal(failure);
    }
    server.close();
    expect(systemCode(() => read(`${root}/a\0b`))).to.equal('ERR_INVALID_ARG_VALUE');
  });

  it('never trusts times that the next change would not move', () => {
    const path = join(tempDirectory(), 'file');
    for (let round = 0; round < 3; round++) {
      writeFileSync(path, `${round}`);
      const found = read(path);
      if (typeof found === 'string') throw new Error(found);
      expect(Date.now() - Number(found.stat.ctimeMs)).to.be.at.least(20);
      // From now on it takes less than a tick, whenever the machine lets it.
      while (millisecondsOf(() => read(path)) >= 15);
    }
  });

  it('does not read more than it may', () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, 'x'.repeat(10));
    expect(read(path, 10)).to.include({ stable: true });
    expect(read(path, 9)).to.equal('too_large');
    expect(read('/proc/kallsyms', 100)).to.equal('too_large');
    // Some files say that they are empty and are not.
    expect(read(`/proc/${process.pid}/status`)).to.include({ stable: false });
  });

  it('tells a changed file from one that was not', async () => {
    const path = join(tempDirectory(), 'file');
    const changes: Record<string, (() => void) | null> = {
      nothing: null,
      contents: () => writeFileSync(path, 'y'),
      size: () => truncateSync(path, 0),
      mode: () => chmodSync(path, 0o600),
      times: () => utimesSync(path, 1, 1),
      unlinked: () => renameSync(path, `${path}.old`),
    };
    for (const [what, change] of Object.entries(changes)) {
      writeFileSync(path, 'x');
      const file = opened(path);
      expect(isUnchanged(file), what).to.equal(true);
      change?.();
      expect(isUnchanged(file), what).to.equal(change === null);
      closeSync(file.fd);
    }
  });

  it('streams a file again and again without closing it', async () => {
    const path = join(tempDirectory(), 'file');
    writeFileSync(path, 'contents');
    const file = opened(path);
    expect(await textOf(file)).to.equal('contents');
    expect(await textOf(file)).to.equal('contents');
    const destroyed = streamOf(file).resume();
    destroyed.destroy();
    await once(destroyed, 'close');
    appendFileSync(path, ' and more');
    expect(await textOf(file)).to.equal('contents');
    closeSync(file.fd);
  });

  it('gives no mix of two contents for one', async function () {
    this.timeout(120_000);
    const path = join(tempDirectory(), 'file');
    const size = 300_000;
    const writer = await startWriter(path, size, { pauseMs: 30 });
    const mixed: string[][] = [];
    let stable = 0;
    let late: string[] = [];
    try {
      const start = Date.now();
      // On a busy machine this process may seldom get its turn between two contents.
      for (let ms = 0; ms < (stable > 5 ? 2_000 : 50_000); ms = Date.now() - start) {
        const found = read(path);
        if (typeof found === 'string') throw new Error(found);
        if (!found.stable) continue;
        stable++;
        expect(found.data).to.have.lengthOf(size);
        const ends = [found.data.subarray(0, 1), found.data.subarray(-1)].map(letterIn);
        if (ends[0] !== ends[1]) mixed.push(ends);
      }
      // Once the next is begun, all has been said of the last.
      const last = letterIn(readFileSync(path));
      while (letterIn(readFileSync(path)) === last) await delay(5);
    } finally {
      late = await writer.stop();
    }
    expect(stable).to.be.greaterThan(5);
    expect(mixed.filter((ends) => !ends.some((letter) => late.includes(letter)))).to.deep.equal([]);
  });

  it('says so when a file never holds still', async function () {
    this.timeout(120_000);
    const path = join(tempDirectory(), 'file');
    const writer = await startWriter(path, 100_000, { pauseMs: 0 });
    try {
      // On a busy machine the writer itself may have to wait now and then.
      let found = read(path);
      const end = Date.now() + 60_000;
      while (isStable(found) && Date.now() < end) found = read(path);
      expect(found).to.include({ stable: false });
    } finally {
      await writer.stop();
    }
  });
});
