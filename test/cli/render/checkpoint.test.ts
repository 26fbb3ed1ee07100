import { expect } from 'chai';
import {
  renderCheckpointCreate,
  renderCheckpointDelete,
  renderCheckpointList,
  renderCheckpointName,
  renderCheckpointShow,
  showHead,
  showPosition,
} from '../../../src/cli/render/checkpoint.js';
import {
  CHECKPOINT,
  CHECKPOINT_ID,
  CREATED,
  DIFF,
  PLAIN_CHECKPOINT,
  SAFETY_ID,
} from '../samples.js';
import { lines, PLAIN, TERMINAL, VERBOSE } from './views.js';

describe('cli: checkpoints for people', () => {
  it('tells what was captured and what was not', () => {
    expect(renderCheckpointCreate(CREATED, PLAIN)).to.equal(
      lines(
        `Checkpoint ${CHECKPOINT_ID} "green": 3 added, 1 modified, 2 deleted`,
        'not captured (1):',
        '  too large  big.bin  200.0 MiB',
      ),
    );
    const pipe = { ...CREATED, not_captured: [{ path: 'p\x1b', reason: 'special_file' as const }] };
    expect(renderCheckpointCreate(pipe, VERBOSE)).to.equal(
      lines(
        `Checkpoint ${CHECKPOINT_ID} "green": 3 added, 1 modified, 2 deleted (12 ms)`,
        'not captured (1):',
        '  special file  p\\x1b',
      ),
    );
    const same = { ...CREATED, created: false, not_captured: [], checkpoint: PLAIN_CHECKPOINT };
    expect(renderCheckpointCreate(same, PLAIN)).to.equal(
      `Nothing changed since checkpoint ${SAFETY_ID}\n`,
    );
  });

  it('lists, cut to the terminal unless told otherwise', () => {
    const long = { ...PLAIN_CHECKPOINT, reason: `first\nline ${'x'.repeat(100)}` };
    const data = { checkpoints: [CHECKPOINT, long] };
    const whole = lines(
      `${CHECKPOINT_ID}  3 minutes ago  manual        step 3  "green" before the new parser`,
      `${SAFETY_ID}  3 minutes ago  pre_rollback          first\\nline ${'x'.repeat(100)}`,
    );
    expect(renderCheckpointList(data, PLAIN)).to.equal(whole);
    expect(renderCheckpointList(data, { ...VERBOSE, columns: 80 })).to.equal(whole);
    const cut = renderCheckpointList(data, { ...PLAIN, columns: 90 }).split('\n');
    expect(cut[1]).to.have.lengthOf(90).and.match(/x…$/);
    expect(renderCheckpointList({ checkpoints: [] }, PLAIN)).to.equal('No checkpoints.\n');
  });

  it('shows one', () => {
    const data = { checkpoint: CHECKPOINT, plan_state: {}, manifest: {}, changes: DIFF.changes };
    const shown = renderCheckpointShow(data, PLAIN);
    expect(shown).to.include('position    after step 3\n');
    expect(shown).to.include('taken       3 minutes ago (2026-01-02T03:01:05.000Z)\n');
    expect(shown).to.include('files       12, and 1 not captured\n');
    expect(shown).to.include('changes since the one before:\n  M  a.txt\n  A  logo.png\n');
    const plain = renderCheckpointShow(
      { ...data, checkpoint: PLAIN_CHECKPOINT, changes: [] },
      PLAIN,
    );
    expect(plain).to.include('position    before step 0\n');
    expect(plain).to.include('HEAD        detached (no commit yet)\n');
    expect(plain).to.match(/files {7}12\n$/);
    expect(plain).not.to.match(/source|phase/);
  });

  it('says what was named and deleted', () => {
    const named = { checkpoint: CHECKPOINT };
    expect(renderCheckpointName(named, PLAIN)).to.equal(
      `Checkpoint ${CHECKPOINT_ID} is named "green"\n`,
    );
    expect(renderCheckpointDelete(named, PLAIN)).to.equal(
      `Deleted checkpoint ${CHECKPOINT_ID} "green"\n`,
    );
    expect(renderCheckpointDelete(named, TERMINAL)).to.equal(
      `Deleted checkpoint \x1b[33m${CHECKPOINT_ID}\x1b[39m "green"\n`,
    );
  });

  it('shows where HEAD and a plan stand', () => {
    expect(showHead({ ref: 'refs/heads/a/b', commit: 'f'.repeat(40) })).to.equal(
      `a/b ${'f'.repeat(12)}`,
    );
    expect(showHead({ ref: 'refs/heads/\u202e', commit: null })).to.equal(
      '\\u202e (no commit yet)',
    );
    expect(showPosition(0)).to.equal('after step 0');
    expect(showPosition(-1)).to.equal('before step 0');
  });
});
