import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, prepare, type Prepared } from '../doctor/prepared-workspace.js';
import { git } from '../helpers/git.js';

describe('applyPlan and abandonPlan', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  it('end the plan, and it stays the current one that is shown', async () => {
    const { workspace, planId } = prepared;
    const before = await workspace.showPlan();
    const ended = await workspace.applyPlan();
    const { updated_at: at, ...rest } = ended;
    expect({ ...rest, updated_at: before['updated_at'] }).to.deep.equal({
      ...before,
      status: 'applied',
    });
    expect(at).to.not.equal(before['updated_at']);
    expect(await workspace.showPlan()).to.deep.equal(ended);
    expect((await workspace.status()).plan).to.include({ plan_id: planId, status: 'applied' });
    await workspace.createPlan({ name: 'two' });
    expect(await workspace.abandonPlan('two')).to.include({ status: 'abandoned' });
  });

  it('refuse to end it twice', async () => {
    const { workspace } = prepared;
    await workspace.abandonPlan();
    for (const again of [() => workspace.applyPlan(), () => workspace.abandonPlan('one')]) {
      const { code, details } = await failure(again());
      expect(code).to.equal('PLAN_CLOSED');
      expect(details).to.include({ status: 'abandoned' });
    }
  });

  it('leave a plan that nothing takes further, named or not, and say how to go on', async () => {
    const { workspace, root, ids } = prepared;
    const { decision } = await workspace.addDecision('one', { question: 'q', choice: 'c' });
    const id = decision.decision_id;
    await workspace.applyPlan();
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    const refs = git(root, 'for-each-ref');
    const plan = await workspace.showPlan();
    const refused = [
      () => workspace.createCheckpoint(),
      () => workspace.createCheckpoint({ plan: 'one' }),
      () => workspace.completeStep(undefined, { done: 0 }),
      () => workspace.setPlan(undefined, { phase: 'x' }),
      () => workspace.addDecision(undefined, { question: 'q', choice: 'c' }),
      () => workspace.addArtifacts(undefined, id, ['x']),
      () => workspace.completeDecision(undefined, id),
      () => workspace.rollback({ checkpoint: ids[0] }),
      () => workspace.createPlan({ parent: 'one' }),
    ];
    for (const attempt of refused) {
      const { code, hint } = await failure(attempt());
      expect(code, String(attempt)).to.equal('PLAN_CLOSED');
      expect(hint, String(attempt)).to.match(/piton plan create|piton fork/);
    }
    expect(git(root, 'for-each-ref')).to.equal(refs);
    expect(await workspace.showPlan()).to.deep.equal(plan);
    expect((await workspace.listPlans()).plans).to.have.lengthOf(1);
    expect((await workspace.showDecision('one', id)).decision).to.deep.equal(decision);
  });

  it('let another plan go on, and undo take a rollback of theirs back', async () => {
    const { workspace, root, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0] });
    await workspace.abandonPlan();
    await workspace.undo();
    expect(await workspace.showPlan()).to.include({ status: 'abandoned' });
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    await workspace.createPlan({ name: 'two' });
    expect(await workspace.createCheckpoint()).to.include({ created: true });
  });
});
