import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress, Warning } from '../../src/core/types.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { CHANGES, CHECKPOINT, CHECKPOINT_CREATE, expectShape } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return ((await rejectionOf(promise)) as { code?: unknown }).code;
}

function write(root: string, files: Record<string, string | Buffer>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), contents);
  }
}

describe('api: taking checkpoints', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('needs neither repository nor plan, and makes a plan without a limit', async () => {
    const root = tempDirectory();
    write(root, { a: 'a', 'd/b': 'b' });
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    const made = await workspace.createCheckpoint();
    expectShape(made, CHECKPOINT_CREATE);
    expect(made.changed).to.deep.equal({ added: 2, modified: 0, deleted: 0 });
    expect(made.not_captured).to.deep.equal([]);
    expect(made.checkpoint).to.deep.include({
      ...{ kind: 'manual', name: null, reason: 'checkpoint', source: null, phase: 'execute' },
      ...{ step: -1, files: 2, not_captured: 0 },
      head: { ref: 'refs/heads/main', commit: null },
    });
    const plan = await workspace.showPlan();
    expect(plan).to.deep.include({
      ...{ max_reversions: null, reversions_left: null, checkpoints: 1, name: null },
      last_checkpoint_id: made.checkpoint.checkpoint_id,
    });
    const again = await workspace.createCheckpoint();
    expect(again).to.deep.include({ created: false, checkpoint: made.checkpoint });
    expect(again.changed).to.deep.equal({ added: 0, modified: 0, deleted: 0 });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['REPOSITORY_CREATED']);
  });

  it('keeps what it is told', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    await workspace.createPlan({ name: 'p' });
    await workspace.createPlan({ name: 'other' });
    const { checkpoint } = await workspace.createCheckpoint({
      ...{ plan: 'p', reason: 'why', name: 'n', source: 'tool', phase: 'verify', step: 4 },
      ...{ state: { a: 1 }, kind: 'hook' },
    });
    expect(checkpoint).to.include({
      ...{ kind: 'hook', name: 'n', reason: 'why', source: 'tool', phase: 'verify', step: 4 },
    });
    const plan = await workspace.showPlan('p');
    expect(plan).to.deep.include({
      ...{ phase: 'verify', last_completed_step: 4, context: { state: { a: 1 } } },
      last_checkpoint_id: checkpoint.checkpoint_id,
    });
    expect((await workspace.showPlan('other')).last_checkpoint_id).to.equal(null);
  });

  it('tells what it did not capture, paths as JSON has them', async () => {
    const root = makeRepository();
    git(root, 'config', 'piton.maxFileSize', '3');
    spawnSync('mkfifo', [join(root, 'fifo')]);
    const odd = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
    writeFileSync(odd, 'large');
    const { not_captured: missing } = await (await openTest(root)).createCheckpoint();
    expect(missing).to.have.deep.members([
      { path: 'fifo', reason: 'special_file' },
      { path: { base64: '/w==' }, reason: 'too_large', size: 5 },
    ]);
  });

  it('makes another one for anything new, and for --always', async () => {
    const root = makeRepository();
    write(root, { a: 'a', 'b.log': 'b', '.gitignore': '*.log\n' });
    const workspace = await openTest(root);
    const created = async (options = {}) => (await workspace.createCheckpoint(options)).created;
    expect(await created()).to.equal(true);
    expect(await created()).to.equal(false);
    expect(await created({ always: true })).to.equal(true);
    expect(await created({ step: 0 })).to.equal(true);
    expect(await created({ step: 0 })).to.equal(false);
    expect(await created({ phase: 'other' })).to.equal(true);
    expect(await created({ state: { a: 1 } })).to.equal(true);
    expect(await created({ includeIgnored: true })).to.equal(true);
    expect(await created({ includeIgnored: true })).to.equal(false);
    await workspace.setPlan(undefined, { outputs: { a: 1 } });
    expect(await created({ includeIgnored: true })).to.equal(true);
    assertFsckClean(root);
  });

  it('gives a name to the one that is there', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    const first = (await workspace.createCheckpoint()).checkpoint;
    const named = await workspace.createCheckpoint({ name: 'green' });
    expect(named.created).to.equal(false);
    expect(named.checkpoint).to.include({ name: 'green', checkpoint_id: first.checkpoint_id });
    expect((await workspace.listCheckpoints()).checkpoints).to.deep.equal([named.checkpoint]);
    write(root, { a: 'a' });
    const error = await rejectionOf(workspace.createCheckpoint({ name: 'green' }));
    expect(error).to.include({ code: 'NAME_TAKEN' });
    for (const name of ['latest', 'step:1', 'two\nlines', '', first.checkpoint_id]) {
      expect(await codeOf(workspace.createCheckpoint({ name })), name).to.equal('USAGE');
    }
    expect((await workspace.listCheckpoints()).checkpoints).to.have.lengthOf(1);
  });

  it('tells how far it is, and can be stopped', async () => {
    const root = makeRepository();
    for (let file = 0; file < 4_100; file++) writeFileSync(join(root, `${file}`), '');
    const workspace = await openTest(root);
    const abort = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ phase }: Progress): void => {
      if (phase === 'scanning') abort.abort(reason);
    };
    const stopped = workspace.createCheckpoint({ signal: abort.signal, onProgress });
    expect(await rejectionOf(stopped)).to.equal(reason);
    expect(git(root, 'for-each-ref')).to.equal('');
    expect(git(root, 'count-objects')).to.match(/^0 objects/);
    const aborted = workspace.createCheckpoint({ signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(aborted)).to.equal(reason);
    const phases = new Set<string>();
    await workspace.createCheckpoint({ onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).to.include.members(['scanning', 'hashing']);
  });

  it('refuses the home folder, its parents and the root unless forced', async () => {
    const home = join(tempDirectory(), 'users/me');
    mkdirSync(home, { recursive: true });
    const options = { home, configHome: join(home, '.config') };
    for (const directory of [home, join(home, '..'), join(home, '../..')]) {
      const workspace = await openTest(directory, options);
      for (const attempt of [
        () => workspace.init(),
        () => workspace.createPlan(),
        () => workspace.createCheckpoint(),
      ]) {
        expect(await codeOf(attempt()), directory).to.equal('UNSAFE_WORKSPACE');
      }
    }
    const workspace = await openTest(home, options);
    expect((await workspace.createCheckpoint({ force: true })).created).to.equal(true);
    expect(await codeOf(workspace.createCheckpoint())).to.equal('UNSAFE_WORKSPACE');
    expect(await codeOf(workspace.rollback({}))).to.equal('UNSAFE_WORKSPACE');
    expect((await workspace.rollback({ force: true })).written).to.equal(0);
    const below = await openTest(join(home, 'project'), options).catch((error: unknown) => error);
    expect(below).to.include({ code: 'WORKSPACE_MISSING' });
    expect(await codeOf((await openTest('/', options)).createCheckpoint())).to.equal(
      'UNSAFE_WORKSPACE',
    );
  });
});

describe('api: looking at checkpoints', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('lists them newest first, so many, of one kind', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    const made = [];
    for (let at = 0; at < 55; at++) {
      const kind = at % 10 === 0 ? 'hook' : 'manual';
      made.push((await workspace.createCheckpoint({ always: true, kind })).checkpoint);
    }
    made.reverse();
    const list = async (options = {}) => (await workspace.listCheckpoints(options)).checkpoints;
    expect(await list()).to.deep.equal(made.slice(0, 50));
    expect(await list({ limit: 1_000 })).to.deep.equal(made);
    expect(await list({ limit: 2 })).to.deep.equal(made.slice(0, 2));
    expect(await list({ kind: 'hook' })).to.deep.equal(made.filter(({ kind }) => kind === 'hook'));
    const hooks = made.filter(({ kind }) => kind === 'hook');
    for (const limit of [1, 3, 4]) {
      const some = await list({ kind: 'hook', limit });
      expect(some).to.deep.equal(hooks.slice(0, limit));
    }
    expect(await list({ kind: 'watch' })).to.deep.equal([]);
    expect(await codeOf(list({ kind: 'nonsense' }))).to.equal('USAGE');
    for (const one of await list()) expectShape(one, CHECKPOINT);
  });

  it('tells of a damaged one and lists the others', async () => {
    const root = makeRepository();
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    const { checkpoint } = await workspace.createCheckpoint();
    const ref = `refs/piton/checkpoint/${checkpoint.plan_id}/01JPXN0000000000000000PXAA`;
    git(root, 'update-ref', ref, checkpoint.commit);
    expect((await workspace.listCheckpoints()).checkpoints).to.deep.equal([checkpoint]);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['STATE_DAMAGED']);
  });

  it('shows one with all that it holds', async () => {
    const root = makeRepository();
    write(root, { a: 'a\n', 'b.log': '' });
    write(root, { '.gitignore': '*.log\n' });
    const workspace = await openTest(root);
    await workspace.createPlan({ name: 'p', phase: 'plan' });
    const first = (await workspace.createCheckpoint()).checkpoint;
    write(root, { a: 'A\nB\n', c: Buffer.from([0, 1]) });
    await workspace.createCheckpoint({ step: 0, name: 'second' });
    const shown = await workspace.showCheckpoint('second');
    expectShape(shown, {
      ...{ checkpoint: CHECKPOINT, plan_state: 'object', manifest: 'object', changes: CHANGES },
    });
    expect(shown.plan_state).to.deep.include({ name: 'p', last_completed_step: 0, subplans: [] });
    expect(shown.manifest).to.include.keys('version', 'head', 'ignore', 'not_captured', 'nested');
    expect(shown.changes).to.deep.equal([
      { path: 'a', status: 'modified', insertions: 2, deletions: 1, binary: false },
      { path: 'c', status: 'added', insertions: 0, deletions: 0, binary: true },
    ]);
    const before = await workspace.showCheckpoint(first.checkpoint_id);
    expect(before.changes.map(({ path, status }) => `${status} ${path as string}`)).to.deep.equal([
      'added .gitignore',
      'added a',
    ]);
  });

  it('names one, and moves the name nowhere by itself', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    const { checkpoint_id: first } = (await workspace.createCheckpoint()).checkpoint;
    await workspace.createCheckpoint({ always: true });
    const { checkpoint } = await workspace.nameCheckpoint(first, 'good');
    expectShape(checkpoint, CHECKPOINT);
    expect(checkpoint).to.include({ checkpoint_id: first, name: 'good' });
    expect(await workspace.nameCheckpoint('good', 'good')).to.deep.equal({ checkpoint });
    expect(await codeOf(workspace.nameCheckpoint('latest', 'good'))).to.equal('NAME_TAKEN');
    expect(await codeOf(workspace.nameCheckpoint('good', 'latest'))).to.equal('USAGE');
    await workspace.nameCheckpoint('good', 'better');
    expect(await codeOf(workspace.showCheckpoint('good'))).to.equal('CHECKPOINT_NOT_FOUND');
    assertFsckClean(root);
  });

  it('deletes one, and what led to it', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    const ids: string[] = [];
    for (const contents of ['1', '2', '3']) {
      write(root, { a: contents });
      ids.push((await workspace.createCheckpoint()).checkpoint.checkpoint_id);
    }
    const [first = '', second = '', third = ''] = ids;
    const latest = async () => (await workspace.showPlan()).last_checkpoint_id;
    await workspace.deleteCheckpoint(first);
    expect(await latest()).to.equal(third);
    await workspace.deleteCheckpoint('latest');
    expect(await latest()).to.equal(second);
    const { safety_checkpoint_id: safety } = await workspace.rollback({});
    await workspace.deleteCheckpoint(safety ?? '');
    expect(await codeOf(workspace.undo())).to.equal('NOTHING_TO_UNDO');
    const { checkpoint } = await workspace.deleteCheckpoint(second);
    expect(checkpoint.checkpoint_id).to.equal(second);
    expect(await latest()).to.equal(null);
    expect(git(root, 'for-each-ref', 'refs/piton')).to.equal('');
    expect((await workspace.showPlan()).checkpoints).to.equal(0);
    expect(await codeOf(workspace.rollback({}))).to.equal('CHECKPOINT_NOT_FOUND');
    expect((await workspace.createCheckpoint()).created).to.equal(true);
    rmSync(join(root, 'a'));
    assertFsckClean(root);
  });
});
