import { expect } from 'chai';
import type { RollbackData } from '../../../src/api/data.js';
import { renderRollback } from '../../../src/cli/render/rollback.js';
import { CHECKPOINT_ID, ROLLED_BACK } from '../samples.js';
import { lines, PLAIN, VERBOSE } from './views.js';

const WORDS = {
  done: 'Rolled back to',
  would: 'Would roll back to',
  takeBack: 'piton undo',
  command: 'piton rollback',
};

function render(data: Partial<RollbackData>, view = PLAIN): string {
  return renderRollback({ ...ROLLED_BACK, ...data }, WORDS, view);
}

describe('cli: rollbacks for people', () => {
  it('tells what was written, deleted, left and retired, and how to take it back', () => {
    expect(render({})).to.equal(
      lines(
        `Rolled back to checkpoint ${CHECKPOINT_ID}: 2 written, 1 deleted, 9 unchanged`,
        'files:',
        '  restored  a.txt',
        '  created   new.txt',
        '  deleted   gone.txt',
        'left as they are:',
        '  ignored  node_modules',
        'retired:',
        '  pipe  to trash/1/pipe',
        'position: after step 3; 8 rollbacks left',
        'piton undo takes it back',
      ),
    );
  });

  it('leaves out what there is nothing of', () => {
    const data = { changed_paths: [], left: [], retired: [], mode_changed: 1 };
    expect(render({ ...data, reversions_left: null, last_completed_step: -1 }, VERBOSE)).to.equal(
      lines(
        `Rolled back to checkpoint ${CHECKPOINT_ID}: ` +
          '2 written, 1 deleted, 1 mode changed, 9 unchanged (1.4 s)',
        'position: before step 0',
        'piton undo takes it back',
      ),
    );
  });

  it('lists no more than can be read unless told to', () => {
    const changed = Array.from({ length: 23 }, (_, index) => ({
      path: `file-${index}`,
      change: 'created' as const,
    }));
    const short = render({ changed_paths: changed });
    expect(short).to.include('file-19\n  and 3 more (-v shows all)\n').and.not.include('file-20');
    const all = render({ changed_paths: changed }, VERBOSE);
    expect(all).to.include('file-22').and.not.include('more');
  });

  it('says of a dry run what would be done, and how to do just that', () => {
    const dry = render({ dry_run: true, token: 't1' });
    expect(dry).to.match(/^Would roll back to checkpoint /);
    expect(dry).to.include('to do exactly this: piton rollback --token t1\n');
    expect(dry).not.to.include('takes it back');
    expect(render({ dry_run: true })).not.to.include('exactly');
  });

  it('says what became of HEAD and of the staging area', () => {
    const then = { ref: 'refs/heads/main', commit: 'a'.repeat(40) };
    const now = { ref: 'refs/heads/topic', commit: 'b'.repeat(40) };
    const head = { at_checkpoint: then, now, moved: true, restored: false };
    const stayed = render({ head, staging_area: { restored: false, reason: 'HEAD has\nmoved' } });
    expect(stayed).to.include(
      'HEAD has moved since and stays (topic bbbbbbbbbbbb; at the checkpoint: main aaaaaaaaaaaa);' +
        ' --head moves it back\n',
    );
    expect(stayed).to.include('the staging area stays as it is: HEAD has\\nmoved\n');
    const back = { ...head, restored: true };
    expect(render({ head: back })).to.include('HEAD moved back to main aaaaaaaaaaaa\n');
    expect(render({ head: back, dry_run: true })).to.include('HEAD would move back to main');
    expect(render({ staging_area: { restored: false } })).not.to.include('staging');
  });
});
