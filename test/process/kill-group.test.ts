import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { killGroup } from '../../src/process/kill-group.js';

describe('killGroup', () => {
  it('ends the leader and all of its group', async () => {
    const leader = spawn('sh', ['-c', 'sleep 60 & wait'], { detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => leader.once('exit', (_, signal) => resolve(signal)));
    killGroup(leader.pid, 'SIGKILL');
    expect(await ended).to.equal('SIGKILL');
  });

  it('is content when nobody is left, or was never started', async () => {
    const leader = spawn('true', { detached: true, stdio: 'ignore' });
    await new Promise((resolve) => leader.once('exit', resolve));
    killGroup(leader.pid, 'SIGTERM');
    killGroup(undefined, 'SIGTERM');
  });

  it('passes on what is wrong otherwise', async () => {
    const leader = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    try {
      expect(() => killGroup(leader.pid, 'SIGNOTHING' as NodeJS.Signals)).to.throw(/SIGNOTHING/);
    } finally {
      leader.kill('SIGKILL');
    }
  });
});
