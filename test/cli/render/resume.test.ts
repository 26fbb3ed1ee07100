import { expect } from 'chai';
import { renderResume } from '../../../src/cli/render/resume.js';
import { CHECKPOINT_ID, DECISION, PLAN_ID, RESUMED } from '../samples.js';
import { lines, PLAIN } from './views.js';

describe('cli: where to go on, for people', () => {
  it('tells the step, the checkpoint, what changed since and what is to be carried out', () => {
    expect(renderResume(RESUMED, PLAIN)).to.equal(
      lines(
        `plan        ${PLAN_ID}`,
        'next        step 4',
        `checkpoint  ${CHECKPOINT_ID} "green", 3 minutes ago`,
        'changes     1 added, 0 modified, 0 deleted',
        'rollbacks   9 left',
        'to carry out:',
        `  ${DECISION.decision_id}  active  step 4  which parser: hand-written`,
      ),
    );
  });

  it('tells once what to do otherwise, whatever fell with the decision', () => {
    const correction = {
      correction_id: '01J0000000000000000000000C',
      decision_id: DECISION.decision_id,
      mode: 'revert' as const,
      ...{ reason: 'too slow', guidance: 'use a\u001blibrary' },
    };
    const fallen = { ...DECISION, status: 'reverted' as const, correction };
    const unguided = { ...fallen, correction: { ...correction, guidance: null } };
    const told = (...decisions: (typeof fallen | typeof unguided)[]): string =>
      renderResume({ ...RESUMED, decisions_to_repeat: decisions }, PLAIN);
    expect(told(fallen, fallen)).to.include(
      lines(
        `  ${DECISION.decision_id}  reverted  step 4  which parser: hand-written`,
        'guidance:',
        `  ${DECISION.decision_id}  use a\\x1blibrary  (too slow)`,
      ),
    );
    expect(told(unguided)).to.not.include('guidance');
  });

  it('leaves out what there is none of', () => {
    const fresh = {
      ...RESUMED,
      ...{ checkpoint: null, worktree_matches: null, changes: null },
      ...{ reversions_left: null, decisions_to_repeat: [] },
    };
    expect(renderResume(fresh, PLAIN)).to.equal(
      lines(`plan       ${PLAN_ID}`, 'next       step 4', 'rollbacks  no limit'),
    );
    const changes = { added: 0, modified: 0, deleted: 0 };
    expect(renderResume({ ...RESUMED, changes }, PLAIN)).to.include('changes     none since\n');
  });
});
