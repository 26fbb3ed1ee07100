import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../../src/core/errors.js';
import {
  formatOwner,
  isOnLocalDisk,
  isOwnerAlive,
  readLockOwner,
} from '../../src/disk/lock-owner.js';
import { processExists, readProcess } from '../../src/disk/process-identity.js';
import { tempDirectory } from '../helpers/temp.js';
import { deadOwner, livingOwner } from './owners.js';
import { systemCode } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

describe('readLockOwner', () => {
  let path: string;
  beforeEach(() => {
    path = join(tempDirectory(), 'lock');
  });

  function parse(change: Record<string, unknown>) {
    const record = JSON.parse(formatOwner(livingOwner())) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...record, ...change }));
    return readLockOwner(path);
  }

  it('gives back what formatOwner wrote', () => {
    const owner = { ...deadOwner(), command: 'run "x"\n' };
    writeFileSync(path, formatOwner(owner));
    expect(readLockOwner(path)).to.deep.equal(owner);
  });

  it('gives null when there is no lock', () => {
    expect(readLockOwner(path)).to.equal(null);
  });

  it('does without what the system of the owner does not tell', () => {
    const untold = { boot_id: null, pid_namespace: 7, start_time: undefined, local_disk: 'yes' };
    expect(parse(untold)).to.deep.equal({
      ...livingOwner(),
      bootId: null,
      pidNamespace: null,
      startTime: null,
      localDisk: false,
    });
  });

  for (const change of [
    { pid: 0 },
    { pid: -1 },
    { pid: 1.5 },
    { pid: '1' },
    { host: null },
    { acquired_at: 5 },
    { nonce: 5 },
    { nonce: '../../../../../x' },
    { nonce: 'A0A0A0A0A0A0A0A0' },
  ]) {
    it(`cannot read a record with ${JSON.stringify(change)}`, () => {
      expect(parse(change)).to.equal('unreadable');
    });
  }

  it('throws when the lock may not be read', () => {
    path = join(unprivilegedDirectory(), 'lock');
    unprivileged(() => {
      writeFileSync(path, '', { mode: 0 });
      expect(systemCode(() => readLockOwner(path))).to.equal('EACCES');
    });
  });
});

describe('isOwnerAlive', () => {
  const path = join(tempDirectory(), 'lock');

  it('knows this process, and one that has ended', () => {
    expect(isOwnerAlive(livingOwner(), path)).to.equal('alive');
    expect(isOwnerAlive(deadOwner(), path)).to.equal('dead');
  });

  it('takes a later process with the same id for another', () => {
    expect(isOwnerAlive({ ...livingOwner(), startTime: '1' }, path)).to.equal('dead');
    expect(isOwnerAlive({ ...livingOwner(), startTime: null }, path)).to.equal('alive');
  });

  it('does not judge other hosts, other containers and the unreadable', () => {
    expect(isOwnerAlive({ ...deadOwner(), host: 'elsewhere' }, path)).to.equal('unknown');
    expect(isOwnerAlive({ ...deadOwner(), pidNamespace: null }, path)).to.equal('unknown');
    expect(isOwnerAlive('unreadable', path)).to.equal('unknown');
  });

  it('takes a process that is a zombie for dead', async () => {
    // The shell becomes a program that never collects the child the shell had started.
    const parent = spawn('sh', ['-c', 'true & exec sleep 30']);
    try {
      const zombie = await waitForZombieOf(parent.pid ?? 0);
      expect(processExists(zombie)).to.equal(false);
      const startTime = readProcess(zombie)?.startTime ?? '';
      const owner = { ...livingOwner(), pid: zombie, startTime };
      expect(isOwnerAlive(owner, path)).to.equal('dead');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('takes a process of another user for alive', () => {
    const startTime = readProcess(1)?.startTime ?? null;
    const owner = { ...livingOwner(), pid: 1, startTime };
    expect(unprivileged(() => isOwnerAlive(owner, path))).to.equal('alive');
  });

  it('takes an owner from before a restart for dead on a disk that nobody shares', function () {
    if (!isOnLocalDisk(path)) this.skip();
    const before = { ...livingOwner(), bootId: 'another', startTime: null };
    expect(isOwnerAlive(before, path)).to.equal('dead');
    expect(isOwnerAlive({ ...before, localDisk: false }, path)).to.equal('unknown');
    expect(isOwnerAlive(before, '/proc/lock')).to.equal('unknown');
    expect(isOwnerAlive({ ...before, bootId: null }, path)).to.equal('unknown');
    expect(isOwnerAlive({ ...before, host: 'elsewhere' }, path)).to.equal('unknown');
  });
});

describe('readProcess', () => {
  it('tells when a process started', () => {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    expect(readProcess(process.pid)).to.deep.equal({
      startTime: stat.split(' ')[21],
      ended: false,
    });
  });

  it('reads past a name made to mislead', async () => {
    const name = 'x) Z 1 1 (';
    const child = spawn('bash', ['-c', `printf '%s' "${name}" > /proc/self/comm; read`]);
    try {
      while (!readFileSync(`/proc/${child.pid}/comm`, 'utf8').startsWith(name)) await delay(5);
      expect(readProcess(child.pid ?? 0)?.ended).to.equal(false);
      expect(readProcess(child.pid ?? 0)?.startTime).to.match(/^\d{2,}$/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('gives null for a process that is not there', () => {
    expect(readProcess(deadOwner().pid)).to.equal(null);
  });
});

async function waitForZombieOf(parent: number): Promise<number> {
  for (;;) {
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (readProcess(Number(entry))?.ended !== true) continue;
      if (statOf(entry).includes(`) Z ${parent} `)) return Number(entry);
    }
    await delay(5);
  }
}

/** Nothing for a process that has been collected meanwhile: there are zombies of others. */
function statOf(entry: string): string {
  try {
    return readFileSync(`/proc/${entry}/stat`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return '';
    throw error;
  }
}
