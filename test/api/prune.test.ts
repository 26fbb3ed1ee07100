import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { EngineName, Warning } from '../../src/core/types.js';
import { HandClock } from '../checkpoint/contexts.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { expectShape } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

const HOUR = 3_600_000;
const NOTHING = { keepLast: 0, keepWithinSeconds: 0, keepHourly: 0, keepDaily: 0 };

interface Setting {
  root: string;
  clock: HandClock;
  warnings: Warning[];
  workspace: Workspace;
}

async function setting(engine: EngineName = 'embedded'): Promise<Setting> {
  const root = tempDirectory();
  const clock = new HandClock();
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): number => warnings.push(warning);
  const workspace = await openTest(root, { clock, engine, onWarning });
  return { root, clock, warnings, workspace };
}

/** So many checkpoints, an hour apart; gives their ids. */
async function takeSome({ root, clock, workspace }: Setting, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let place = 0; place < count; place++) {
    clock.time += HOUR;
    writeFileSync(join(root, 'a.txt'), `${clock.time}\n`);
    ids.push((await workspace.createCheckpoint()).checkpoint.checkpoint_id);
  }
  return ids;
}

async function idsOf(workspace: Workspace, plan?: string): Promise<string[]> {
  const { checkpoints } = await workspace.listCheckpoints({ plan, limit: 10_000 });
  return checkpoints.map(({ checkpoint_id: id }) => id).toReversed();
}

function refsIn(root: string): string[] {
  return git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split('\n');
}

/** Every checkpoint has its sidecar, and every sidecar its checkpoint. */
function expectPairs(root: string, count: number): void {
  const names = refsIn(root);
  const checkpoints = names.filter((name) => name.startsWith('refs/piton/checkpoint/'));
  const states = names.filter((name) => name.startsWith('refs/piton/state/'));
  expect(checkpoints).to.have.lengthOf(count);
  expect(states.map((name) => name.replace('/state/', '/checkpoint/'))).to.deep.equal(checkpoints);
}

describe('api: prune', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ['embedded', 'native'] as const) {
    it(`shows what would go and why, then deletes just that (${engine})`, async () => {
      const set = await setting(engine);
      const { root, workspace } = set;
      const ids = await takeSome(set, 6);
      await workspace.nameCheckpoint(ids[0] ?? '', 'green');
      const options = { ...NOTHING, keepLast: 2 };
      const shown = await workspace.prune({ ...options, dryRun: true });
      expectShape(shown, {
        pruned: ['string'],
        kept: [{ checkpoint_id: 'string', reasons: ['string'] }],
        dry_run: 'boolean',
      });
      expect(shown).to.deep.equal({
        pruned: [ids[3], ids[2], ids[1]],
        kept: [
          { checkpoint_id: ids[5], reasons: ['latest', 'last'] },
          { checkpoint_id: ids[4], reasons: ['last'] },
          { checkpoint_id: ids[0], reasons: ['named'] },
        ],
        dry_run: true,
      });
      expectPairs(root, 6);
      const done = await workspace.prune(options);
      expect(done).to.deep.equal({ ...shown, dry_run: false });
      expect(await idsOf(workspace)).to.deep.equal([ids[0], ids[4], ids[5]]);
      expectPairs(root, 3);
      assertFsckClean(root);
      expect((await workspace.prune(options)).pruned).to.deep.equal([]);
      await workspace.rollback({ checkpoint: 'green' });
    });
  }

  it('never takes what undo and redo need', async () => {
    const set = await setting();
    const { clock, workspace } = set;
    const ids = await takeSome(set, 5);
    const first = await workspace.rollback({ checkpoint: ids[1] ?? '' });
    clock.time += HOUR;
    const second = await workspace.rollback({ checkpoint: ids[3] ?? '' });
    clock.time += HOUR;
    const third = await workspace.undo();
    clock.time += 1_000 * HOUR;
    const { kept, pruned } = await workspace.prune(NOTHING);
    expect(
      Object.fromEntries(kept.map(({ checkpoint_id: id, reasons }) => [id, reasons])),
    ).to.deep.equal({
      [ids[1] ?? '']: ['latest'],
      [ids[3] ?? '']: ['redo'],
      [ids[4] ?? '']: ['undo'],
      [first.safety_checkpoint_id ?? '']: ['undo'],
      [third.safety_checkpoint_id ?? '']: ['redo', 'last'],
    });
    expect(pruned).to.deep.equal([second.safety_checkpoint_id, ids[2], ids[0]]);
    const redone = await workspace.redo();
    expect(redone.last_checkpoint_id).to.equal(ids[3]);
    await workspace.undo();
    const undone = await workspace.undo();
    expect(undone.last_checkpoint_id).to.equal(ids[4]);
    expect(undone.staging_area.restored).to.equal(true);
  });

  it('keeps what decisions need, also those that an undo would bring back', async () => {
    const set = await setting();
    const { workspace, clock } = set;
    const [start] = await takeSome(set, 1);
    await takeSome(set, 1);
    const { checkpoint } = await workspace.addDecision(undefined, { question: 'q', choice: 'c' });
    const plan = await workspace.showPlan();
    await takeSome(set, 2);
    const before = await workspace.prune({ ...NOTHING, dryRun: true });
    expect(before.kept.map(({ checkpoint_id: id }) => id)).to.include(checkpoint.checkpoint_id);
    await workspace.rollback({ checkpoint: start ?? '' });
    expect((await workspace.listDecisions()).decisions).to.deep.equal([]);
    clock.time += 1_000 * HOUR;
    await workspace.prune(NOTHING);
    await workspace.undo();
    const { decisions } = await workspace.listDecisions(plan.plan_id);
    expect(decisions.map((one) => one.checkpoint_id)).to.deep.equal([checkpoint.checkpoint_id]);
    await workspace.showCheckpoint(checkpoint.checkpoint_id);
  });

  it('keeps of a subplan what an undo of the plan above it brings back', async () => {
    const set = await setting();
    const { workspace, clock } = set;
    const above = await workspace.createPlan({ name: 'above' });
    const below = await workspace.createPlan({ name: 'below', parent: 'above' });
    const [early] = await takeSome(set, 1);
    await workspace.usePlan('above');
    const [target] = await takeSome(set, 1);
    await workspace.usePlan('below');
    const [, late] = await takeSome(set, 2);
    await workspace.rollback({ plan: above.plan_id, checkpoint: target });
    expect((await workspace.showPlan('below')).last_checkpoint_id).to.equal(early);
    clock.time += 1_000 * HOUR;
    const { kept, pruned } = await workspace.prune({ plan: 'below', ...NOTHING });
    expect(pruned).to.have.lengthOf(1);
    expect(kept.map(({ checkpoint_id: id }) => id)).to.deep.equal([late, early]);
    await workspace.undo({ plan: 'above' });
    expect((await workspace.showPlan('below')).last_checkpoint_id).to.equal(late);
    expect((await workspace.showCheckpoint('latest', below.plan_id)).checkpoint).to.be.an('object');
  });

  it('leaves other plans and refs that are not piton’s alone', async () => {
    const set = await setting();
    const { root, workspace } = set;
    const { plan_id: other } = await workspace.createPlan({ name: 'other' });
    const theirs = await takeSome(set, 3);
    const { plan_id: own } = await workspace.createPlan({ name: 'own' });
    await takeSome(set, 3);
    const foreign = [
      `refs/piton/checkpoint/${own}/mine`,
      `refs/piton/state/${own}/mine`,
      'refs/piton/other/x',
    ];
    const commit = git(root, 'rev-parse', refsIn(root)[0] ?? '');
    for (const name of foreign) git(root, 'update-ref', name, commit);
    expect((await workspace.prune({ ...NOTHING, plan: own })).pruned).to.have.lengthOf(2);
    expect(await idsOf(workspace, other)).to.deep.equal(theirs);
    expect(refsIn(root)).to.include.members(foreign);
  });

  it('does nothing while a plan’s file cannot be read', async () => {
    const set = await setting();
    const { root, workspace, warnings } = set;
    const { plan_id: bad } = await workspace.createPlan();
    await workspace.createPlan({ name: 'good' });
    await workspace.setPlan('good', { retention: { ...NOTHING, keepLast: 1 } });
    await takeSome(set, 1);
    writeFileSync(join(root, '.git/piton/plans', `${bad}.json`), '{');
    const error = await rejectionOf(workspace.prune(NOTHING));
    expect(error).to.include({ code: 'STATE_DAMAGED' });
    warnings.length = 0;
    await takeSome(set, 2);
    expect(await idsOf(workspace)).to.have.lengthOf(3);
    await workspace.doctor({ repair: true });
    await takeSome(set, 1);
    expect(await idsOf(workspace)).to.have.lengthOf(1);
  });
});

describe('api: retention', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('applies the default policy to each checkpoint that is taken', async () => {
    const set = await setting();
    const { clock, workspace, root } = set;
    const ids = await takeSome(set, 60);
    expect(await idsOf(workspace)).to.deep.equal(ids);
    clock.time += 6 * 24 * HOUR;
    await takeSome(set, 1);
    const { kept, pruned } = await workspace.prune({ dryRun: true });
    expect(pruned).to.deep.equal([]);
    const left = await idsOf(workspace);
    expect(left).to.have.lengthOf(kept.length).and.below(61);
    expect(left).to.include.members(ids.slice(-49));
    expectPairs(root, left.length);
    assertFsckClean(root);
  });

  it('follows the plan’s own policy, and goes back to the default one', async () => {
    const set = await setting();
    const { workspace } = set;
    const { plan_id: planId } = await workspace.createPlan();
    const own = await workspace.setPlan(undefined, {
      retention: { keepLast: 3, keepWithinSeconds: 0, keepHourly: 0 },
    });
    expect(own['retention']).to.deep.equal({
      keep_last: 3,
      keep_within_seconds: 0,
      keep_hourly: 0,
      keep_daily: 14,
    });
    const ids = await takeSome(set, 8);
    expect(await idsOf(workspace)).to.deep.equal(ids.slice(-3));
    const narrower = await workspace.setPlan(undefined, { retention: { keepLast: 1 } });
    expect(narrower['retention']).to.include({ keep_last: 1, keep_within_seconds: 0 });
    expect((await workspace.setPlan(planId, { retention: null }))['retention']).to.equal(null);
    await takeSome(set, 3);
    expect(await idsOf(workspace)).to.have.lengthOf(6);
    const error = await rejectionOf(workspace.setPlan(planId, { retention: { keepLast: -1 } }));
    expect(error).to.include({ code: 'USAGE' });
    expect(await rejectionOf(workspace.prune({ keepDaily: 1.5 }))).to.include({ code: 'USAGE' });
  });

  it('takes the sidecars that a killed prune left, with the next command', async () => {
    const set = await setting();
    const { root, workspace } = set;
    const [first] = await takeSome(set, 2);
    const { plan_id: planId } = await workspace.showPlan();
    git(root, 'update-ref', '-d', `refs/piton/checkpoint/${planId}/${first}`);
    const note = join(root, '.git/piton/pending-checkpoint');
    writeFileSync(note, `${planId} ${planId} prune\n`);
    await workspace.listCheckpoints();
    expectPairs(root, 1);
    expect((await workspace.doctor()).problems).to.deep.equal([]);
  });

  it('only tells of a checkpoint that could not be pruned', async () => {
    const set = await setting();
    const { root, workspace, warnings, clock } = set;
    await workspace.createPlan();
    await workspace.setPlan(undefined, { retention: { ...NOTHING, keepLast: 1 } });
    const [first] = await takeSome(set, 1);
    const { plan_id: planId } = await workspace.showPlan();
    mkdirSync(join(root, `.git/refs/piton/checkpoint/${planId}/${first}.lock`));
    warnings.length = 0;
    clock.time += HOUR;
    writeFileSync(join(root, 'a.txt'), 'more');
    const taken = await workspace.createCheckpoint();
    expect(taken.created).to.equal(true);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['NOT_PRUNED']);
    expect(await idsOf(workspace)).to.deep.equal([first, taken.checkpoint.checkpoint_id]);
  });
});
