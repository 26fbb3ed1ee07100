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
