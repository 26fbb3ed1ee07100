import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { formatStateRef } from '../../src/checkpoint/ref-names.js';
import { Sidecar } from '../../src/checkpoint/sidecar.js';
import { rejectionOf } from '../disk/thrown.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { closeContexts, contextOf, PLAN_STATE, take, type TestContext } from './contexts.js';

function open(context: TestContext, checkpoint: Checkpoint): Promise<Sidecar> {
  return Sidecar.open(checkpoint, context.refs, context.objects);
}

function stateRefOf({ plan_id: planId, checkpoint_id: checkpointId }: Checkpoint): string {
  return formatStateRef({ planId, checkpointId });
}

/** Puts another tree into the place of a checkpoint's sidecar. */
function replaceSidecar(root: string, checkpoint: Checkpoint, treeLines: string): void {
  const tree = tryGit(root, ['mktree'], treeLines).stdout.toString().trim();
  git(root, 'update-ref', stateRefOf(checkpoint), git(root, 'commit-tree', tree, '-m', 'x'));
}

describe('checkpoint: sidecars', () => {
  afterEach(closeContexts);

  it('hold plan state, manifest and staging area', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'staged');
    git(root, 'add', 'a');
    writeFileSync(join(root, 'a'), 'in the worktree');
    const context = await contextOf(root);
    const { checkpoint, look } = await take(context);
    const sidecar = await open(context, checkpoint);
    expect(sidecar.commit).to.equal(git(root, 'rev-parse', stateRefOf(checkpoint)));
    expect(await sidecar.readPlanState()).to.deep.equal(PLAN_STATE);
    expect(await sidecar.readIndex()).to.deep.equal(look.staging?.bytes);
    expect(await sidecar.readSharedIndex()).to.equal(null);
    expect(sidecar.stagedId).to.equal(git(root, 'rev-parse', `${sidecar.commit}:staged`));
    expect(sidecar.indexId).to.equal(git(root, 'rev-parse', `${sidecar.commit}:index`));
    const manifest = await sidecar.readManifest();
    expect(manifest.head).to.deep.equal({ ref: 'refs/heads/main', commit: null });
    expect(manifest.staging_area).to.deep.include({
      shared: null,
      mode: Number(look.staging?.stat.mode),
    });
    const listed = git(root, 'ls-tree', '--name-only', sidecar.commit).split('\n');
    expect(listed).to.deep.equal(['index', 'manifest.json', 'plan.json', 'staged']);
    const shown = git(root, 'show', `${stateRefOf(checkpoint)}:plan.json`);
    expect(`${shown}\n`).to.equal(PLAN_STATE.toString());
  });

  it('hold both files of a split staging area', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    git(root, 'add', 'a');
    git(root, 'update-index', '--split-index');
    const context = await contextOf(root);
    const { checkpoint, look } = await take(context);
    const sidecar = await open(context, checkpoint);
    expect(await sidecar.readSharedIndex()).to.deep.equal(look.staging?.readShared());
    const { staging_area: record } = await sidecar.readManifest();
    expect(record?.shared).to.match(/^sharedindex\.[0-9a-f]{40}$/);
  });

  it('hold no more than there is', async () => {
    const context = await contextOf(makeRepository());
    const { checkpoint } = await take(context);
    const sidecar = await open(context, checkpoint);
    expect([sidecar.indexId, sidecar.stagedId]).to.deep.equal([null, null]);
    expect(await sidecar.readIndex()).to.equal(null);
    expect((await sidecar.readManifest()).staging_area).to.equal(null);
  });

  it('keep the commits that they are asked to keep', async () => {
    const root = makeRepository();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'x');
    const kept = git(root, 'rev-parse', 'HEAD');
    const { checkpoint } = await take(await contextOf(root), { keeps: [kept] });
    expect(git(root, 'rev-parse', `${stateRefOf(checkpoint)}^1`)).to.equal(kept);
  });

  it('are damaged when ref, parts or types are not as they should be', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    const blob = tryGit(root, ['hash-object', '-w', '--stdin'], 'x').stdout.toString().trim();
    const empty = tryGit(root, ['mktree'], '').stdout.toString().trim();
    const problem = async (): Promise<unknown> => {
      const sidecar = await open(context, checkpoint);
      await sidecar.readPlanState();
      await sidecar.readManifest();
      return null;
    };
    const damages: [string, string][] = [
      ['', 'it has no plan.json'],
      [`100644 blob ${blob}\tplan.json\n`, 'it has no manifest.json'],
      [`040000 tree ${empty}\tplan.json\n`, 'a tree is where a blob should be'],
    ];
    for (const [lines, text] of damages) {
      replaceSidecar(root, checkpoint, lines);
      const error = await rejectionOf(problem());
      expect(error).to.include({ code: 'STATE_DAMAGED' });
      expect(error).to.have.property('message').that.includes(text);
      expect(error).nested.property('details.checkpoint_id').to.equal(checkpoint.checkpoint_id);
    }
    git(root, 'update-ref', stateRefOf(checkpoint), blob);
    expect(await rejectionOf(problem())).to.include({ code: 'STATE_DAMAGED' });
    git(root, 'update-ref', '-d', stateRefOf(checkpoint));
    expect(await rejectionOf(problem()))
      .to.have.property('message')
      .that.includes('its ref is missing');
  });
});
