import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { Correcting, failure, treeOf } from './correcting.js';
import { closeWorkspaces } from './workspaces.js';

const CHILD = join(import.meta.dirname, 'dying-child.js');

/** Where a process dies: the call it made last, and what the path is like that it made it with. */
const BEFORE_COMMIT = ['renameSync', '/piton/journal$'];
const AFTER_COMMIT: readonly (readonly string[])[] = [
  ['renameSync', '/journal[.]committed$'],
  ['unlinkSync', '/pending-checkpoint$'],
];

describe('what is asked for again after the process was killed that did it', () => {
  let c: Correcting;
  let first: string;
  let second: string;

  beforeEach(async () => {
    c = await Correcting.start();
    await c.workspace.setPlan('p', { maxReversions: 1 });
    first = (await c.workspace.createCheckpoint()).checkpoint.checkpoint_id;
    c.write('a', 'second\n');
    second = (await c.workspace.createCheckpoint()).checkpoint.checkpoint_id;
    c.write('a', 'third\n');
  });

  afterEach(closeWorkspaces);

  function dies(at: readonly string[], verb: string, ...args: unknown[]): void {
    const command = [CHILD, c.root, ...at, verb, JSON.stringify(args)];
    // It cannot remove what it makes there.
    const env = { ...TEST_ENV, TMPDIR: tempDirectory() };
    const { signal, stderr } = spawnSync(process.execPath, command, { env });
    expect(signal, stderr.toString()).to.equal('SIGKILL');
  }

  async function counts(): Promise<[number, number, number]> {
    const { rollbacks, reversion_count: count } = (await c.workspace.showPlan('p')) as unknown as {
      rollbacks: { undo: unknown[]; redo: unknown[] };
      reversion_count: number;
    };
    return [count, rollbacks.undo.length, rollbacks.redo.length];
  }

  for (const at of [BEFORE_COMMIT, ...AFTER_COMMIT]) {
    it(`counts a rollback once: killed after ${at.join(' ')}`, async () => {
      dies(at, 'rollback', { checkpoint: first });
      const data = await c.workspace.rollback({ checkpoint: first });
      expect(data).to.include({ checkpoint_id: first, reversion_count: 1, reversions_left: 0 });
      expect(data).to.include({ dry_run: false, last_checkpoint_id: first });
      expect(data).to.not.have.property('token');
      expect(await counts()).to.deep.equal([1, 1, 0]);
      expect(c.has('a')).to.equal(false);
      await c.workspace.undo();
      expect(c.read('a')).to.equal('third\n');
      expect(await failure(c.workspace.rollback())).to.include({ code: 'REVERSION_LIMIT' });
    });

    it(`goes back no further than asked: killed after ${at.join(' ')}`, async () => {
      dies(at, 'rollback', { checkpoint: 'latest~1' });
      await c.workspace.rollback({ checkpoint: 'latest~1', plan: 'p' });
      expect(await c.workspace.showPlan('p')).to.include({ last_checkpoint_id: first });
      expect(await counts()).to.deep.equal([1, 1, 0]);
    });

    it(`counts a correction once: killed after ${at.join(' ')}`, async () => {
      const decision = await c.worked();
      const child = await c.decide('child', [], decision.decision_id);
      const later = await c.decide('later');
      const about = { decision: decision.decision_id, reason: 'too slow', guidance: 'a library' };
      dies(at, 'correct', 'p', about);
      const data = await c.workspace.correct('p', about);
      expect(data).to.deep.include({
        affected: [decision, child, later].map((one) => one.decision_id),
        descendants: [child.decision_id],
        later: [later.decision_id],
        ...{ continue_at_step: 0, dry_run: false },
      });
      expect(data.correction).to.include({ status: 'applied', guidance: 'a library' });
      expect(data.rollback).to.include({ reversion_count: 1, reversions_left: 0 });
      expect(data.archived.map(({ path }) => path)).to.include.members([
        'notes.log',
        'src/lexer.py',
      ]);
      expect(await counts()).to.deep.equal([1, 1, 0]);
      expect(c.has('notes.log')).to.equal(false);
      await c.workspace.undo();
      expect(c.read('notes.log')).to.equal('an ignored artifact\n');
    });
  }

  it('takes back and again what was changed meanwhile, and counts it once', async () => {
    dies(AFTER_COMMIT[0] ?? [], 'rollback', { checkpoint: first });
    c.write('b', 'by somebody else, meanwhile\n');
    const data = await c.workspace.rollback({ checkpoint: first });
    expect(data).to.include({ deleted: 1, reversion_count: 1, reversions_left: 0 });
    expect([c.has('a'), c.has('b')]).to.deep.equal([false, false]);
    await c.workspace.undo();
    expect(c.read('b')).to.equal('by somebody else, meanwhile\n');
  });

  it('takes a single rollback back, and again', async () => {
    await c.workspace.setPlan('p', { maxReversions: null });
    await c.workspace.rollback({ checkpoint: second });
    const between = treeOf(c.root, false);
    await c.workspace.rollback({ checkpoint: first });
    dies(AFTER_COMMIT[0] ?? [], 'undo', {});
    const undone = await c.workspace.undo();
    expect(undone).to.include({ written: 0, deleted: 0, dry_run: false });
    expect(treeOf(c.root, false)).to.deep.equal(between);
    expect(await counts()).to.deep.equal([2, 1, 1]);
    await c.workspace.undo();
    expect(c.read('a')).to.equal('third\n');
    dies(AFTER_COMMIT[0] ?? [], 'redo', {});
    await c.workspace.redo();
    expect(treeOf(c.root, false)).to.deep.equal(between);
    expect(await counts()).to.deep.equal([2, 1, 1]);
  });

  it('does what differs from it', async () => {
    await c.workspace.setPlan('p', { maxReversions: null });
    dies(AFTER_COMMIT[0] ?? [], 'rollback', { checkpoint: first });
    expect(await c.workspace.rollback({ checkpoint: second })).to.include({ reversion_count: 2 });
    dies(AFTER_COMMIT[0] ?? [], 'rollback', { checkpoint: second });
    const some = await c.workspace.rollback({ checkpoint: second, paths: ['a'] });
    expect(some).to.include({ reversion_count: 3 });
    expect(await counts()).to.deep.equal([3, 4, 0]);
    dies(AFTER_COMMIT[0] ?? [], 'rollback', { checkpoint: second });
    expect(await c.workspace.rollback({ dryRun: true })).to.include({ reversion_count: 4 });
    dies(AFTER_COMMIT[0] ?? [], 'undo', {});
    expect(await c.workspace.undo({ dryRun: true })).to.include({ dry_run: true });
    dies(AFTER_COMMIT[0] ?? [], 'rollback', { checkpoint: second });
    await c.workspace.undo();
    expect((await counts()).slice(2)).to.deep.equal([1]);
  });

  it('says that a decision was reverted when another reason is given', async () => {
    const { decision_id: decision } = await c.worked();
    dies(AFTER_COMMIT[0] ?? [], 'correct', 'p', { decision, reason: 'too slow' });
    const other = c.workspace.correct('p', { decision, reason: 'too dear' });
    expect(await failure(other)).to.include({ code: 'USAGE' });
    expect(await counts()).to.deep.equal([1, 1, 0]);
  });
});
