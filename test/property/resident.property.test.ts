import { expect } from 'chai';
import fc from 'fast-check';
import type { CheckpointContext } from '../../src/checkpoint/context.js';
import type { View } from '../../src/checkpoint/look.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { closeContexts } from '../checkpoint/contexts.js';
import { isQuick, seenWhole } from '../checkpoint/looks.js';
import { assertFsckClean, makeRepository } from '../helpers/git.js';
import { removeTempDirectory } from '../helpers/temp.js';
import { closeResidents, takeQuick, watchedContext } from '../watch/residents.js';
import { apply, changes, type Change } from './random-tree.js';

const RUNS = Number(process.env['PITON_PROPERTY_RUNS'] ?? 60);

function factsIn({ scan, uncapturedIgnoreFiles, nested }: View): unknown {
  return {
    tree: scan.tree,
    files: scan.files,
    notCaptured: scan.notCaptured.map(({ path, reason }) => `${path} ${reason}`).sort(),
    ignoreFiles: [...uncapturedIgnoreFiles.keys()].sort(),
    nested: nested.heads(),
  };
}

const counts = { looks: 0, quick: 0 };

/** Takes a checkpoint by what was told, and compares it with what a whole scan sees. */
async function compare(context: CheckpointContext, latest: Checkpoint | null): Promise<Checkpoint> {
  const taken = await takeQuick(context, latest);
  counts.looks++;
  if (isQuick(taken)) counts.quick++;
  expect(factsIn(taken.look)).to.deep.equal(factsIn(await seenWhole(context)));
  return taken.checkpoint;
}

async function run(bursts: readonly (readonly Change[])[]): Promise<void> {
  const root = makeRepository();
  const { context } = await watchedContext(root);
  try {
    let latest: Checkpoint | null = null;
    for (const burst of bursts) {
      for (const change of burst) apply(root, change);
      latest = await compare(context, latest);
      latest = await compare(context, latest);
    }
    assertFsckClean(root);
  } finally {
    closeResidents();
    await closeContexts();
    removeTempDirectory(root);
  }
}

describe('property: checkpoints by what a watch was told', function () {
  this.timeout(20 * 60_000);

  it('hold what a whole scan sees', async () => {
    const bursts = fc.array(changes(8), { minLength: 2, maxLength: 8 });
    await fc.assert(fc.asyncProperty(bursts, run), { numRuns: RUNS });
    expect(counts.quick).to.be.greaterThan(counts.looks / 4);
  });
});
