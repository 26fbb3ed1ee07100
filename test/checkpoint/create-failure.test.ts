import { expect } from 'chai';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rename } from '../../src/checkpoint/rename.js';
import type { EngineName } from '../../src/core/types.js';
import type { RefStore } from '../../src/store/ref-store.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { rejectionOf } from '../disk/thrown.js';
import { unprivilegedDirectory } from '../disk/unprivileged.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import { asNobody } from '../worktree/scanning.js';
import {
  closeContexts,
  committed,
  contextOf,
  gitFiles,
  PLAN,
  refStoreOf,
  take,
  write,
  type TestContext,
} from './contexts.js';

function withTransact(context: TestContext, transact: RefStore['transact']): TestContext {
  return { ...context, refs: { ...refStoreOf(context), transact } };
}

/** Enough new files for a pack, or so few that they are loose. */
function addFiles(root: string, count: number): void {
  for (let file = 0; file < count; file++) write(root, { [`d${file % 5}/f${file}`]: `${file}` });
}

describe('checkpoint: a creation that fails', function () {
  this.timeout(120_000);
  afterEach(closeContexts);
  afterEach(closeWorkspaces);

  for (const count of [3, 200]) {
    it(`leaves no object when no ref can be made (${count} files)`, async () => {
      const root = committed({ a: 'a' });
      addFiles(root, count);
      const context = await contextOf(root);
      const before = gitFiles(root).sort();
      const failure = new Error('no ref');
      const failing = withTransact(context, () => Promise.reject(failure));
      expect(await rejectionOf(take(failing))).to.equal(failure);
      expect(gitFiles(root).sort()).to.deep.equal(before);
      // What was taken back is written again, also by the same handle.
      const { checkpoint } = await take(context);
      assertFsckClean(root);
      expect(checkpoint.files).to.equal(count + 1);
    });
  }

  it('takes the refs back that were made all the same', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'b' });
    const context = await contextOf(root);
    const before = gitFiles(root).sort();
    let isFirst = true;
    const failing = withTransact(context, async (edits) => {
      await context.refs.transact(edits);
      if (isFirst) {
        isFirst = false;
        throw new Error('told too late');
      }
    });
    await rejectionOf(take(failing));
    expect(git(root, 'for-each-ref', 'refs/piton')).to.equal('');
    // Git keeps folders of refs too.
    const after = gitFiles(root).filter((path) => path !== 'refs/piton');
    expect(after.sort()).to.deep.equal(before);
  });

  it('leaves everything when those cannot be taken back', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'b' });
    const context = await contextOf(root);
    const failing = withTransact(context, async (edits) => {
      if (edits.every(({ value }) => value !== null)) await context.refs.transact(edits);
      throw new Error('told too late');
    });
    await rejectionOf(take(failing));
    const ref = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton/checkpoint');
    expect(git(root, 'show', `${ref}:b`)).to.equal('b');
    assertFsckClean(root);
  });

  it('leaves what another process relies on by now', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'relied on' });
    const context = await contextOf(root);
    const failing = withTransact(context, async () => {
      git(root, 'add', 'b');
      throw new Error('no ref');
    });
    await rejectionOf(take(failing));
    expect(git(root, 'show', ':b')).to.equal('relied on');
    assertFsckClean(root);
  });

  it('tells the first failure, whatever comes after it', async () => {
    const context = await contextOf(committed({ a: 'a' }));
    const first = new Error('first');
    const refs: RefStore = {
      ...refStoreOf(context),
      transact: () => Promise.reject(first),
      read: () => Promise.reject(new Error('second')),
    };
    expect(await rejectionOf(take({ ...context, refs }))).to.equal(first);
  });

  it('leaves no object when it is interrupted just before the refs', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'b' });
    const context = await contextOf(root);
    const before = gitFiles(root).sort();
    const abort = new AbortController();
    const reason = new Error('enough');
    const objects = new Proxy(context.objects, {
      get: (target, key) => {
        const value = Reflect.get(target, key) as (...args: unknown[]) => unknown;
        if (key !== 'beginBatch') return typeof value === 'function' ? value.bind(target) : value;
        const batch = target.beginBatch();
        const publish = batch.publish.bind(batch);
        batch.publish = async () => {
          const result = await publish();
          abort.abort(reason);
          return result;
        };
        return () => batch;
      },
    });
    const stopped = take({ ...context, objects }, { signal: abort.signal });
    expect(await rejectionOf(stopped)).to.equal(reason);
    expect(gitFiles(root).sort()).to.deep.equal(before);
  });

  it('leaves no object of a name that could not be given', async () => {
    const root = committed({ a: 'a' });
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    const before = gitFiles(root).sort();
    const failure = new Error('no ref');
    const failing = withTransact(context, () => Promise.reject(failure));
    expect(await rejectionOf(rename(failing, checkpoint, 'name'))).to.equal(failure);
    expect(gitFiles(root).sort()).to.deep.equal(before);
    expect((await rename(context, checkpoint, 'name')).name).to.equal('name');
    const late = withTransact(context, async (edits) => {
      await context.refs.transact(edits);
      throw failure;
    });
    await rejectionOf(rename(late, (await take(context)).checkpoint, 'late'));
    assertFsckClean(root);
  });
});

describe('checkpoint: a repository that may not be written', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  function ownRepository(): string {
    const root = unprivilegedDirectory();
    chmodSync(root, 0o777);
    return root;
  }

  const closed: Record<string, string> = {
    objects: 'objects',
    'refs of checkpoints': 'refs/piton/checkpoint',
    'refs of sidecars': 'refs/piton/state',
    plans: 'piton/plans',
  };
  for (const [what, folder] of Object.entries(closed)) {
    it(`is left as it was: ${what}`, async () => {
      const root = ownRepository();
      await asNobody(async () => {
        const workspace = await openTest(root);
        writeFileSync(join(root, 'a'), 'a');
        const { checkpoint } = await workspace.createCheckpoint({});
        writeFileSync(join(root, 'b'), 'b');
        const path = join(root, '.git', folder);
        const inside = folder.startsWith('refs') ? join(path, checkpoint.plan_id) : path;
        chmodSync(inside, 0o555);
        // With the refs made and deleted again, the objects are for git's own gc to take.
        const files = (): string[] =>
          gitFiles(root).filter((file) => folder !== 'piton/plans' || !file.startsWith('objects'));
        const before = files().sort();
        const planFile = join(root, '.git/piton/plans', `${checkpoint.plan_id}.json`);
        const plan = readFileSync(planFile, 'utf8');
        const error = await rejectionOf(workspace.createCheckpoint({}));
        expect(error).to.include({ code: 'PERMISSION_DENIED' });
        chmodSync(inside, 0o755);
        expect(files().sort()).to.deep.equal(before);
        expect(readFileSync(planFile, 'utf8')).to.equal(plan);
        const after = await workspace.createCheckpoint({});
        expect(after).to.deep.include({ created: true });
        expect((await workspace.listCheckpoints()).checkpoints).to.have.lengthOf(2);
      });
      chownSync(root, process.getuid?.() ?? 0, -1);
      chownSync(join(root, '.git'), process.getuid?.() ?? 0, -1);
      assertFsckClean(root);
    });
  }

  for (const engine of ['embedded', 'native'] as const satisfies readonly EngineName[]) {
    it(`is left as it was: a ref is in the way (${engine})`, async () => {
      const root = makeRepository();
      writeFileSync(join(root, 'a'), 'a');
      const context = await contextOf(root, engine);
      git(root, 'commit', '-q', '--allow-empty', '-m', 'x');
      git(root, 'update-ref', `refs/piton/checkpoint/${PLAN}`, 'HEAD');
      const before = gitFiles(root).sort();
      expect(await rejectionOf(take(context))).to.include({ code: 'GIT_FAILED' });
      const after = gitFiles(root).filter((path) => !path.startsWith('refs/piton/state'));
      expect(after.sort()).to.deep.equal(before);
      expect(tryGit(root, ['for-each-ref', 'refs/piton/state']).stdout.toString()).to.equal('');
      git(root, 'update-ref', '-d', `refs/piton/checkpoint/${PLAN}`);
      expect((await take(context)).created).to.equal(true);
      assertFsckClean(root);
      await closeContexts();
    });
  }

  it('is left as it was: the disk is full of a folder where a file should be', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    const workspace = await openTest(root);
    await workspace.createCheckpoint({});
    rmSync(join(root, '.git/piton/stat-cache.stamp'));
    mkdirSync(join(root, '.git/piton/stat-cache.stamp'));
    const before = gitFiles(root).sort();
    writeFileSync(join(root, 'a'), 'b');
    expect(await rejectionOf(workspace.createCheckpoint({}))).to.have.property('code');
    expect(gitFiles(root).sort()).to.deep.equal(before);
  });
});
