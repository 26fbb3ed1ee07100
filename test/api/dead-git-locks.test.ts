import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../helpers/git.js';
import { closeWorkspaces, openTest } from './workspaces.js';

const NONCE = '0123456789abcdef';

/** A workspace in which a process of piton has died with the lock in hand. */
async function afterADeath(): Promise<{ root: string; lock: string }> {
  const root = makeRepository();
  writeFileSync(join(root, 'file'), 'data');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'first');
  await (await openTest(root)).init();
  const { pid } = spawnSync('true');
  writeFileSync(join(root, '.git/piton', `lock.dead-${pid}-${NONCE}`), '');
  return { root, lock: join(root, '.git/packed-refs.lock') };
}

describe('api: locks of git that a dead process left', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('are removed, with the note of the death', async () => {
    const { root, lock } = await afterADeath();
    writeFileSync(lock, '');
    await (await openTest(root)).createCheckpoint();
    expect(existsSync(lock)).to.equal(false);
    expect(readdirSync(join(root, '.git/piton')).join()).not.to.include('dead');
    git(root, 'pack-refs', '--all');
  });

  it('are left when they were there before it, or somebody is at work with them', async () => {
    const { root, lock } = await afterADeath();
    writeFileSync(lock, '');
    utimesSync(lock, 1, 1);
    await (await openTest(root)).recover();
    expect(existsSync(lock)).to.equal(true);

    const other = await afterADeath();
    writeFileSync(other.lock, '');
    const atWork = setInterval(() => writeFileSync(other.lock, 'more'), 40);
    try {
      await (await openTest(other.root)).recover();
    } finally {
      clearInterval(atWork);
    }
    expect(existsSync(other.lock)).to.equal(true);
  });

  it('are nobody’s when they are no files', async () => {
    const { root, lock } = await afterADeath();
    spawnSync('mkdir', [lock]);
    await (await openTest(root)).recover();
    expect(existsSync(lock)).to.equal(true);
  });
});
