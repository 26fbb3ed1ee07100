import { expect } from 'chai';
import {
  renderPlan,
  renderPlanDone,
  renderPlanList,
  renderStep,
} from '../../../src/cli/render/plan.js';
import { CHECKPOINT_ID, CREATED, PLAN, PLAN_ID } from '../samples.js';
import { lines, PLAIN, VERBOSE } from './views.js';

const NAMELESS = {
  ...PLAN,
  name: null,
  max_reversions: null,
  last_completed_step: -1,
  checkpoint_every_steps: null,
  context: null,
  outputs: 'damaged',
};

describe('cli: plans for people', () => {
  it('lists them', () => {
    const plans = [PLAN, { ...NAMELESS, checkpoints: 1 }];
    expect(renderPlanList({ plans }, PLAIN)).to.equal(
      lines(
        `${PLAN_ID}  active  step 3  2 checkpoints  swap parser`,
        `${PLAN_ID}  active          1 checkpoint`,
      ),
    );
    expect(renderPlanList({ plans: [] }, PLAIN)).to.equal('No plans.\n');
    const long = { ...PLAN, name: 'n'.repeat(150) };
    expect(renderPlanList({ plans: [long] }, { ...PLAIN, columns: 90 })).to.have.lengthOf(91);
    expect(renderPlanList({ plans: [long] }, { ...VERBOSE, columns: 90 })).to.include(long.name);
  });

  it('shows one', () => {
    const every = { checkpoint_every_steps: 2, checkpoint_every_seconds: 300 };
    expect(renderPlan({ ...PLAN, ...every, parent_plan_id: 'P' }, PLAIN)).to.equal(
      lines(
        `plan         ${PLAN_ID} "swap parser"`,
        'part of      P',
        'status       active',
        'phase        execute',
        'position     after step 3',
        'rollbacks    1 (at most 10)',
        'checkpoints  2',
        `latest       ${CHECKPOINT_ID}`,
        'every        2 steps, 300 seconds',
        'context:',
        '  branch  "parser"',
      ),
    );
    const shown = renderPlan({ ...NAMELESS, last_checkpoint_id: null }, PLAIN);
    expect(shown).to.include(`plan         ${PLAN_ID}\n`);
    expect(shown).to.include('rollbacks    1 (no limit)\n');
    expect(shown).not.to.match(/every|latest|part of|context|outputs/);
  });

  it('shows values harmless', () => {
    const shown = renderPlan({ ...PLAN, outputs: { 'a\x1b': '\u202e' } }, PLAIN);
    expect(shown).to.include('outputs:\n  a\\x1b  "\\u202e"\n');
  });

  it('says what was done to one', () => {
    expect(renderPlanDone('Deleted')(PLAN, PLAIN)).to.equal(
      `Deleted plan ${PLAN_ID} "swap parser"\n`,
    );
  });

  it('says where a step left it', () => {
    const position = `Plan ${PLAN_ID} "swap parser": after step 3\n`;
    expect(renderStep({ ...PLAN, checkpoint: null }, PLAIN)).to.equal(position);
    expect(renderStep({ ...PLAN, checkpoint: CREATED }, PLAIN)).to.include(
      `${position}Checkpoint ${CHECKPOINT_ID}`,
    );
  });
});
