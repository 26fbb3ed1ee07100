import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  sweepTemps,
  syncDirectory,
  tempNameFor,
  writeAtomic,
} from '../../src/disk/atomic-write.js';
import { tempDirectory } from '../helpers/temp.js';
import { systemCode } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

describe('writeAtomic', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = tempDirectory();
    path = join(directory, 'f');
  });

  for (const durability of ['full', 'fast'] as const) {
    it(`replaces the contents and leaves nothing beside them (${durability})`, () => {
      writeAtomic(path, 'one', { durability });
      writeAtomic(path, Buffer.from('zwei'), { durability });
      expect(readFileSync(path, 'utf8')).to.equal('zwei');
      expect(readdirSync(directory)).to.deep.equal(['f']);
    });
  }

  it('makes a new file each time, so that readers keep the old one', () => {
    writeAtomic(path, 'one', { durability: 'fast' });
    const before = statSync(path).ino;
    writeAtomic(path, 'two', { durability: 'fast' });
    expect(statSync(path).ino).not.to.equal(before);
  });

  it('gives exactly the mode it is told, whatever the umask', () => {
    const before = process.umask(0o077);
    try {
      writeAtomic(path, '', { durability: 'fast', mode: 0o664 });
      writeAtomic(join(directory, 'g'), '', { durability: 'fast' });
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).to.equal(0o664);
    expect(statSync(join(directory, 'g')).mode & 0o777).to.equal(0o600);
  });

  it('replaces a link instead of writing through it', () => {
    const outside = join(tempDirectory(), 'victim');
    writeFileSync(outside, 'untouched');
    symlinkSync(outside, path);
    writeAtomic(path, 'new', { durability: 'fast' });
    expect(readFileSync(outside, 'utf8')).to.equal('untouched');
    expect(readFileSync(path, 'utf8')).to.equal('new');
  });

  it('removes its temporary file when it cannot be moved into place', () => {
    mkdirSync(path);
    expect(systemCode(() => writeAtomic(path, 'x', { durability: 'full' }))).to.equal('EISDIR');
    expect(readdirSync(directory)).to.deep.equal(['f']);
  });

  it('leaves the old contents when there is no room', function () {
    // A limit on the size of files stands in for a full disk.
    const script = `
      import { writeFileSync } from 'node:fs';
      import { writeAtomic } from ${JSON.stringify(
        new URL('../../src/disk/atomic-write.js', import.meta.url).href,
      )};
      process.on('SIGXFSZ', () => {});
      try { writeAtomic(${JSON.stringify(path)}, Buffer.alloc(1e6), { durability: 'fast' }); }
      catch (error) { process.stdout.write(error.code); }`;
    writeFileSync(path, 'old');
    const run = spawnSync('bash', [
      '-c',
      `ulimit -f 64; exec "$0" --input-type=module -e "$1"`,
      process.execPath,
      script,
    ]);
    expect(run.stdout.toString()).to.equal('EFBIG');
    expect(readFileSync(path, 'utf8')).to.equal('old');
    expect(readdirSync(directory)).to.deep.equal(['f']);
  });

  it('throws ENOENT when the folder is missing and EACCES when it may not be written', () => {
    const write = (at: string) => systemCode(() => writeAtomic(at, 'x', { durability: 'full' }));
    expect(write(join(directory, 'none/f'))).to.equal('ENOENT');
    const closed = unprivilegedDirectory();
    chmodSync(closed, 0o555);
    expect(unprivileged(() => write(join(closed, 'f')))).to.equal('EACCES');
  });

  it('never takes a name that is in use', () => {
    expect(tempNameFor(path)).not.to.equal(tempNameFor(path));
    expect(dirname(tempNameFor(path))).to.equal(directory);
  });
});

describe('syncDirectory', () => {
  it('takes folders and nothing else', () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'f'), '');
    syncDirectory(directory);
    expect(systemCode(() => syncDirectory(join(directory, 'f')))).to.equal('ENOTDIR');
  });
});

describe('sweepTemps', () => {
  const NOW = 2_000_000_000_000;
  const HOUR = 3_600_000;
  const clock = { now: () => NOW };
  let directory: string;
  let dead: number;

  before(() => {
    dead = spawnSync('true').pid;
  });
  beforeEach(() => {
    directory = tempDirectory();
  });

  function leave(pid: number, ageMs = 2 * HOUR): string {
    const name = `f.tmp-${pid}-0123456789abcdef`;
    writeFileSync(join(directory, name), '');
    utimesSync(join(directory, name), NOW / 1000, (NOW - ageMs) / 1000);
    return name;
  }

  it('removes what dead processes left', () => {
    const name = leave(dead);
    expect(sweepTemps(directory, HOUR, clock)).to.deep.equal([name]);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('recognises the names that writeAtomic uses', () => {
    const name = basename(tempNameFor(join(directory, 'f'))).replace(`${process.pid}`, `${dead}`);
    writeFileSync(join(directory, name), '');
    utimesSync(join(directory, name), 1, 1);
    expect(sweepTemps(directory, HOUR, clock)).to.deep.equal([name]);
  });

  it('leaves those of living processes, ours and others', () => {
    const other = spawn('sleep', ['30']);
    try {
      leave(process.pid);
      leave(other.pid ?? 0);
      leave(1);
      expect(sweepTemps(directory, HOUR, clock)).to.deep.equal([]);
      expect(readdirSync(directory)).to.have.length(3);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('leaves those of processes of another user', () => {
    directory = unprivilegedDirectory();
    leave(1);
    expect(unprivileged(() => sweepTemps(directory, HOUR, clock))).to.deep.equal([]);
  });

  it('leaves young ones: their process may live on another host', () => {
    leave(dead, HOUR - 1000);
    expect(sweepTemps(directory, HOUR, clock)).to.deep.equal([]);
  });

  it('leaves everything else', () => {
    const names = ['f', 'f.tmp-1', `f.tmp-${dead}-xyz`, `f.tmp-0-0123456789abcdef`];
    for (const name of names) {
      writeFileSync(join(directory, name), '');
      utimesSync(join(directory, name), 1, 1);
    }
    mkdirSync(join(directory, `d.tmp-${dead}-0123456789abcdef`));
    utimesSync(join(directory, `d.tmp-${dead}-0123456789abcdef`), 1, 1);
    expect(sweepTemps(directory, HOUR, clock)).to.deep.equal([]);
    expect(existsSync(join(directory, 'f'))).to.equal(true);
  });

  it('throws when a file may not be removed', () => {
    directory = unprivilegedDirectory();
    leave(dead);
    chmodSync(directory, 0o555);
    const sweep = () => sweepTemps(directory, HOUR, clock);
    expect(systemCode(() => unprivileged(sweep))).to.equal('EACCES');
  });
});
