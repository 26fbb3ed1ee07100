import { expect } from 'chai';
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean } from '../helpers/git.js';
import { removeTempDirectory } from '../helpers/temp.js';
import { piton, runPiton, withLibrary } from './piton.js';
import { fileTimes, leftovers, record } from './record.js';
import { findPoints, runAndKill, type Point } from './strace.js';
import { twoAtATime } from './two-at-a-time.js';
import { copyOf, makeWorkspace } from './workspace.js';

/** Every so many points are struck; all of a rollback's own are struck in its own test. */
const EVERY = 5;

function decide(root: string): string {
  const about = ['--question', 'q', '--choice', 'c', '--artifact', 'out'];
  const { data } = runPiton(root, 'plan', 'decision', 'add', 'crash', ...about);
  return (data?.['decision'] as { decision_id: string }).decision_id;
}

/** A workspace in which a decision was carried out, with artifacts that no checkpoint holds. */
function makeDecided(): { root: string; decision: string } {
  const root = makeWorkspace();
  appendFileSync(join(root, '.gitignore'), 'out/\n');
  const decision = decide(root);
  mkdirSync(join(root, 'out/deep'), { recursive: true });
  writeFileSync(join(root, 'out/a.js'), 'compiled\n');
  writeFileSync(join(root, 'out/deep/b.js'), 'compiled too\n', { mode: 0o600 });
  writeFileSync(join(root, 'edited.txt'), 'third\n');
  writeFileSync(join(root, 'brand-new.txt'), 'new\n');
  return { root, decision };
}

/** What lies in archives, by name. */
function archived(root: string): string[] {
  const folder = join(root, '.git/piton/archive');
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.split('/').slice(2).join('/'))
      .filter((path) => path !== '')
      .sort();
  } catch {
    return [];
  }
}

const state = (root: string) => ({ ...record(root), archived: archived(root) });

interface Operation {
  name: string;
  args: (decision: string) => string[];
  before: (root: string, decision: string) => void;
}

function correct(decision: string): string[] {
  return ['plan', 'correct', 'crash', '--decision', decision, '--reason', 'too slow'];
}

const OPERATIONS: readonly Operation[] = [
  { name: 'plan correct', args: correct, before: () => undefined },
  {
    name: 'undo of a correction',
    args: () => ['undo'],
    before: (root, decision) => void runPiton(root, ...correct(decision)),
  },
  {
    name: 'redo of a correction',
    args: () => ['redo'],
    before: (root, decision) => {
      runPiton(root, ...correct(decision));
      runPiton(root, 'undo');
    },
  },
];

describe('a kill while a decision is taken back', function () {
  this.timeout(10 * 60_000);

  for (const operation of OPERATIONS) {
    it(`during ${operation.name}: archive, files and plan are as before, or all done`, async () => {
      const { root: template, decision } = makeDecided();
      const args = operation.args(decision);
      // A copy's files are others than the journals of the past know: so each has its own past.
      const begin = async (): Promise<string> => {
        const workspace = await copyOf(template);
        operation.before(workspace, decision);
        return workspace;
      };
      const finished = await begin();
      const before = state(finished);
      const all = await findPoints(piton(finished, args), [finished]);
      const points = all.filter((_, index) => index % EVERY === 0);
      const after = state(finished);
      const ends = { before: 0, after: 0 };
      await twoAtATime(points, async (point: Point) => {
        const workspace = await begin();
        const times = fileTimes(workspace);
        const at = `${point.call} ${point.number}`;
        await runAndKill(piton(workspace, args), point);
        await withLibrary(workspace, (library) => library.recover());
        const found = state(workspace);
        const isDone = JSON.stringify(found) === JSON.stringify(after);
        if (!isDone) {
          expect(found, at).to.deep.equal(before);
          expect(fileTimes(workspace), at).to.deep.equal(times);
        }
        ends[isDone ? 'after' : 'before']++;
        expect(leftovers(workspace), at).to.deep.equal([]);
        assertFsckClean(workspace);
        removeTempDirectory(workspace);
      });
      expect(ends.before, `${points.length} points`).to.be.greaterThan(0);
      expect(ends.after, `${points.length} points`).to.be.greaterThan(0);
    });
  }
});
