import { expect } from 'chai';
import {
  renderDecisionAdd,
  renderDecisionDone,
  renderDecisionList,
  renderDecisionShow,
} from '../../../src/cli/render/decision.js';
import { CHECKPOINT, CHECKPOINT_ID, DECISION } from '../samples.js';
import { lines, PLAIN, TERMINAL, VERBOSE } from './views.js';

const ID = DECISION.decision_id;

describe('cli: decisions for people', () => {
  it('says what was recorded, and what holds the state before it', () => {
    const data = { decision: DECISION, checkpoint: CHECKPOINT, created: true, not_captured: [] };
    expect(renderDecisionAdd(data, PLAIN)).to.equal(
      lines(
        `Decision ${ID} which parser: hand-written`,
        `Checkpoint ${CHECKPOINT_ID} "green" holds what was before it`,
      ),
    );
    const reused = {
      ...data,
      created: false,
      not_captured: [{ path: 'queue', reason: 'special_file' as const }],
    };
    expect(renderDecisionAdd(reused, PLAIN)).to.equal(
      lines(
        `Decision ${ID} which parser: hand-written`,
        `Checkpoint ${CHECKPOINT_ID} "green" already held what was before it`,
        'not captured (1):',
        '  special file  queue',
      ),
    );
  });

  it('lists them', () => {
    const done = { ...DECISION, status: 'done' as const, step: 12, question: 'a\x1bb' };
    expect(renderDecisionList({ decisions: [DECISION, done] }, PLAIN)).to.equal(
      lines(
        `${ID}  active  step 4   which parser: hand-written`,
        `${ID}  done    step 12  a\\x1bb: hand-written`,
      ),
    );
    expect(renderDecisionList({ decisions: [] }, PLAIN)).to.equal('No decisions.\n');
    const long = { ...DECISION, choice: 'c'.repeat(100) };
    expect(renderDecisionList({ decisions: [long] }, TERMINAL)).to.include('…');
    expect(renderDecisionList({ decisions: [long] }, { ...VERBOSE, columns: 60 })).to.include(
      long.choice,
    );
  });

  it('shows one', () => {
    const decision = { ...DECISION, parent_id: 'P', artifacts: ['a\nb', { base64: '/w==' }] };
    expect(renderDecisionShow({ decision }, PLAIN)).to.equal(
      lines(
        `decision    ${ID}`,
        'follows     P',
        'question    which parser',
        'choice      hand-written',
        'rationale   no dependency',
        'step        4',
        'status      active',
        `checkpoint  ${CHECKPOINT_ID}`,
        'made        2 minutes ago (2026-01-02T03:02:05.000Z)',
        'artifacts:',
        '  a\\nb',
        '  \\xff',
      ),
    );
    const bare = { ...DECISION, rationale: null, checkpoint_id: null, artifacts: [] };
    expect(renderDecisionShow({ decision: bare }, PLAIN)).not.to.match(
      /follows|rationale|checkpoint|artifacts/,
    );
  });

  it('says that one is carried out', () => {
    expect(renderDecisionDone({ decision: DECISION }, PLAIN)).to.equal(
      `Carried out: decision ${ID} which parser: hand-written\n`,
    );
  });
});
