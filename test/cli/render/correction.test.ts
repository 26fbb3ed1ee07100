import { expect } from 'chai';
import {
  renderCorrect,
  renderCorrectionList,
  renderCorrectionShow,
} from '../../../src/cli/render/correction.js';
import { CHECKPOINT_ID, CORRECTED, CORRECTION, DECISION, ROLLED_BACK } from '../samples.js';
import { lines, PLAIN } from './views.js';

const ID = DECISION.decision_id;

describe('cli: corrections for people', () => {
  it('says what fell, what was archived, what the rollback did and where to go on', () => {
    const descendants = ['01KDXW8E8800000000000DECN1'];
    const later = ['01KDXW8E8800000000000DECN2'];
    const text = renderCorrect({ ...CORRECTED, descendants, later }, PLAIN).split('\n');
    expect(text.slice(0, 8)).to.deep.equal([
      `Corrected decision ${ID} (correction ${CORRECTION.correction_id})`,
      'with it fall those that follow from it:',
      `  ${descendants[0]}`,
      'and those that were made later:',
      `  ${later[0]}`,
      'archived:',
      '  gone.txt  to archive/p/c/files/0',
      `Rolled back to checkpoint ${CHECKPOINT_ID}: 2 written, 1 deleted, 9 unchanged`,
    ]);
    expect(text.slice(-3)).to.deep.equal(['piton undo takes it back', 'go on at step 4', '']);
  });

  it('says what would be done, and how to do just that', () => {
    const data = {
      ...CORRECTED,
      correction: { ...CORRECTION, correction_id: null },
      archived: [{ path: 'a\x1b', to: null }],
      rollback: { ...ROLLED_BACK, dry_run: true, token: 't' },
      dry_run: true,
    };
    const text = renderCorrect(data, PLAIN);
    expect(text.split('\n').slice(0, 3)).to.deep.equal([
      `Would correct decision ${ID}`,
      'to be archived:',
      '  a\\x1b',
    ]);
    expect(text).to.include(
      `to do exactly this: piton plan correct ${ROLLED_BACK.plan_id} --decision ${ID} ` +
        `--reason 'it'\\''s too slow' --guidance 'use a library' --token t\n`,
    );
    const brief = { ...data, correction: { ...data.correction, guidance: null } };
    expect(renderCorrect(brief, PLAIN)).to.not.include('--guidance');
  });

  it('says little when nothing was rolled back', () => {
    const data = { ...CORRECTED, rollback: null, archived: [] };
    expect(renderCorrect(data, PLAIN)).to.equal(
      lines(`Corrected decision ${ID} (correction ${CORRECTION.correction_id})`, 'go on at step 4'),
    );
  });

  it('lists them', () => {
    expect(renderCorrectionList({ corrections: [] }, PLAIN)).to.equal('No corrections.\n');
    const one = { ...CORRECTION, archived: [], reason: 'a\nb' };
    expect(renderCorrectionList({ corrections: [one] }, PLAIN)).to.equal(
      lines(`${CORRECTION.correction_id}  revert  applied  1 decision  0 files archived  a\\nb`),
    );
    const unnamed = renderCorrectionList({ corrections: [{ ...one, correction_id: null }] }, PLAIN);
    expect(unnamed).to.match(/^ +revert/);
  });

  it('shows one with its archive', () => {
    const file = {
      ...{ id: 0, decision_id: ID, path: 'gone.txt', to: 'archive/p/c/files/0', size: 2_048 },
      ...{ kind: 'file' as const, hash: null, mode: '0644', modified_at: CORRECTION.created_at },
    };
    const text = renderCorrectionShow({ correction: { ...CORRECTION, archived: [file] } }, PLAIN);
    expect(text.split('\n').slice(0, 7)).to.deep.equal([
      `correction      ${CORRECTION.correction_id}`,
      `decision        ${ID}`,
      'mode            revert',
      'status          applied',
      "reason          it's too slow",
      'guidance        use a library',
      `rolled back to  ${CHECKPOINT_ID}`,
    ]);
    expect(text).to.include(
      `reverted:\n  ${ID}\narchived:\n  gone.txt  file  0644  2.0 KiB  in archive/p/c/files/0\n`,
    );
    const appended = {
      ...CORRECTION,
      ...{ mode: 'append' as const, correction_id: null, guidance: null, archive: null },
      ...{ checkpoint_id: null, safety_checkpoint_id: null, archived: [] },
    };
    const brief = renderCorrectionShow({ correction: appended }, PLAIN);
    expect(brief).to.not.match(/reverted|archive|guidance/);
  });
});
