import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StatusData } from '../../src/api/data.js';
import { acquireLock } from '../../src/disk/lock.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { error, read, write } from './run-piton.js';
import { Watching } from './watching.js';

const AT_ONCE = ['--on-change', '--quiet-for', '0'];

const begun: Watching[] = [];

function watching(directory: string, ...args: string[]): Watching {
  const one = new Watching(directory, ...args);
  begun.push(one);
  return one;
}

/** One that has taken its first checkpoint, of one new file. */
async function established(directory: string, ...args: string[]): Promise<Watching> {
  write(directory, { a: '1' });
  const one = watching(directory, ...args);
  expect(await one.changed(), one.stderr).to.equal(1);
  return one;
}

async function watchOf(directory: string): Promise<StatusData['watch']> {
  return (await (await openTest(directory)).status()).watch;
}

async function problemsIn(directory: string): Promise<string[]> {
  const { problems } = await (await openTest(directory)).doctor();
  return problems.map(({ message }) => message);
}

function presencesIn(directory: string): string[] {
  const names = readdirSync(join(directory, '.git/piton'));
  return names.filter((name) => name.startsWith('watch'));
}

describe('cli: watch, end to end', function () {
  this.timeout(120_000);

  afterEach(async () => {
    for (const one of begun.splice(0)) one.kill();
    await closeWorkspaces();
  });

  it('takes a checkpoint on change, lets no second one begin, and stops cleanly', async () => {
    const directory = tempDirectory();
    const workspace = await openTest(directory);
    write(directory, { '.gitignore': 'ignored\n' });
    await workspace.createCheckpoint();
    const watch = await established(directory, ...AT_ONCE);
    expect(await watchOf(directory)).to.include({ pid: watch.pid });
    const refused = error(directory, 'watch');
    expect(refused).to.include({ code: 'LOCKED', exit: 5 });
    expect(refused['details']).to.include({ pid: watch.pid });

    git(directory, 'add', 'a');
    const staged = await watch.next();
    expect(staged).to.deep.include({ ok: true, command: 'watch', warnings: [] });
    expect(staged?.data.checkpoint).to.include({ kind: 'watch', reason: 'while watching' });

    write(directory, { ignored: 'x', '.git/x': 'x' });
    await delay(700);
    write(directory, { c: '3' });
    expect(await watch.changed()).to.equal(1);
    expect(await watch.end('SIGTERM')).to.equal(130);
    expect(await watch.next()).to.equal(null);
    expect(watch.stderr).to.equal('');
    expect(presencesIn(directory)).to.deep.equal([]);
    expect(await watchOf(directory)).to.equal(null);
    const { checkpoints } = await workspace.listCheckpoints({ kind: 'watch' });
    expect(checkpoints).to.have.length(3);
    assertFsckClean(directory);
  });

  it('takes one an interval when anything is new, and none when nothing is', async () => {
    const directory = tempDirectory();
    const watch = await established(directory, '--every', '1s');
    await delay(1_200);
    write(directory, { b: '2' });
    expect(await watch.changed()).to.equal(1);
    expect(await watch.end('SIGINT')).to.equal(130);
    const { checkpoints } = await (await openTest(directory)).listCheckpoints();
    expect(checkpoints).to.have.length(2);
  });

  it('ends when the workspace is moved or removed, and makes nothing in its place', async () => {
    const directory = join(tempDirectory(), 'here');
    const elsewhere = `${directory}-moved`;
    mkdirSync(directory);
    const moved = await established(directory, ...AT_ONCE);
    renameSync(directory, elsewhere);
    mkdirSync(directory);
    const told = await moved.next();
    expect(told).to.include({ ok: false, command: 'watch' });
    expect(told?.error.code).to.equal('WORKSPACE_MISSING');
    expect(await moved.end()).to.equal(3);
    expect(readdirSync(directory)).to.deep.equal([]);
    expect(await watchOf(elsewhere)).to.equal(null);

    write(elsewhere, { b: '2' });
    const again = watching(elsewhere, '--every', '1h');
    expect(await again.changed()).to.equal(1);
    rmSync(elsewhere, { recursive: true });
    expect((await again.next())?.error.code).to.equal('WORKSPACE_MISSING');
    expect(await again.end()).to.equal(3);
    expect(existsSync(elsewhere)).to.equal(false);
  });

  it('takes the place of one that was killed', async () => {
    const directory = tempDirectory();
    const killed = await established(directory, ...AT_ONCE);
    await killed.end('SIGKILL');
    expect(presencesIn(directory)).to.deep.equal(['watch']);
    expect(await watchOf(directory)).to.equal(null);
    expect(await problemsIn(directory)).to.include(
      `process ${String(killed.pid)} died while it watched the workspace`,
    );
    write(directory, { b: '2' });
    const watch = watching(directory, ...AT_ONCE);
    expect(await watch.changed()).to.equal(1);
    expect(await watch.end('SIGHUP')).to.equal(130);
    expect(await problemsIn(directory)).to.deep.equal([]);
    expect(presencesIn(directory)).to.deep.equal([]);
  });

  it('leaves a rollback of another process, and its undo, as they are', async () => {
    const directory = tempDirectory();
    const watch = await established(directory, ...AT_ONCE);
    write(directory, { a: '2' });
    expect(await watch.changed()).to.equal(1);
    const workspace = await openTest(directory);
    await workspace.rollback({ checkpoint: 'latest~1' });
    expect(read(directory, 'a')).to.equal('1');
    await delay(1_500);
    await workspace.undo();
    expect(read(directory, 'a')).to.equal('2');
    write(directory, { c: '3' });
    // Of what the rollback and its undo did there may be one each.
    while ((await watch.next())?.data.changed.added !== 1);
    expect(await watch.end('SIGTERM')).to.equal(130);
    expect((await workspace.verify({ all: true })).damaged).to.deep.equal([]);
    assertFsckClean(directory);
  });

  it('warns when it cannot take one, and takes it later', async () => {
    const directory = tempDirectory();
    const watch = await established(directory, ...AT_ONCE, '--lock-timeout', '0');
    const lock = await acquireLock(join(directory, '.git/piton/lock'), { timeoutMs: 10_000 });
    write(directory, { b: '2' });
    while (!watch.stderr.includes('locked')) await delay(50);
    lock.release();
    const late = await watch.next();
    expect(late?.warnings.map(({ code }) => code)).to.deep.equal(['LOCKED']);
    expect(late?.data.changed).to.include({ added: 1 });
    expect(await watch.end('SIGTERM')).to.equal(130);
    expect(watch.stderr.match(/warning: no checkpoint/g)).to.have.length(1);
  });

  it('does not begin with what makes no sense', async () => {
    const directory = tempDirectory();
    await (await openTest(directory)).init();
    expect(error(directory, 'watch', '--quiet-for', '3s')).to.include({ code: 'USAGE', exit: 2 });
    expect(error(directory, 'watch', '--plan', 'none')).to.include({ code: 'PLAN_NOT_FOUND' });
    expect(presencesIn(directory)).to.deep.equal([]);
  });
});
