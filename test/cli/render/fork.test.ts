import { expect } from 'chai';
import { renderFork, renderForkList } from '../../../src/cli/render/fork.js';
import { renderPlan } from '../../../src/cli/render/plan.js';
import { FORKED } from '../samples.js';
import { PLAIN } from './views.js';

describe('cli: a fork for people', () => {
  it('says where it is, and how to take it over', () => {
    const text = renderFork({ ...FORKED, path: '/a\u001b' }, PLAIN);
    expect(text).to.match(/^Forked [0-9A-Z]{26} to \/a\\/);
    expect(text).to.contain('piton rollback').and.not.contain('branch');
    const unborn = renderFork({ ...FORKED, branch: 'b', checkpoint: null }, PLAIN);
    expect(unborn).to.match(/branch\s+b\n/);
  });

  it('is a line each in a list', () => {
    expect(renderForkList({ forks: [] }, PLAIN)).to.equal('No forks.\n');
    const plan = { ...FORKED.plan, last_checkpoint_id: null };
    const lines = renderForkList({ forks: [FORKED, { ...FORKED, plan }] }, PLAIN);
    expect(lines.split('\n')).to.have.length(3);
    expect(lines).to.contain(FORKED.path);
  });

  it('is told of its plan', () => {
    expect(renderPlan(FORKED.plan, PLAIN)).to.match(/forked off\s+checkpoint/);
  });
});
