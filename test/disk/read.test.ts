import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readBounded, readStart } from '../../src/disk/read.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, systemCode, thrownBy } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

describe('readBounded', () => {
  let directory: string;
  beforeEach(() => {
    directory = tempDirectory();
  });

  function refuses(path: string, maxBytes = 100, options = {}): string {
    const error = pitonError(thrownBy(() => readBounded(path, maxBytes, options)));
    expect(error.code).to.equal('STATE_DAMAGED');
    expect(error.details).to.deep.equal({ path });
    expect(error.hint).to.be.a('string');
    return error.message;
  }

  it('gives the bytes of a file', () => {
    const path = join(directory, 'f');
    writeFileSync(path, Buffer.from([0, 255, 10]));
    expect(readBounded(path, 3)).to.deep.equal(Buffer.from([0, 255, 10]));
    expect(readBounded(Buffer.from(path), 3)).to.have.length(3);
  });

  it('gives an empty buffer for an empty file', () => {
    const path = join(directory, 'f');
    writeFileSync(path, '');
    expect(readBounded(path, 0)).to.have.length(0);
  });

  it('gives null when the file or a folder on the way is missing', () => {
    writeFileSync(join(directory, 'f'), '');
    expect(readBounded(join(directory, 'none'), 9)).to.equal(null);
    expect(readBounded(join(directory, 'none/f'), 9)).to.equal(null);
    expect(readBounded(join(directory, 'f/f'), 9)).to.equal(null);
  });

  it('refuses a file that is one byte too large, and reads one that just fits', () => {
    const path = join(directory, 'f');
    writeFileSync(path, 'x'.repeat(10));
    expect(readBounded(path, 10)).to.have.length(10);
    expect(refuses(path, 9)).to.contain('larger than 9 bytes');
  });

  it('refuses a link, and follows it only when told to', () => {
    writeFileSync(join(directory, 'f'), 'x');
    const link = join(directory, 'l');
    symlinkSync('f', link);
    expect(refuses(link)).to.contain('not a regular file');
    expect(readBounded(link, 9, { followLink: true })?.toString()).to.equal('x');
  });

  it('gives null for a followed link to nowhere and refuses one that goes round', () => {
    symlinkSync('nowhere', join(directory, 'l'));
    symlinkSync('round', join(directory, 'round'));
    expect(readBounded(join(directory, 'l'), 9, { followLink: true })).to.equal(null);
    refuses(join(directory, 'round'), 9, { followLink: true });
  });

  it('refuses a folder, also through a followed link', () => {
    mkdirSync(join(directory, 'd'));
    symlinkSync('d', join(directory, 'l'));
    refuses(join(directory, 'd'));
    refuses(join(directory, 'l'), 9, { followLink: true });
  });

  it('refuses a FIFO and a device without waiting for them', () => {
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    refuses(fifo);
    refuses('/dev/null');
  });

  it('refuses a socket', async () => {
    const path = join(directory, 's');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      refuses(path);
    } finally {
      server.close();
    }
  });

  it('reads files whose size is told wrong, up to the bound', () => {
    // Files of /proc tell a size of 0: to the reader they grow while being read.
    const whole = readBounded('/proc/self/status', 1024 * 1024);
    expect(whole?.length).to.be.greaterThan(500);
    expect(whole?.toString()).to.match(/^Name:[^]*\n$/);
    refuses('/proc/self/status', 100);
  });

  it('reads a file of several megabytes', () => {
    const path = join(directory, 'f');
    writeFileSync(path, Buffer.alloc(3_000_000, 1));
    appendFileSync(path, 'end');
    const read = readBounded(path, 10_000_000);
    expect(read).to.have.length(3_000_003);
    expect(read?.subarray(-3).toString()).to.equal('end');
  });

  it('throws what the system says when the file may not be read', () => {
    const path = join(unprivilegedDirectory(), 'f');
    unprivileged(() => {
      writeFileSync(path, 'x');
      chmodSync(path, 0);
      expect(systemCode(() => readBounded(path, 9))).to.equal('EACCES');
    });
  });
});

describe('readStart', () => {
  it('gives as much of a file as is asked for and there', () => {
    const path = join(tempDirectory(), 'f');
    writeFileSync(path, 'abcdef');
    expect(readStart(path, 4)?.toString()).to.equal('abcd');
    expect(readStart(path, 9)?.toString()).to.equal('abcdef');
    expect(readStart(`${path}-none`, 9)).to.equal(null);
  });

  it('refuses what is no regular file, without waiting', () => {
    const directory = tempDirectory();
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    for (const path of [directory, fifo]) {
      expect(pitonError(thrownBy(() => readStart(path, 9))).code).to.equal('STATE_DAMAGED');
    }
  });
});
