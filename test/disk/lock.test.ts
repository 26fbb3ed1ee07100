import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../../src/core/limits.js';
import { acquireLock, deadLocksOf } from '../../src/disk/lock.js';
import { formatOwner, readLockOwner } from '../../src/disk/lock-owner.js';
import { tempDirectory } from '../helpers/temp.js';
import { deadOwner, livingOwner } from './owners.js';
import { pitonError, rejectionOf } from './thrown.js';

const CHILD = fileURLToPath(new URL('./fixtures/lock-child.js', import.meta.url));

describe('acquireLock', function () {
  this.timeout(120_000);
  let directory: string;
  let path: string;
  let children: ChildProcess[];

  beforeEach(() => {
    directory = tempDirectory();
    path = join(directory, 'lock');
    children = [];
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [CHILD, path, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  }

  async function lockedError(options = { timeoutMs: 0 }) {
    const error = pitonError(await rejectionOf(acquireLock(path, options)));
    expect(error.code).to.equal('LOCKED');
    return error;
  }

  it('makes a file that names its owner, and removes it on release', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0, command: 'rollback' });
    expect(readLockOwner(path)).to.deep.equal(lock.owner);
    expect(lock.owner).to.include({ pid: process.pid, command: 'rollback' });
    expect(Date.parse(lock.owner.acquiredAt)).to.be.closeTo(Date.now(), 10_000);
    expect(readdirSync(directory)).to.deep.equal(['lock']);
    lock.release();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('tells who has it, since when and what to do', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0, command: 'rollback' });
    const { pid, host, acquiredAt: since } = lock.owner;
    const error = await lockedError();
    expect(error.details).to.deep.equal({ lock: path, pid, host, since, command: 'rollback' });
    expect(error.hint).to.contain('wait');
  });

  it('does not release what has become the lock of another', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0 });
    const other = formatOwner(livingOwner());
    writeFileSync(path, other);
    lock.release();
    expect(readFileSync(path, 'utf8')).to.equal(other);
  });

  it('can be released twice, and after the file has gone', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0 });
    unlinkSync(path);
    lock.release();
    const next = await acquireLock(path, { timeoutMs: 0 });
    lock.release();
    expect(readLockOwner(path)).to.deep.equal(next.owner);
  });

  it('waits for the same process, one after another', async () => {
    const events: number[] = [];
    const take = async (index: number) => {
      const lock = await acquireLock(path, { timeoutMs: 10_000 });
      events.push(index);
      await delay(3);
      events.push(index);
      lock.release();
    };
    await Promise.all([0, 1, 2, 3, 4].map(take));
    expect(events).to.have.length(10);
    for (let at = 0; at < 10; at += 2) expect(events[at]).to.equal(events[at + 1]);
  });

  /** What is in the folder but for what is told of dead owners, one note for each. */
  function withoutNotes(): string[] {
    const notes = deadLocksOf(path).map((dead) => basename(dead.path));
    const names = readdirSync(directory);
    return names.filter((name) => !notes.includes(name));
  }

  it('gives up at the timeout, not before', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0 });
    const started = performance.now();
    await lockedError({ timeoutMs: 150 });
    expect(performance.now() - started).to.be.within(149, 5_000);
    lock.release();
  });

  it('stops waiting when aborted, with the reason of the abort', async () => {
    const lock = await acquireLock(path, { timeoutMs: 0 });
    const abort = new AbortController();
    const reason = new Error('enough');
    const waiting = rejectionOf(acquireLock(path, { timeoutMs: 60_000, signal: abort.signal }));
    setTimeout(() => abort.abort(reason), 20);
    expect(await waiting).to.equal(reason);
    lock.release();
    const aborted = acquireLock(path, { timeoutMs: 0, signal: abort.signal });
    expect(await rejectionOf(aborted)).to.equal(reason);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('throws what the system says when the folder is missing', async () => {
    const error = await rejectionOf(acquireLock(join(directory, 'no/lock'), { timeoutMs: 0 }));
    expect(error).to.have.property('code', 'ENOENT');
  });

  describe('a dead owner', () => {
    it('is replaced, and only the note for who clears up after it stays', async () => {
      writeFileSync(path, formatOwner(deadOwner()));
      const lock = await acquireLock(path, { timeoutMs: 0 });
      expect(readLockOwner(path)).to.deep.equal(lock.owner);
      expect(withoutNotes()).to.deep.equal(['lock']);
    });

    it('is replaced when its process id is used again', async () => {
      writeFileSync(path, formatOwner({ ...livingOwner(), startTime: '1' }));
      (await acquireLock(path, { timeoutMs: 0 })).release();
    });

    it('is replaced when who replaced it died of that, several times over', async () => {
      const nonces = ['0', '1', '2', '3'].map((digit) => digit.repeat(16));
      let at = path;
      for (const nonce of nonces) {
        writeFileSync(at, formatOwner({ ...deadOwner(), nonce }));
        at = `${at}.${nonce}`;
      }
      const lock = await acquireLock(path, { timeoutMs: 0 });
      expect(withoutNotes()).to.deep.equal(['lock']);
      lock.release();
    });

    it('is left alone below more dead guards than there are limits', async () => {
      let at = path;
      for (let depth = 0; depth <= LIMITS.lockTakeoverDepth; depth++) {
        const nonce = String(depth).repeat(16);
        writeFileSync(at, formatOwner({ ...deadOwner(), nonce }));
        at = `${at}.${nonce}`;
      }
      await lockedError();
      expect(readdirSync(directory)).to.have.length(LIMITS.lockTakeoverDepth + 1);
    });

    it('is left alone while a living process is replacing it', async () => {
      const dead = deadOwner();
      writeFileSync(path, formatOwner(dead));
      const guard = await acquireLock(`${path}.${dead.nonce}`, { timeoutMs: 0 });
      await lockedError();
      expect(readLockOwner(path)).to.deep.equal(dead);
      guard.release();
      (await acquireLock(path, { timeoutMs: 0 })).release();
    });
  });

  describe('is never robbed', () => {
    it('by one who saw the dead owner before', async () => {
      const dead = deadOwner();
      const living = formatOwner(livingOwner());
      writeFileSync(path, formatOwner(dead));
      const kill = process.kill.bind(process);
      // While the dead owner is looked at, another process takes the lock over.
      process.kill = (pid, signal) => {
        if (pid === dead.pid) writeFileSync(path, living);
        return kill(pid, signal);
      };
      try {
        expect((await lockedError()).details).to.have.property('pid', process.pid);
      } finally {
        process.kill = kill;
      }
      expect(readFileSync(path, 'utf8')).to.equal(living);
      expect(readdirSync(directory)).to.deep.equal(['lock']);
    });

    async function survives(contents: string): Promise<void> {
      writeFileSync(path, contents);
      const error = await lockedError({ timeoutMs: 30 });
      expect(error.hint).to.be.a('string');
      expect(readFileSync(path, 'utf8')).to.equal(contents);
      expect(readdirSync(directory)).to.deep.equal(['lock']);
    }

    it('of a lock it has held for years', async () => {
      const child = start(path, '0', 'hold');
      await once(child.stdout ?? child, 'data');
      const owner = readLockOwner(path);
      if (owner === null || owner === 'unreadable') throw new Error('no owner');
      expect(owner.pid).to.equal(child.pid);
      await survives(formatOwner({ ...owner, acquiredAt: '2001-01-01T00:00:00.000Z' }));
    });

    it('on another host, or in another container', async () => {
      await survives(formatOwner({ ...deadOwner(), host: 'elsewhere' }));
      await survives(formatOwner({ ...deadOwner(), pidNamespace: 'pid:[1]' }));
    });

    it('when the record is empty or makes no sense', async () => {
      for (const contents of ['', '{', 'null', '[]', '{"pid":1}', 'x'.repeat(100_000)]) {
        await survives(contents);
      }
      expect((await lockedError()).hint).to.contain(path);
    });

    it('when the lock is not even a file', async () => {
      mkdirSync(path);
      await lockedError();
      expect(readdirSync(directory)).to.deep.equal(['lock']);
      path = join(directory, 'link');
      symlinkSync('nowhere', path);
      await lockedError();
    });
  });

  describe('between processes', () => {
    it('counts right with many, some of which die with the lock in their hands', async () => {
      const counter = join(directory, 'counter');
      writeFileSync(counter, '0');
      const ends = Array.from({ length: 20 }, (_, index) => {
        const child = index % 4 === 3 ? start(counter, '5', 'die') : start(counter, '20');
        return once(child, 'exit');
      });
      const exits = await Promise.all(ends);
      expect(exits.filter(([, signal]) => signal === 'SIGKILL')).to.have.length(5);
      expect(exits.filter(([code]) => code === 0)).to.have.length(15);
      expect(Number(readFileSync(counter, 'utf8'))).to.equal(15 * 20 + 5 * 5);
      (await acquireLock(path, { timeoutMs: 0 })).release();
      expect(withoutNotes()).to.deep.equal(['counter']);
      expect(deadLocksOf(path)).to.have.length(5);
    });
  });
});
