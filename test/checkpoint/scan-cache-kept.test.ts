import { expect } from 'chai';
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadScanCache } from '../../src/checkpoint/scan-cache.js';
import { git, makeRepository } from '../helpers/git.js';
import { blobId } from '../worktree/scanning.js';
import { closeContexts, contextOf, take, type TestContext } from './contexts.js';

function cachePath({ repository }: TestContext): string {
  return join(repository.stateDir, 'stat-cache');
}

/** Until what was written is older than the next stamp. */
async function settled(): Promise<void> {
  await setTimeout(20);
}

describe('checkpoint: a stat cache that is kept', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  it('serves again, unwritten, when few files have changed and it is vouched for', async () => {
    const root = makeRepository();
    for (let number = 0; number < 600; number++) writeFileSync(join(root, `${number}`), 'x');
    await settled();
    const context = await contextOf(root);
    const first = await take(context);
    const written = lstatSync(cachePath(context)).ino;
    writeFileSync(join(root, '1'), 'y');
    const second = await take(context, { latest: first.checkpoint });
    expect(lstatSync(cachePath(context)).ino).to.equal(written);
    writeFileSync(join(root, '2'), 'y');
    const third = await take(context, { latest: second.checkpoint });
    expect(third.look.scan.hashedFiles).to.equal(2);
    expect(git(root, 'rev-parse', `${third.checkpoint.commit}:1`)).to.equal(
      blobId(Buffer.from('y')),
    );

    git(root, 'update-ref', '-d', first.checkpoint.ref);
    const fourth = await take(context, { latest: third.checkpoint });
    expect([fourth.created, lstatSync(cachePath(context)).ino === written]).to.deep.equal([
      false,
      false,
    ]);
    expect((await loadScanCache(context)).isVouched).to.equal(true);
  });

  it('is written anew when what has changed is large', async () => {
    const root = makeRepository();
    for (let number = 0; number < 600; number++) writeFileSync(join(root, `${number}`), 'x');
    await settled();
    const context = await contextOf(root);
    const first = await take(context);
    writeFileSync(join(root, '1'), Buffer.alloc(2 * 1024 * 1024, 'y'));
    await settled();
    const second = await take(context, { latest: first.checkpoint });
    const third = await take(context, { latest: second.checkpoint });
    expect([second.created, third.look.scan.hashedFiles]).to.deep.equal([true, 0]);
  });
});
