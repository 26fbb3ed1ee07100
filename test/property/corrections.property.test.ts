import fc from 'fast-check';
import { assertFsckClean } from '../helpers/git.js';
import { removeTempDirectory } from '../helpers/temp.js';
import { moves, type Move } from './correction-moves.js';
import { CorrectionStory } from './correction-story.js';

const RUNS = Math.ceil(Number(process.env['PITON_PROPERTY_RUNS'] ?? 150) / 3);

/** A slow machine tells fewer stories; a story that failed is cut short for so long. */
const LIMIT_MS = 5 * 60_000;

async function tell(all: readonly Move[]): Promise<void> {
  const story = await CorrectionStory.begin();
  try {
    for (const move of all) await story.make(move);
    await story.end();
    assertFsckClean(story.root);
  } finally {
    removeTempDirectory(story.root);
  }
}

describe('decisions and corrections in any order', function () {
  this.timeout(20 * 60_000);

  it('lead where the model says, and undo and redo back and forward exactly', async () => {
    const options = { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS, endOnFailure: false };
    await fc.assert(fc.asyncProperty(moves(40), tell), options);
  });
});
