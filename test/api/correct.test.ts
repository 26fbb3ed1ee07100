import { expect } from 'chai';
import { Correcting, failure, treeOf } from './correcting.js';
import { closeWorkspaces } from './workspaces.js';

describe('correct', () => {
  let c: Correcting;

  beforeEach(async () => {
    c = await Correcting.start();
  });

  afterEach(async () => {
    await closeWorkspaces();
  });

  it('archives what a decision produced, rolls back and goes on at its step', async () => {
    await c.workspace.completeStep('p', { done: 0 });
    const decision = await c.worked();
    await c.workspace.completeStep('p', { done: 1, output: { tests: 3 } });
    const data = await c.correct(decision);
    expect(c.read('src/parser.py')).to.equal('old\n');
    expect(['src/lexer.py', 'src/trace.log', 'build/out', 'notes.log'].filter(c.has)).to.deep.equal(
      [],
    );
    expect(c.has('undeclared.txt')).to.equal(false);
    expect(c.read('build/other.js')).to.equal('of nobody\n');
    expect(c.read('other.log')).to.equal('an ignored file\n');
    expect(data).to.deep.include({
      affected: [decision.decision_id],
      descendants: [],
      later: [],
      continue_at_step: 1,
      dry_run: false,
    });
    expect(data.rollback).to.include({ reversion_count: 1, last_completed_step: 0 });
    expect(await c.statuses()).to.deep.equal({ parser: 'reverted' });
    const plan = await c.workspace.showPlan('p');
    expect(plan['corrections']).to.deep.equal([data.correction]);
    expect(plan).to.deep.include({ last_completed_step: 0, outputs: {}, reversion_count: 1 });
    expect(data.correction).to.deep.include({
      mode: 'revert',
      reason: 'too slow',
      guidance: 'use a library',
      affected: [decision.decision_id],
      checkpoint_id: decision.checkpoint_id,
      safety_checkpoint_id: data.rollback?.safety_checkpoint_id,
      archive: `archive/${plan.plan_id}/${data.correction.correction_id}`,
      status: 'applied',
    });
    expect(await c.workspace.resumePlan()).to.include({ next_step: 1, worktree_matches: true });
  });

  it('tells what follows from a decision from what was merely made later', async () => {
    const earlier = await c.decide('earlier', ['earlier.txt']);
    c.write('earlier.txt', 'earlier\n');
    const first = await c.decide('first');
    const child = await c.decide('child', ['child.txt'], first.decision_id);
    const later = await c.decide('later', ['later.txt'], earlier.decision_id);
    const grandchild = await c.decide('grandchild', [], child.decision_id);
    c.write('child.txt', 'child\n');
    c.write('later.txt', 'later\n');
    await c.workspace.completeDecision('p', later.decision_id);
    const data = await c.correct(first);
    expect(data).to.deep.include({
      affected: [first, child, later, grandchild].map(({ decision_id: id }) => id),
      descendants: [child.decision_id, grandchild.decision_id],
      later: [later.decision_id],
    });
    expect(await c.statuses()).to.deep.equal({
      ...{ earlier: 'active', first: 'reverted', child: 'reverted', later: 'reverted' },
      grandchild: 'reverted',
    });
    expect([c.has('earlier.txt'), c.has('child.txt'), c.has('later.txt')]).to.deep.equal([
      ...[true, false, false],
    ]);
    const { corrections } = await c.workspace.listCorrections('p');
    const owners = corrections[0]?.archived.map(({ path, decision_id: id }) => [path, id]);
    expect(owners).to.deep.equal([
      ['child.txt', child.decision_id],
      ['later.txt', later.decision_id],
    ]);
  });

  it('corrects a decision that lies before an earlier correction', async () => {
    const first = await c.decide('first', ['one.txt', 'one.log']);
    c.write('one.txt', 'one\n');
    c.write('one.log', 'ignored one\n');
    const second = await c.decide('second', ['two.txt', 'two.log']);
    c.write('two.txt', 'two\n');
    c.write('two.log', 'ignored two\n');
    const atStart = treeOf(c.root);
    await c.correct(second);
    const third = await c.decide('third', ['three.txt']);
    c.write('three.txt', 'three\n');
    const before = treeOf(c.root);
    const data = await c.correct(first);
    expect(data).to.deep.include({
      affected: [first.decision_id, third.decision_id],
      later: [third.decision_id],
    });
    expect(await c.statuses()).to.deep.equal({
      ...{ first: 'reverted', second: 'reverted', third: 'reverted' },
    });
    expect(['one.txt', 'one.log', 'two.txt', 'two.log', 'three.txt'].filter(c.has)).to.deep.equal(
      [],
    );
    await c.workspace.undo();
    expect(treeOf(c.root)).to.deep.equal(before);
    expect(await c.statuses()).to.deep.equal({
      ...{ first: 'active', second: 'reverted', third: 'active' },
    });
    await c.workspace.undo();
    expect(treeOf(c.root)).to.deep.equal(atStart);
    expect(await c.statuses()).to.deep.equal({ first: 'active', second: 'active' });
    await c.workspace.redo();
    await c.workspace.redo();
    const { corrections } = await c.workspace.listCorrections('p');
    expect(corrections.map(({ status, archived }) => [status, archived.length])).to.deep.equal([
      ['applied', 2],
      ['applied', 3],
    ]);
  });

  it('only has a decision carried out again with append', async () => {
    const decision = await c.worked();
    await c.workspace.completeDecision('p', decision.decision_id);
    const before = treeOf(c.root);
    const plan = await c.workspace.showPlan('p');
    const dry = await c.correct(decision, { mode: 'append', dryRun: true });
    expect(dry).to.deep.include({ rollback: null, archived: [], dry_run: true });
    expect(await c.workspace.showPlan('p')).to.deep.equal(plan);
    const data = await c.correct(decision, { mode: 'append' });
    expect(data).to.deep.include({ rollback: null, archived: [], continue_at_step: 0 });
    expect(data.correction).to.deep.include({
      ...{ mode: 'append', affected: [decision.decision_id], archive: null, checkpoint_id: null },
    });
    expect(treeOf(c.root)).to.deep.equal(before);
    const after = await c.workspace.showPlan('p');
    expect(after).to.include({ reversion_count: 0, last_completed_step: -1 });
    const { correction_id } = data.correction;
    const advice = { reason: 'too slow', guidance: 'use a library' };
    expect((await c.workspace.resumePlan()).decisions_to_repeat).to.deep.equal([
      {
        ...decision,
        correction: {
          ...{ correction_id, decision_id: decision.decision_id, mode: 'append', ...advice },
        },
      },
    ]);
    expect(await failure(c.workspace.undo())).to.include({ code: 'NOTHING_TO_UNDO' });
  });

  it('refuses what has nothing to go back to, or may not go back', async () => {
    const decision = await c.decide('one');
    const byId = { decision: decision.decision_id, reason: 'x' };
    expect(await failure(c.workspace.correct('p', { ...byId, decision: 'nope' }))).to.include({
      code: 'DECISION_NOT_FOUND',
    });
    for (const bad of [{ reason: ' ' }, { guidance: '' }]) {
      expect(await failure(c.workspace.correct('p', { ...byId, ...bad }))).to.include({
        code: 'USAGE',
      });
    }
    await c.workspace.setPlan('p', { maxReversions: 0 });
    expect(await failure(c.workspace.correct('p', byId))).to.include({ code: 'REVERSION_LIMIT' });
    await c.workspace.correct('p', { ...byId, mode: 'append' });
    await c.workspace.setPlan('p', { maxReversions: null });
    await c.workspace.deleteCheckpoint(decision.checkpoint_id ?? '', 'p');
    expect(await failure(c.workspace.correct('p', byId))).to.include({
      code: 'CHECKPOINT_NOT_FOUND',
    });
    const other = await c.decide('two');
    await c.correct(other);
    expect(await failure(c.correct(other))).to.include({ code: 'USAGE' });
    await c.workspace.applyPlan('p');
    for (const mode of ['revert', 'append'] as const) {
      const error = await failure(c.workspace.correct('p', { ...byId, mode }));
      expect(error).to.include({ code: 'PLAN_CLOSED' });
    }
  });

  it('goes on at the first step that is not done, when a decision was made ahead', async () => {
    await c.workspace.completeStep('p', { done: 0 });
    const ahead = await c.workspace.addDecision('p', { question: 'q', choice: 'c', step: 4 });
    await c.workspace.completeStep('p', { done: 1 });
    expect(await c.correct(ahead.decision)).to.include({ continue_at_step: 1 });
    expect(await c.workspace.resumePlan()).to.include({ next_step: 1 });
    const behind = await c.workspace.addDecision('p', { question: 'q', choice: 'c', step: 0 });
    expect(await c.correct(behind.decision)).to.include({ continue_at_step: 0 });
    expect(await c.workspace.resumePlan()).to.include({ next_step: 0 });
  });
});
