import { spawnSync } from 'node:child_process';
import type { LockOwner } from '../../src/disk/lock-owner.js';
import { ownIdentity } from '../../src/disk/process-identity.js';

/** A record that this very process could have written. */
export function livingOwner(): LockOwner {
  return {
    ...ownIdentity(),
    acquiredAt: '2024-05-06T07:08:09.000Z',
    nonce: 'a0a0a0a0a0a0a0a0',
    localDisk: true,
    command: null,
  };
}

/** A record of a process that ran and has ended. */
export function deadOwner(): LockOwner {
  return { ...livingOwner(), pid: spawnSync('true').pid, nonce: 'd0d0d0d0d0d0d0d0' };
}
