import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { leftovers } from '../crash/record.js';
import { assertFsckClean, git, makeRepository, TEST_ENV } from '../helpers/git.js';
import { piton, race, succeeds } from './race.js';

const run = promisify(execFile);

interface PlanFile {
  reversion_count: number;
  last_checkpoint_id: string;
}

function readPlan(workspace: string): PlanFile {
  const folder = join(workspace, '.git/piton/plans');
  const [name = ''] = readdirSync(folder);
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as PlanFile;
}

const NAMES = ['0', '1', '2', '3', '4', '5', '6'];

/** Every checkpoint that is told of is whole, the plan is right, and nothing lies about. */
async function assertInOrder(root: string, reversions: number): Promise<void> {
  assertFsckClean(root);
  const listed = (await succeeds(root, 'log', '--limit', '1000'))['checkpoints'] as {
    checkpoint_id: string;
  }[];
  const ids = listed.map(({ checkpoint_id: id }) => id);
  const { checked, damaged } = await succeeds(root, 'verify', '--all');
  expect({ checked, damaged }).to.deep.equal({ checked: ids.length, damaged: [] });
  const refs = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split('\n');
  const expected = ['checkpoint', 'state'].flatMap((kind) => ids.map((id) => `${kind} ${id}`));
  const found = refs.map((name) => name.replace(/^refs\/piton\/(\w+)\/.*\//, '$1 '));
  expect(found.sort()).to.deep.equal(expected.sort());
  const plan = readPlan(root);
  expect(plan.reversion_count).to.equal(reversions);
  expect(ids).to.include(plan.last_checkpoint_id);
  expect((await succeeds(root, 'doctor'))['problems']).to.deep.equal([]);
  expect(leftovers(root).filter((path) => !path.endsWith('/kept'))).to.deep.equal([]);
}

describe('many processes in one workspace', function () {
  this.timeout(10 * 60_000);

  it('twenty checkpoint while two roll back: all refs valid, the plan right', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'file'), '0');
    expect((await piton(root, 'checkpoint', '--name', 'base')).code).to.equal(0);
    const work = Array.from({ length: 20 }, async (_, index) => {
      writeFileSync(join(root, `file-${index}`), `${index}`);
      return piton(root, 'checkpoint', '--always', '-m', `number ${index}`);
    });
    const rollbacks = [piton(root, 'rollback', 'base'), piton(root, 'rollback', 'base')];
    const ends = await Promise.all([...work, ...rollbacks]);
    for (const { code, document } of ends) expect(code, JSON.stringify(document)).to.equal(0);
    const refs = git(root, 'for-each-ref', '--format=%(refname) %(objecttype)', 'refs/piton');
    const lines = refs.split('\n');
    expect(lines.every((line) => line.endsWith(' commit'))).to.equal(true);
    const checkpoints = lines.filter((line) => line.startsWith('refs/piton/checkpoint/'));
    expect(checkpoints).to.have.length(1 + 20 + 2);
    expect(lines).to.have.length(2 * checkpoints.length);
    const plan = readPlan(root);
    expect(plan.reversion_count).to.equal(2);
    expect(refs).to.include(plan.last_checkpoint_id);
    assertFsckClean(root);
    // Made by the first rollback that has something to stage.
    const left = readdirSync(join(root, '.git/piton')).filter((name) => name !== 'staging');
    const expected = ['plans', 'stat-cache', 'stat-cache.stamp', 'trash', 'workspace.json'];
    expect(left.sort()).to.deep.equal(expected);
  });

  it('for a minute, with pruning and gc of both: nothing lost or left over', async () => {
    const root = makeRepository();
    mkdirSync(join(root, 'live'));
    for (const name of NAMES) writeFileSync(join(root, 'live', name), `${name}\n`);
    await succeeds(root, 'checkpoint', '--name', 'base');
    const rounds = await race({ short: 1, long: 60 }, async (round) => {
      const checkpoints = Array.from({ length: 20 }, async (_, at) => {
        writeFileSync(join(root, `new-${at}`), `${round} ${at}\n`);
        writeFileSync(join(root, 'live', `${at % NAMES.length}`), `${round} ${at}\n`);
        return succeeds(root, 'checkpoint', '--always', '-m', `number ${at}`);
      });
      await Promise.all([
        ...checkpoints,
        ...[1, 2].map(() => succeeds(root, 'rollback', 'base')),
        succeeds(root, 'prune', '--keep-last', '5', '--keep-within', '0s'),
        succeeds(root, 'gc'),
        run('git', ['gc', '--quiet'], { cwd: root, env: TEST_ENV }),
      ]);
      await assertInOrder(root, 2 * round);
    });
    console.log(`      ${rounds} rounds`);
    await succeeds(root, 'rollback', 'base');
    for (const name of NAMES) {
      expect(readFileSync(join(root, 'live', name), 'utf8')).to.equal(`${name}\n`);
    }
    expect(readdirSync(root).sort()).to.deep.equal(['.git', 'live']);
  });

  it('two change different fields of the plan: neither change is lost', async () => {
    const root = makeRepository();
    await piton(root, 'plan', 'create', '--name', 'p');
    const ends = await Promise.all([
      ...Array.from({ length: 5 }, (_, at) =>
        piton(root, 'plan', 'set', 'p', '--output', `o${at}=1`),
      ),
      ...Array.from({ length: 5 }, (_, at) =>
        piton(root, 'plan', 'set', 'p', '--context', `c${at}=1`),
      ),
    ]);
    expect(ends.map(({ code }) => code)).to.deep.equal(Array(10).fill(0));
    const plan = readPlan(root) as unknown as { outputs: object; context: object };
    expect(Object.keys(plan.outputs)).to.have.members(['o0', 'o1', 'o2', 'o3', 'o4']);
    expect(Object.keys(plan.context)).to.have.members(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('one that may not wait is told who has the lock', async () => {
    const root = makeRepository();
    await piton(root, 'plan', 'create');
    const owner = {
      ...JSON.parse(await lockRecordOf(root)),
      acquired_at: '2001-01-01T00:00:00.000Z',
    } as object;
    writeFileSync(join(root, '.git/piton/lock'), JSON.stringify(owner));
    const { code, document } = await piton(root, 'checkpoint', '--lock-timeout', '0');
    expect(code).to.equal(5);
    expect(document.error?.code).to.equal('LOCKED');
  });
});

/** The record of a lock that this very process holds. */
async function lockRecordOf(root: string): Promise<string> {
  const { acquireLock } = await import('../../src/disk/lock.js');
  const path = join(root, '.git/piton/lock');
  const lock = await acquireLock(path, { timeoutMs: 0 });
  const record = readFileSync(path, 'utf8');
  lock.release();
  return record;
}
