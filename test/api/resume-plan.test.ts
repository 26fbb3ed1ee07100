import { expect } from 'chai';
import { chmodSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, open, prepare, type Prepared } from '../doctor/prepared-workspace.js';
import { git, makeRepository } from '../helpers/git.js';

describe('resumePlan', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  it('says where to go on', async () => {
    const { workspace, planId, ids } = prepared;
    const { checkpoints } = await workspace.listCheckpoints();
    expect(await workspace.resumePlan()).to.deep.equal({
      plan_id: planId,
      next_step: 0,
      last_completed_step: -1,
      checkpoint: checkpoints.find(({ checkpoint_id: id }) => id === ids[1]),
      worktree_matches: true,
      changes: { added: 0, modified: 0, deleted: 0 },
      reversions_left: 10,
      decisions_to_repeat: [],
    });
  });

  it('has no checkpoint to speak of before the first, nor when the latest is gone', async () => {
    const { workspace, ids } = prepared;
    const none = { checkpoint: null, worktree_matches: null, changes: null };
    await workspace.createPlan({ name: 'two', maxReversions: null });
    const fresh = await workspace.resumePlan();
    expect(fresh).to.deep.include({ ...none, reversions_left: null });
    for (const id of ids) await workspace.deleteCheckpoint(String(id), 'one');
    expect(await workspace.resumePlan({ plan: 'one' })).to.deep.include(none);
  });

  it('sees every difference to the checkpoint', async () => {
    const { workspace, root } = prepared;
    const differences: [() => void, () => void, object][] = [
      [
        () => writeFileSync(join(root, 'new'), ''),
        () => unlinkSync(join(root, 'new')),
        { added: 1, modified: 0, deleted: 0 },
      ],
      [
        () => chmodSync(join(root, 'shared.txt'), 0o755),
        () => chmodSync(join(root, 'shared.txt'), 0o644),
        { added: 0, modified: 1, deleted: 0 },
      ],
      [
        () => mkdirSync(join(root, 'empty')),
        () => rmSync(join(root, 'empty'), { recursive: true }),
        { added: 1, modified: 0, deleted: 0 },
      ],
      [
        () => unlinkSync(join(root, 'changing.txt')),
        () => writeFileSync(join(root, 'changing.txt'), 'second\n'),
        { added: 0, modified: 0, deleted: 1 },
      ],
    ];
    for (const [make, unmake, changes] of differences) {
      make();
      expect(await workspace.resumePlan()).to.deep.include({ worktree_matches: false, changes });
      unmake();
      expect(await workspace.resumePlan()).to.include({ worktree_matches: true });
    }
  });

  it('reads all of it from disk each time, and goes back with a rollback', async () => {
    const { workspace, root } = prepared;
    const other = await open(root);
    await workspace.completeStep(undefined, { done: 0 });
    const { checkpoint } = await workspace.createCheckpoint();
    await other.addDecision(undefined, { question: 'q', choice: 'later', step: 7 });
    const { decision } = await other.addDecision(undefined, { question: 'q', choice: 'now' });
    const two = await workspace.resumePlan();
    expect(two).to.include({ next_step: 1, reversions_left: 10 });
    expect(two.decisions_to_repeat.map(({ choice }) => choice)).to.deep.equal(['later', 'now']);
    await other.completeDecision(undefined, decision.decision_id);
    expect((await workspace.resumePlan()).decisions_to_repeat).to.have.lengthOf(1);
    await other.completeStep(undefined, { done: 1 });
    expect(await workspace.resumePlan()).to.include({ next_step: 2 });
    await other.rollback({ checkpoint: checkpoint.checkpoint_id });
    expect(await workspace.resumePlan()).to.deep.include({
      next_step: 1,
      checkpoint,
      reversions_left: 9,
      decisions_to_repeat: [],
    });
    await other.close();
  });

  it('has nowhere to go on to when there is no plan, or it is closed', async () => {
    const { workspace } = prepared;
    expect(await failure(workspace.resumePlan({ plan: 'none' }))).to.include({
      code: 'PLAN_NOT_FOUND',
    });
    const empty = await open(makeRepository());
    const { code, hint } = await failure(empty.resumePlan());
    expect(code).to.equal('PLAN_NOT_FOUND');
    expect(hint).to.match(/piton plan create/);
    await empty.close();
    await workspace.applyPlan();
    expect(await failure(workspace.resumePlan())).to.include({ code: 'PLAN_CLOSED' });
  });

  it('changes nothing', async () => {
    const { workspace, root } = prepared;
    writeFileSync(join(root, 'new'), '1');
    const refs = git(root, 'for-each-ref');
    const plan = await workspace.showPlan();
    await workspace.resumePlan();
    expect(git(root, 'for-each-ref')).to.equal(refs);
    expect(await workspace.showPlan()).to.deep.equal(plan);
  });
});
