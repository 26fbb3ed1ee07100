import { expect } from 'chai';
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToJson, asBytePath } from '../../src/core/byte-path.js';
import { everything, failure, open, prepare, type Prepared } from '../doctor/prepared-workspace.js';
import { git } from '../helpers/git.js';

const PARSER = { question: 'which parser', choice: 'hand-written' };

describe('addDecision', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  function planFile(): string {
    return join(prepared.stateDir, 'plans', `${prepared.planId}.json`);
  }

  it('takes a checkpoint of what is before it, and records it with that', async () => {
    const { workspace, root } = prepared;
    await workspace.completeStep(undefined, { done: 0 });
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    const data = await workspace.addDecision('one', {
      ...PARSER,
      rationale: 'no dependency',
      artifacts: ['src/parser.js', pathToJson(asBytePath('\xff')), 'src/parser.js'],
    });
    const { decision, checkpoint, created } = data;
    expect(created).to.equal(true);
    expect(data.not_captured).to.deep.equal([]);
    expect(checkpoint).to.include({
      kind: 'pre_decision',
      reason: 'before deciding: which parser',
      step: 0,
    });
    expect(decision).to.deep.equal({
      decision_id: decision.decision_id,
      parent_id: null,
      ...PARSER,
      rationale: 'no dependency',
      step: 1,
      checkpoint_id: checkpoint.checkpoint_id,
      status: 'active',
      artifacts: ['src/parser.js', { base64: '/w==' }],
      created_at: decision.created_at,
    });
    const plan = await workspace.showPlan();
    expect(plan).to.deep.include({
      last_checkpoint_id: checkpoint.checkpoint_id,
      decisions: [decision],
    });
    const shown = await workspace.showCheckpoint('latest');
    expect(shown.plan_state['decisions']).to.deep.equal([]);
    expect(git(root, 'show', `${checkpoint.commit}:changing.txt`)).to.equal('third');
  });

  it('is satisfied with the latest checkpoint when that holds what is before it', async () => {
    const { workspace, ids } = prepared;
    const { decision, checkpoint, created } = await workspace.addDecision(undefined, PARSER);
    expect(created).to.equal(false);
    expect(checkpoint).to.include({ checkpoint_id: ids[1], kind: 'manual' });
    expect(decision).to.include({ checkpoint_id: ids[1], step: 0 });
    const { decisions } = await workspace.listDecisions();
    expect(decisions).to.deep.equal([decision]);
    // A decision is part of the position: the checkpoint before the next one is another.
    const next = await workspace.addDecision(undefined, { ...PARSER, choice: 'generated' });
    expect(next).to.include({ created: true });
    const after = await workspace.showCheckpoint(next.checkpoint.checkpoint_id);
    expect(after.plan_state['decisions']).to.deep.equal([decision]);
  });

  it('goes with a rollback to its checkpoint, and comes back with undo', async () => {
    const { workspace, root } = prepared;
    const first = await workspace.addDecision(undefined, PARSER);
    writeFileSync(join(root, 'changing.txt'), 'parser\n');
    const { decision_id: parent } = first.decision;
    const second = await workspace.addDecision(undefined, { ...PARSER, parent, step: 4 });
    expect(second.decision).to.include({ parent_id: parent, step: 4 });
    writeFileSync(join(root, 'changing.txt'), 'more\n');
    await workspace.rollback({ checkpoint: second.checkpoint.checkpoint_id });
    expect(readFileSync(join(root, 'changing.txt'), 'utf8')).to.equal('parser\n');
    expect((await workspace.listDecisions()).decisions).to.deep.equal([first.decision]);
    await workspace.undo();
    const { decisions } = await workspace.listDecisions();
    expect(decisions).to.deep.equal([first.decision, second.decision]);
  });

  it('ends what can be redone, also when no checkpoint is made', async () => {
    const { workspace, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0], paths: ['changing.txt'] });
    await workspace.undo();
    expect(await workspace.addDecision(undefined, PARSER)).to.include({ created: false });
    expect(await failure(workspace.redo())).to.include({ code: 'NOTHING_TO_REDO' });
  });

  it('refuses what is wrong before it takes a checkpoint', async () => {
    const { workspace, root } = prepared;
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    const before = everything(root);
    const refused: [string, object][] = [
      ['USAGE', { question: ' ' }],
      ['USAGE', { choice: '' }],
      ['USAGE', { step: -1 }],
      ['USAGE', { artifacts: ['../outside'] }],
      ['USAGE', { artifacts: ['a/.git/config'] }],
      ['USAGE', { artifacts: ['.'] }],
      ['DECISION_NOT_FOUND', { parent: 'nobody' }],
    ];
    for (const [code, wrong] of refused) {
      const error = await failure(workspace.addDecision(undefined, { ...PARSER, ...wrong }));
      expect(error, JSON.stringify(wrong)).to.include({ code });
    }
    expect(await failure(workspace.addDecision('nobody', PARSER))).to.include({
      code: 'PLAN_NOT_FOUND',
    });
    expect(everything(root)).to.deep.equal(before);
  });

  it('leaves no checkpoint when the plan cannot be written', async () => {
    const { root, planId } = prepared;
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    const refs = git(root, 'for-each-ref');
    const plans = join(prepared.stateDir, 'plans');
    let calls = 0;
    // The second time is that of the decision, when the checkpoint stands already.
    const clock = {
      now: () => {
        calls += 1;
        if (git(root, 'for-each-ref') === refs) return Date.now();
        renameSync(plans, `${plans}-away`);
        mkdirSync(plans);
        writeFileSync(join(plans, `${planId}.json`), 'damaged');
        return Date.now();
      },
    };
    const failing = await open(root, { clock });
    expect(await failure(failing.addDecision(undefined, PARSER))).to.include({
      code: 'STATE_DAMAGED',
    });
    await failing.close();
    expect(calls).to.be.greaterThan(1);
    expect(git(root, 'for-each-ref')).to.equal(refs);
    renameSync(join(plans, `${planId}.json`), join(root, 'damaged'));
    rmdirSync(plans);
    renameSync(`${plans}-away`, plans);
    const { workspace } = prepared;
    expect((await workspace.listDecisions()).decisions).to.deep.equal([]);
  });

  it('forgets the checkpoint with the decision when killed in between', async () => {
    const { workspace, root, planId, stateDir } = prepared;
    writeFileSync(join(root, 'changing.txt'), 'third\n');
    const before = readFileSync(planFile());
    const { checkpoint } = await workspace.addDecision(undefined, PARSER);
    const { checkpoint_id: id } = checkpoint;
    const note = join(stateDir, 'pending-checkpoint');

    // The note may outlive the plan's write, which then stands.
    writeFileSync(note, `${planId} ${id} decision\n`);
    expect((await workspace.listDecisions()).decisions).to.have.lengthOf(1);
    expect(git(root, 'for-each-ref')).to.contain(id);

    writeFileSync(planFile(), before);
    writeFileSync(note, `${planId} ${id} decision\n`);
    expect(await workspace.showPlan()).to.deep.include({ decisions: [] });
    expect(git(root, 'for-each-ref')).to.not.contain(id);
    expect(readFileSync(planFile())).to.deep.equal(before);
  });
});
