import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git } from '../helpers/git.js';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';
import { piton, withLibrary } from './piton.js';
import type { Point } from './points.js';
import { leftovers } from './record.js';
import { findPoints, hit, runAndKill } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';
import { copyOf, makeWorkspace } from './workspace.js';

/** A workspace and, beside it, the folder in which it is forked. */
async function arena(template: string) {
  const root = await copyOf(template);
  const around = tempDirectory();
  return { root, around, program: piton(root, ['fork', 'latest', join(around, 'attempt')]) };
}

/** One of each kind of call on each kind of path, so that every stage is hit. */
function oneOfEach(points: readonly Point[]): Point[] {
  const kinds = new Map<string, Point>();
  for (const point of points) {
    kinds.set(`${point.call} ${point.what.replace(/\d+/g, 'N')}`, point);
  }
  return [...kinds.values()];
}

describe('a kill while a fork is made', function () {
  this.timeout(5 * 60_000);

  it('leaves a whole one, or nothing after the next command', async () => {
    const template = makeWorkspace();
    const first = await arena(template);
    const found = await findPoints(first.program, [first.root, first.around]);
    const concerned = found.filter(({ args }) => /fork|attempt|worktrees/.test(args));
    const points = oneOfEach(concerned);
    const counts = { made: 0, not: 0 };
    await twoAtATime(points, async (point) => {
      const { root, around } = await hit(point, async (aimed) => {
        const begun = await arena(template);
        return { ...begun, ...(await runAndKill(begun.program, aimed)) };
      });
      const at = `${point.call} ${point.number}: ${point.args}`;
      await withLibrary(root, (library) => library.recover());
      const isMade = existsSync(join(around, 'attempt/.git'));
      expect(readdirSync(around), at).to.deep.equal(isMade ? ['attempt'] : []);
      expect(existsSync(join(root, '.git/piton/forks')), at).to.equal(false);
      expect(existsSync(join(root, '.git/worktrees')), at).to.equal(isMade);
      if (isMade) {
        expect(existsSync(join(root, '.git/worktrees/attempt/locked')), at).to.equal(false);
        expect(git(root, 'worktree', 'list'), at).to.include(join(around, 'attempt'));
        await expectSame(root, join(around, 'attempt'), at);
      }
      expect(leftovers(root), at).to.deep.equal([]);
      assertFsckClean(root);
      counts[isMade ? 'made' : 'not']++;
      removeTempDirectory(around);
      removeTempDirectory(root);
    });
    console.log(
      `      ${points.length} of ${found.length}: ${counts.not} not made, ${counts.made} made`,
    );
    expect(counts.made).to.be.greaterThan(0);
    expect(counts.not).to.be.greaterThan(5);
  });
});

async function expectSame(root: string, fork: string, at: string): Promise<void> {
  const from = await withLibrary(root, (library) => library.showCheckpoint('latest'));
  const { checkpoint } = await withLibrary(fork, (library) => library.createCheckpoint());
  expect(checkpoint.tree, at).to.equal(from.checkpoint.tree);
  const { forks } = await withLibrary(root, (library) => library.listForks());
  expect(
    forks.map(({ path }) => path),
    at,
  ).to.deep.equal([fork]);
}
