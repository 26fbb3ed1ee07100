import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { processExists } from '../../src/disk/process-identity.js';
import { ProcessTree } from '../../src/process/process-tree.js';

/** Starts a shell that leads no group, and reads the numbers it prints. */
async function start(script: string): Promise<{ leader: ChildProcess; pids: number[] }> {
  const leader = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = (await once(leader.stdout, 'data')) as [Buffer];
  return { leader, pids: said.toString().trim().split(' ').map(Number) };
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; processExists(pid) && tries < 1_000; tries++) await delay(10);
  return !processExists(pid);
}

describe('ProcessTree', () => {
  it('ends a process and what it started, in whichever group that is', async () => {
    const { leader, pids } = await start(`setsid sh -c 'sleep 60 & echo $$ $!; wait' & wait`);
    const ended = once(leader, 'exit');
    new ProcessTree(leader.pid).send('SIGKILL');
    expect((await ended)[1]).to.equal('SIGKILL');
    expect(pids).to.have.length(2);
    for (const pid of pids) expect(await isGone(pid), String(pid)).to.equal(true);
  });

  it('remembers those whose parent has ended', async () => {
    const { leader, pids } = await start(
      `sh -c 'trap "" TERM; sleep 60 & echo $!; wait; wait' & trap 'exit 0' TERM; wait`,
    );
    const tree = new ProcessTree(leader.pid);
    tree.send('SIGCONT');
    const ended = once(leader, 'exit');
    leader.kill('SIGTERM');
    await ended;
    tree.send('SIGKILL');
    for (const pid of pids) expect(await isGone(pid), String(pid)).to.equal(true);
  });

  it('is content when nobody is left, or was never started', async () => {
    const { leader } = await start('echo 1');
    if (leader.exitCode === null) await once(leader, 'exit');
    new ProcessTree(leader.pid).send('SIGKILL');
    new ProcessTree(undefined).send('SIGKILL');
  });

  it('passes on what is wrong otherwise', async () => {
    const { leader } = await start('echo 1; exec sleep 60');
    try {
      const send = () => new ProcessTree(leader.pid).send('SIGNOTHING' as NodeJS.Signals);
      expect(send).to.throw(/SIGNOTHING/);
    } finally {
      leader.kill('SIGKILL');
    }
  });
});
