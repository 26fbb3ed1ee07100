import { expect } from 'chai';
import { Story } from './story.js';

describe('going back, and forward, to any checkpoint', () => {
  let day: Story;
  let ids: string[];

  /** Checkpoints of the text `0`, `1` and `2`, each after the step of that number. */
  beforeEach(() => {
    day = new Story();
    day.piton('plan', 'create', '--name', 'p', '--max-reversions', 'none');
    ids = [0, 1, 2].map((step) => {
      day.write('file', String(step));
      return day.checkpoint('--step', String(step), '--name', `after ${step}`);
    });
  });

  function at(): [string | null, unknown] {
    return [day.read('file'), day.piton('resume')['next_step']];
  }

  it('by id, by prefix and by name, older or newer than the present one', () => {
    const [first = '', second = '', third = ''] = ids;
    const common = [...first].findIndex((one, index) => one !== second[index]);
    day.piton('rollback', first);
    expect(at()).to.deep.equal(['0', 1]);
    day.piton('rollback', third);
    expect(at()).to.deep.equal(['2', 3]);
    day.piton('rollback', 'after 1');
    expect(at()).to.deep.equal(['1', 2]);
    const prefix = third.slice(0, Math.max(common, 10) + 14);
    day.piton('rollback', prefix.toLowerCase());
    expect(at()).to.deep.equal(['2', 3]);
    expect(day.refused('rollback', first.slice(0, 4))).to.equal('USAGE');
  });

  it('by its place before the latest, and by the step that was done', () => {
    day.piton('rollback', 'latest~2');
    expect(at()).to.deep.equal(['0', 1]);
    day.piton('rollback', 'step:2');
    expect(at()).to.deep.equal(['2', 3]);
    day.piton('rollback', 'step:1');
    expect(at()).to.deep.equal(['1', 2]);
    expect(day.refused('rollback', 'step:7')).to.equal('CHECKPOINT_NOT_FOUND');
  });

  it('without naming the plan, also when another one is current', () => {
    day.piton('plan', 'create', '--name', 'other');
    const data = day.piton('plan', 'rollback', '--to-checkpoint', ids[0] ?? '');
    expect(data).to.include({ checkpoint_id: ids[0], last_completed_step: 0 });
    expect(day.read('file')).to.equal('0');
    expect(day.piton('plan', 'show', 'p')).to.include({ last_completed_step: 0 });
    expect(day.refused('plan', 'rollback', 'other', ids[1] ?? '')).to.equal('WRONG_PLAN');
  });
});
