import { expect } from 'chai';
import { renderGc, renderPrune } from '../../../src/cli/render/retention.js';
import { CHECKPOINT_ID, COLLECTED, PRUNED, SAFETY_ID } from '../samples.js';
import { lines, PLAIN } from './views.js';

describe('cli: retention for people', () => {
  it('says how many checkpoints went', () => {
    expect(renderPrune(PRUNED, PLAIN)).to.equal('Pruned 1 checkpoint, 1 kept\n');
    expect(renderPrune({ ...PRUNED, pruned: [] }, PLAIN)).to.equal(
      'Pruned 0 checkpoints, 1 kept\n',
    );
  });

  it('shows what would go, and why the others stay', () => {
    expect(renderPrune({ ...PRUNED, dry_run: true }, PLAIN)).to.equal(
      lines(
        'Would prune 1 checkpoint, 1 kept',
        'pruned:',
        `  ${SAFETY_ID}`,
        'kept:',
        `  ${CHECKPOINT_ID}  latest, last, named`,
      ),
    );
  });

  it('says how much room there is now', () => {
    expect(renderGc(COLLECTED)).to.equal('1.5 MiB on disk, 3.0 MiB before\n');
    expect(renderGc({ ...COLLECTED, swept: 2 })).to.equal(
      '1.5 MiB on disk, 3.0 MiB before, 2 leftovers swept\n',
    );
  });
});
