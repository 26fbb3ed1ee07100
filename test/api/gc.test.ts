import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { ageObjects } from '../retention/aged.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('api: gc', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('gives back what pruned checkpoints took, and keeps the others whole', async () => {
    const root = makeRepository();
    const workspace = await openTest(root, { engine: 'native' });
    for (let place = 0; place < 5; place++) {
      writeFileSync(join(root, 'a.txt'), `${place}`.repeat(3_000 * place));
      writeFileSync(join(root, 'b.bin'), Buffer.from(Array.from({ length: 5_000 }, Math.random)));
      await workspace.createCheckpoint();
    }
    await workspace.prune({ keepLast: 2, keepWithinSeconds: 0, keepHourly: 0, keepDaily: 0 });
    ageObjects(root);
    const data = await workspace.gc();
    expect(data).to.have.all.keys('bytes_before', 'bytes_after', 'swept');
    expect(data.bytes_after).to.be.below(data.bytes_before);
    expect(data.swept).to.equal(0);
    assertFsckClean(root);
    const { checked, damaged } = await workspace.verify({ all: true });
    expect([checked > 0, damaged]).to.deep.equal([true, []]);
    await workspace.rollback({ checkpoint: 'latest~1' });
    expect(git(root, 'count-objects', '-v')).to.match(/^in-pack: [1-9]/m);
  });

  it('needs a git program', async () => {
    const root = makeRepository();
    const workspace = await openTest(root, { engine: 'embedded' });
    await workspace.createCheckpoint();
    expect(await rejectionOf(workspace.gc())).to.include({ code: 'GIT_REQUIRED' });
  });
});
