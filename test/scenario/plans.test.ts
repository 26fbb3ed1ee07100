import { expect } from 'chai';
import { Story } from './story.js';

describe('a day with a plan', () => {
  it('takes a checkpoint on every second step, and the state is in it', () => {
    const day = new Story();
    day.piton('plan', 'create', '--name', 'parser', '--every-steps', '2');
    const taken = [0, 1, 2, 3].map((step) => {
      day.write('parser.py', `step ${step}\n`);
      const data = day.piton('step', '--done', String(step), '--output', `tests=${step}`);
      return data['checkpoint'] !== null;
    });
    expect(taken).to.deep.equal([false, true, false, true]);
    const { plan_state: state } = day.piton('show', 'step:1');
    expect(state).to.deep.include({ last_completed_step: 1, outputs: { tests: 1 } });
  });

  it('keeps what a failing step left, and goes back to before it', () => {
    const day = new Story();
    day.piton('plan', 'create', '--name', 'parser', '--every-steps', '1');
    day.write('parser.py', 'good\n');
    day.piton('step', '--done', '0');
    day.write('parser.py', 'broken\n');
    const failed = day.piton('step', '--done', '1', '--status', 'failed');
    expect(failed).to.include({ last_completed_step: 0 });
    expect(failed).to.have.nested.property('checkpoint.created', true);
    day.piton('rollback', 'latest~1');
    expect(day.read('parser.py')).to.equal('good\n');
    expect(day.piton('resume')).to.include({ next_step: 1, worktree_matches: true });
  });

  it('rolls back no more often than it may', () => {
    const day = new Story();
    day.piton('plan', 'create', '--name', 'parser', '--max-reversions', '1');
    day.checkpoint();
    const decision = day.decide('parser', 'which');
    expect(day.piton('rollback')).to.include({ reversions_left: 0 });
    expect(day.refused('rollback')).to.equal('REVERSION_LIMIT');
    const correct = ['plan', 'correct', 'parser', '--decision', decision, '--reason', 'x'];
    expect(day.refused(...correct)).to.equal('DECISION_NOT_FOUND');
    day.piton('undo');
    expect(day.refused(...correct)).to.equal('REVERSION_LIMIT');
    day.piton('plan', 'set', 'parser', '--max-reversions', 'none');
    expect(day.piton(...correct)).to.have.nested.property('rollback.reversion_count', 2);
  });

  it('does not touch the work of a plan that is applied', () => {
    const day = new Story();
    day.piton('plan', 'create', '--name', 'parser');
    const checkpoint = day.checkpoint();
    day.write('parser.py', 'done\n');
    day.piton('plan', 'apply', 'parser');
    expect(day.refused('rollback', checkpoint)).to.equal('PLAN_CLOSED');
    expect(day.refused('step', '--done', '0')).to.equal('PLAN_CLOSED');
    expect(day.read('parser.py')).to.equal('done\n');
  });

  it('takes a subplan back that began after the checkpoint', () => {
    const day = new Story();
    day.piton('plan', 'create', '--name', 'parent');
    const before = day.checkpoint();
    day.piton('plan', 'create', '--name', 'child', '--parent', 'parent');
    day.write('child.txt', 'of the child\n');
    day.piton('step', '--done', '0');
    day.piton('plan', 'rollback', 'parent', before);
    expect(day.read('child.txt')).to.equal(null);
    expect(day.piton('plan', 'show', 'child')).to.include({ status: 'reverted' });
    day.piton('undo', '--plan', 'parent');
    expect(day.piton('plan', 'show', 'child')).to.include({ status: 'active' });
    expect(day.read('child.txt')).to.equal('of the child\n');
  });
});
