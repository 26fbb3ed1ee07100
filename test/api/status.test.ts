import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { Warning } from '../../src/core/types.js';
import { acquireLock } from '../../src/disk/lock.js';
import { rejectionOf } from '../disk/thrown.js';
import { git, makeRepository, TEST_HOME, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { CHECKPOINT, expectShape, PLAN, STATUS } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

function filesIn(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).sort();
}

describe('api: status', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('tells of an empty workspace that there is nothing', async () => {
    const root = makeRepository();
    const before = filesIn(root);
    const status = await (await openTest(root)).status();
    expectShape(status, STATUS);
    expect(status).to.deep.include({
      ...{ workspace: root, git_dir: join(root, '.git'), plan: null, latest: null },
      ...{ changes: null, unfinished: null, lock: null, disk: { checkpoints: 0, bytes: 0 } },
    });
    expect(filesIn(root)).to.deep.equal(before);
  });

  it('tells which engine it is and why', async () => {
    const root = makeRepository();
    const engineOf = async (options: object) =>
      (await (await openTest(root, options)).status()).engine;
    const native = await engineOf({ engine: 'native' });
    expect(native).to.deep.include({ name: 'native' });
    expect(native.git_version).to.match(/^\d+\.\d+/);
    expect(await engineOf({ engine: 'embedded' })).to.deep.include({ name: 'embedded' });
    expect((await engineOf({ engine: 'auto' })).name).to.equal('native');
    const without = await engineOf({ engine: 'auto', searchPath: '/nowhere' });
    expect(without).to.include({ name: 'embedded', git_version: null });
    const missing = await openTest(root, { engine: 'native', searchPath: '/nowhere' });
    expect(await rejectionOf(missing.status())).to.include({ code: 'GIT_REQUIRED' });
  });

  it('tells plan, latest checkpoint and what changed since', async () => {
    const root = makeRepository();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(root, name), name);
    const workspace = await openTest(root);
    await workspace.createPlan({ name: 'p' });
    expect(await workspace.status()).to.deep.include({ latest: null, changes: null });
    const { checkpoint } = await workspace.createCheckpoint();
    const nothing = { added: 0, modified: 0, deleted: 0 };
    const still = await workspace.status();
    expect(still).to.deep.include({ latest: checkpoint, changes: nothing });
    expectShape(still.plan, PLAN);
    expectShape(still.latest, CHECKPOINT);
    expect(still.plan).to.include({ name: 'p', checkpoints: 1 });
    expect(still.disk.checkpoints).to.equal(1);
    expect(still.disk.bytes).to.be.greaterThan(0);
    writeFileSync(join(root, 'a'), 'A');
    writeFileSync(join(root, 'd'), 'd');
    rmSync(join(root, 'c'));
    const { changes } = await workspace.status();
    expect(changes).to.deep.equal({ added: 1, modified: 1, deleted: 1 });
    await workspace.createPlan({ name: 'other' });
    expect(await workspace.status({ plan: 'p' })).to.deep.include({ latest: checkpoint, changes });
    expect((await workspace.status()).plan).to.include({ name: 'other', checkpoints: 0 });
    expect(await rejectionOf(workspace.status({ plan: 'nobody' }))).to.include({
      code: 'PLAN_NOT_FOUND',
    });
  });

  it('takes no lock, and tells who has it', async () => {
    const root = makeRepository();
    const workspace = await openTest(root, { lockTimeoutMs: 0 });
    await workspace.init();
    const path = join(root, '.git/piton/lock');
    const lock = await acquireLock(path, { timeoutMs: 0 });
    const { lock: shown } = await workspace.status();
    expectShape(shown, { pid: 'number', host: 'string', since: 'string' });
    expect(shown).to.include({ pid: process.pid, since: lock.owner.acquiredAt });
    expect(await rejectionOf(workspace.createCheckpoint())).to.include({ code: 'LOCKED' });
    lock.release();
    expect((await workspace.status()).lock).to.equal(null);
    writeFileSync(path, 'nonsense');
    expect((await workspace.status()).lock).to.equal(null);
  });

  it('shows what can be shown when the latest checkpoint is damaged or gone', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    const { checkpoint } = await workspace.createCheckpoint();
    git(root, 'update-ref', '-d', checkpoint.ref.replace('/checkpoint/', '/state/'));
    expect(await workspace.status()).to.deep.include({ latest: checkpoint, changes: null });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['STATE_DAMAGED']);
    const blob = tryGit(root, ['hash-object', '-w', '--stdin'], 'x').stdout.toString().trim();
    git(root, 'update-ref', checkpoint.ref, blob);
    expect(await workspace.status()).to.deep.include({ latest: null, changes: null });
    git(root, 'update-ref', '-d', checkpoint.ref);
    const gone = await workspace.status();
    expect(gone.plan?.last_checkpoint_id).to.equal(checkpoint.checkpoint_id);
    expect(gone).to.deep.include({ latest: null, changes: null });
  });

  it('passes on what is no damage', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    git(root, 'config', 'piton.maxFileSize', 'much');
    const other = await openTest(root);
    expect(await rejectionOf(other.status())).to.include({ code: 'USAGE' });
  });
});

describe('api: opening', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  async function openFailure(directory: string, options: object = {}): Promise<unknown> {
    return rejectionOf(openTest(directory, options));
  }

  it('refuses what is no place or no setting', async () => {
    const root = tempDirectory();
    for (const directory of ['relative', '.', '', `${root}/..`, `${root}/./a`]) {
      expect(await openFailure(directory), directory).to.include({ code: 'USAGE' });
    }
    for (const lockTimeoutMs of [-1, Number.NaN]) {
      expect(await openFailure(root, { lockTimeoutMs })).to.include({ code: 'USAGE' });
    }
    expect(await openFailure(join(root, 'gone'))).to.include({ code: 'WORKSPACE_MISSING' });
    expect((await openTest(`${root}/`)).root).to.equal(null);
    git(root, 'init', '-q');
    git(root, 'config', 'piton.durability', 'sometimes');
    const workspace = await openTest(root, { durability: undefined });
    expect(await rejectionOf(workspace.createCheckpoint())).to.include({ code: 'USAGE' });
  });

  it('finds the workspace from any folder inside it', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    const { checkpoint } = await (await openTest(root)).createCheckpoint();
    const inside = join(root, 'd/e');
    mkdirSync(inside, { recursive: true });
    const workspace = await openTest(inside);
    expect(workspace.root).to.equal(root);
    expect((await workspace.listCheckpoints()).checkpoints).to.deep.equal([checkpoint]);
  });

  it('makes a repository once, and says so', async () => {
    const root = tempDirectory();
    const workspace = await openTest(root);
    expect(await workspace.init()).to.deep.equal({
      ...{ workspace: root, git_dir: join(root, '.git') },
      ...{ created_repository: true, engine: 'embedded' },
    });
    expect((await workspace.init()).created_repository).to.equal(false);
    expect(readdirSync(join(root, '.git/piton'))).to.deep.equal([]);
    expect(readFileSync(join(root, '.git/HEAD'), 'utf8')).to.equal('ref: refs/heads/main\n');
  });

  it('takes defaults from the system, not from the environment', async () => {
    const { openWorkspace } = await import('../../src/api/open.js');
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    const workspace = await openWorkspace({ directory: root, home: TEST_HOME });
    expect((await workspace.createCheckpoint()).created).to.equal(true);
    await workspace.close();
    const bare = await openWorkspace({ directory: root });
    expect(bare.root).to.equal(root);
    await bare.close();
  });

  it('can be used again after it was closed', async () => {
    const root = makeRepository();
    for (const engine of ['embedded', 'native'] as const) {
      const workspace = await openTest(root, { engine });
      writeFileSync(join(root, 'a'), engine);
      await workspace.createCheckpoint();
      await workspace.close();
      await workspace.close();
      writeFileSync(join(root, 'b'), engine);
      expect((await workspace.createCheckpoint()).created).to.equal(true);
    }
  });
});

describe('api: what the library says', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  /** Everything that comes to the streams while something runs. */
  async function printed(work: () => Promise<void>): Promise<string> {
    const streams = [process.stdout, process.stderr] as const;
    const said: string[] = [];
    const write = streams.map((stream) => stream.write.bind(stream));
    for (const stream of streams) {
      stream.write = (chunk: string | Uint8Array): boolean => {
        said.push(Buffer.from(chunk).toString());
        return true;
      };
    }
    try {
      await work();
    } finally {
      for (const [at, stream] of streams.entries()) stream.write = write[at] as typeof stream.write;
    }
    return said.join('');
  }

  it('is nothing, whatever it does', async () => {
    const root = tempDirectory();
    const quiet = async (workspace: Workspace): Promise<void> => {
      await workspace.init();
      await workspace.createPlan({ name: 'p' });
      writeFileSync(join(root, 'a'), 'a');
      await workspace.createCheckpoint({ name: 'x' });
      writeFileSync(join(root, 'a'), 'b');
      await workspace.diffCheckpoints({ patch: true });
      await workspace.rollback({});
      await workspace.undo();
      await workspace.status();
      await workspace.verify();
      await workspace.doctor({ repair: true });
      await rejectionOf(workspace.rollback({ checkpoint: 'nobody' }));
      await workspace.deletePlan('p');
      await workspace.close();
    };
    for (const engine of ['embedded', 'native'] as const) {
      const workspace = await openTest(root, { engine });
      expect(await printed(() => quiet(workspace))).to.equal('');
    }
  });
});
