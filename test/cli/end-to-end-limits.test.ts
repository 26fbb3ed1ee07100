import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { git } from '../helpers/git.js';
import { data, error, piton, workspace, write } from './run-piton.js';

interface Stepped {
  checkpoint: null | { checkpoint: { checkpoint_id: string; ref: string } };
}

describe('cli: intervals, state and limits end to end', function () {
  this.timeout(120_000);

  it('takes a checkpoint at each Nth step, and whenever a step fails', () => {
    const directory = workspace();
    data(directory, 'plan', 'create', '--name', 'p', '--every-steps', '2');
    const step = (...args: string[]): boolean => {
      write(directory, { a: args.join(' ') });
      return (data(directory, 'step', ...args) as unknown as Stepped).checkpoint !== null;
    };
    expect(step('--done', '0')).to.equal(false);
    expect(step('--done', '1')).to.equal(true);
    expect(step('--done', '2', '--status', 'failed')).to.equal(true);
    expect(step('--done', '2', '--status', 'interrupted')).to.equal(true);
    const behind = error(directory, 'step', '--done', '0');
    expect(behind).to.include({ code: 'USAGE', exit: 2 });
    expect(behind['hint']).to.match(/go on with step 2, or roll back first/);
    data(directory, 'rollback', 'step:1');
    expect(data(directory, 'resume')).to.include({ next_step: 2, last_completed_step: 1 });
    data(directory, 'plan', 'set', 'p', '--every-steps', 'none', '--every', '1h');
    expect(step('--done', '2')).to.equal(false);
  });

  it('takes a checkpoint with the first step after an interval of seconds', async () => {
    const directory = workspace();
    data(directory, 'plan', 'create', '--name', 'p', '--every', '2s');
    const step = (number: number): boolean => {
      write(directory, { a: `${number}` });
      const stepped = data(directory, 'step', '--done', `${number}`) as unknown as Stepped;
      return stepped.checkpoint !== null;
    };
    data(directory, 'checkpoint', '--always');
    await setTimeout(2_100);
    expect(step(0)).to.equal(true);
    data(directory, 'plan', 'set', 'p', '--every', '1h');
    expect(step(1)).to.equal(false);
  });

  it('keeps state of 10 MB that plain git reads, and counts rollbacks to the limit', () => {
    const directory = workspace();
    data(directory, 'plan', 'create', '--name', 'p', '--max-reversions', '1');
    const state = join(directory, '..', 'state.json');
    writeFileSync(state, JSON.stringify({ log: 'x'.repeat(10_000_000) }));
    write(directory, { a: '1' });
    const { checkpoint } = data(directory, 'checkpoint', '--state', state) as unknown as {
      checkpoint: { checkpoint_id: string; ref: string };
    };
    const stateRef = checkpoint.ref.replace('/checkpoint/', '/state/');
    const shown = JSON.parse(git(directory, 'show', `${stateRef}:plan.json`)) as {
      context: { state: { log: string } };
    };
    expect(shown.context.state.log).to.have.lengthOf(10_000_000);
    write(directory, { a: '2' });
    expect(data(directory, 'rollback')).to.include({ reversion_count: 1, reversions_left: 0 });
    expect(error(directory, 'rollback')).to.include({ code: 'REVERSION_LIMIT', exit: 4 });
    data(directory, 'undo');
    expect(readFileSync(join(directory, 'a'), 'utf8')).to.equal('2');
    expect(error(directory, 'rollback')).to.include({ code: 'REVERSION_LIMIT', exit: 4 });
    data(directory, 'plan', 'create', '--name', 'other');
    const wrong = error(directory, 'plan', 'rollback', 'other', checkpoint.checkpoint_id);
    expect(wrong).to.include({ code: 'WRONG_PLAN', exit: 4 });
    piton(directory, ['plan', 'abandon', 'p', '-q']);
    const closed = error(directory, 'plan', 'rollback', 'p', checkpoint.checkpoint_id);
    expect(closed).to.include({ code: 'PLAN_CLOSED', exit: 4 });
  });

  it('shows what a policy keeps before anything goes', () => {
    const directory = workspace();
    for (const a of ['1', '2', '3']) {
      write(directory, { a });
      data(directory, 'checkpoint');
    }
    const fewer = ['--keep-last', '1', '--keep-within', '0', '--keep-hourly', '0'];
    const shown = data(directory, 'prune', '--dry-run', ...fewer, '--keep-daily', '0');
    expect(shown['pruned']).to.have.lengthOf(2);
    expect(shown['kept']).to.have.nested.property('0.reasons').that.deep.equals(['latest', 'last']);
    data(directory, 'prune', ...fewer, '--keep-daily', '0');
    const { checkpoints } = data(directory, 'log', '--cost') as unknown as {
      checkpoints: { own_bytes: number }[];
    };
    expect(checkpoints).to.have.lengthOf(1);
    expect(checkpoints[0]?.own_bytes).to.be.above(0);
    expect(data(directory, 'gc')).to.have.all.keys('bytes_before', 'bytes_after', 'swept');
  });
});
