import { expect } from 'chai';
import { chmodSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { CreateRequest } from '../../src/checkpoint/create.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { Sidecar } from '../../src/checkpoint/sidecar.js';
import type { RefStore } from '../../src/store/ref-store.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git } from '../helpers/git.js';
import {
  closeContexts,
  committed,
  contextOf,
  gitFiles,
  refStoreOf,
  stateRefOf,
  take,
  write,
  type TestContext,
} from './contexts.js';

describe('checkpoint: the same again', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  async function firstOf(root: string): Promise<{ context: TestContext; latest: Checkpoint }> {
    await setTimeout(20);
    const context = await contextOf(root);
    return { context, latest: (await take(context)).checkpoint };
  }

  it('is the one there is, and writes nothing', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'b' });
    git(root, 'add', 'b');
    const { context, latest } = await firstOf(root);
    const before = gitFiles(root);
    const again = await take(context, { latest });
    expect(again).to.include({ created: false, checkpoint: latest });
    expect(again.changes).to.deep.equal([]);
    expect(gitFiles(root)).to.deep.equal(before);
  });

  it('is not another one because git has looked at the worktree', async () => {
    const root = committed({ a: 'a', b: 'b' });
    const { context, latest } = await firstOf(root);
    for (const name of ['a', 'b']) write(root, { [name]: name });
    git(root, 'update-index', '--refresh');
    git(root, 'status');
    expect((await take(context, { latest })).created).to.equal(false);
  });

  it('is another one when anything is different', async () => {
    const changes: Record<string, (root: string) => Partial<CreateRequest> | void> = {
      'a file': (root) => write(root, { a: 'A' }),
      'what is staged': (root) => {
        write(root, { a: 'staged' });
        git(root, 'add', 'a');
        write(root, { a: 'a' });
      },
      'what is tracked': (root) => void git(root, 'rm', '-q', '--cached', 'a'),
      'a flag of the staging area': (root) =>
        void git(root, 'update-index', '--assume-unchanged', 'a'),
      'no staging area': (root) => rmSync(join(root, '.git/index')),
      'where HEAD stands': (root) => void git(root, 'commit', '-q', '--allow-empty', '-m', 'x'),
      'the branch': (root) => void git(root, 'checkout', '-q', '-b', 'other'),
      'a detached HEAD': (root) => void git(root, 'checkout', '-q', '--detach'),
      'the plan’s state': () => ({ planStateDigest: 'cd'.repeat(32) }),
      'what is included': () => ({ includeIgnored: true }),
      'by request': () => ({ always: true }),
    };
    for (const [what, change] of Object.entries(changes)) {
      const root = committed({ a: 'a' });
      const { context, latest } = await firstOf(root);
      const request = change(root) ?? {};
      const again = await take(context, { latest, ...request });
      expect(again.created, what).to.equal(true);
      expect(again.checkpoint.checkpoint_id > latest.checkpoint_id).to.equal(true);
      const next = await take(context, { ...request, latest: again.checkpoint, always: false });
      expect(next.created, `${what}, twice`).to.equal(false);
      assertFsckClean(root);
    }
  });

  it('is another one when the sidecar of the first is gone or damaged', async () => {
    const root = committed({ a: 'a' });
    const { context, latest } = await firstOf(root);
    git(root, 'update-ref', '-d', stateRefOf(latest));
    const second = await take(context, { latest });
    expect(second.created).to.equal(true);
    git(root, 'update-ref', stateRefOf(latest), 'HEAD');
    const newestId = second.checkpoint.checkpoint_id;
    expect((await take(context, { latest, newestId })).created).to.equal(true);
  });

  it('passes on what is no damage of the first', async () => {
    const root = committed({ a: 'a' });
    const { context, latest } = await firstOf(root);
    const failure = new Error('the disk is on fire');
    const refs: RefStore = { ...refStoreOf(context), read: () => Promise.reject(failure) };
    expect(await rejectionOf(take({ ...context, refs }, { latest }))).to.equal(failure);
  });

  it('knows the staging area by its bytes and what is in it by its digest', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'only staged' });
    git(root, 'add', 'b');
    rmSync(join(root, 'b'));
    const { context, latest } = await firstOf(root);
    const first = await Sidecar.open(latest, context.refs, context.objects);
    write(root, { c: 'c' });
    const { checkpoint } = await take(context, { latest });
    const second = await Sidecar.open(checkpoint, context.refs, context.objects);
    expect(second.stagedId).to.equal(first.stagedId).and.not.to.equal(null);
    const digests = [first, second].map(async (one) => (await one.readManifest()).staging_area);
    expect(await digests[0]).to.deep.equal(await digests[1]);
    git(root, 'commit', '-q', '-m', 'b');
    const third = (await take(context, { latest: checkpoint })).checkpoint;
    const sidecar = await Sidecar.open(third, context.refs, context.objects);
    expect(sidecar.stagedId).to.equal(null);
  });

  it('reads the object of an unchanged staging area only when it has gone', async () => {
    const root = committed({ a: 'a' });
    const { context, latest } = await firstOf(root);
    const { indexId } = await Sidecar.open(latest, context.refs, context.objects);
    const object = join(root, '.git/objects', `${indexId?.slice(0, 2)}/${indexId?.slice(2)}`);
    chmodSync(object, 0o644);
    writeFileSync(object, '');
    write(root, { b: 'b' });
    const second = (await take(context, { latest })).checkpoint;
    expect(lstatSync(object).size).to.equal(0);
    rmSync(object);
    write(root, { c: 'c' });
    const { checkpoint: third } = await take(context, { latest: second });
    const sidecar = await Sidecar.open(third, context.refs, context.objects);
    expect(sidecar.indexId).to.equal(indexId);
    expect(await sidecar.readIndex()).to.deep.equal(readFileSync(join(root, '.git/index')));
    assertFsckClean(root);
  });
});
