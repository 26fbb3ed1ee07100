import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { filesBelow, runWatched, timeCommand } from './measure.js';
import { PITON_PEER } from './piton-peer.js';
import { mebibytes, milliseconds, ratio, type Table } from './report.js';
import { SyntheticTree } from './tree.js';

const FILES = 1_000;
const EDITS = 10;

/** A tree after many checkpoints of some edits each. */
async function manyCheckpoints(folder: string, count: number): Promise<string> {
  const tree = SyntheticTree.write(join(folder, 'piton'), FILES);
  const peer = await PITON_PEER.open({ tree: tree.root, state: join(folder, 'state') });
  for (let round = 0; round < count; round++) {
    tree.edit(EDITS);
    await peer.capture();
  }
  await peer.close();
  return tree.root;
}

/** The same as commits of git. */
function manyCommits(folder: string, count: number): string {
  const tree = SyntheticTree.write(join(folder, 'git'), FILES);
  git(tree.root, 'init', '-q', '--template=');
  git(tree.root, 'config', 'gc.auto', '0');
  for (let round = 0; round < count; round++) {
    tree.edit(EDITS);
    git(tree.root, 'add', '-A');
    git(tree.root, 'commit', '-q', '-m', 'all');
  }
  return tree.root;
}

/**
 * What many checkpoints of one plan cost: commands that list them beside git's listing of their
 * refs, each without the start of Node; and what they take on disk when garbage is collected.
 */
export async function benchMany(program: string, count: number, rounds: number): Promise<Table> {
  const folder = tempDirectory();
  mkdirSync(join(folder, 'state'));
  const root = await manyCheckpoints(folder, count);
  const [, , , planId = ''] = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split(
    '/',
  );
  const node = [process.execPath];
  const bare = await timeCommand([...node, '-e', '0'], root, rounds);
  const listed = await timeCommand(['git', 'for-each-ref', 'refs/piton'], root, rounds);
  const rows: string[][] = [];
  for (const [name, args] of [
    ['log', ['log', '--json']],
    ['plan show', ['plan', 'show', planId, '--json']],
  ] as const) {
    const time = await timeCommand([...node, program, ...args], root, rounds);
    const own = ratio(time - bare, listed);
    rows.push([
      `piton ${name}, without Node's start`,
      milliseconds(time - bare),
      milliseconds(listed),
      own,
      '2',
    ]);
  }
  await runWatched([...node, program, 'gc'], root);
  const commits = manyCommits(folder, count);
  git(commits, 'gc', '-q');
  const [own, other] = [root, commits].map((one) => filesBelow(join(one, '.git')).bytes);
  const sizes = [mebibytes(own ?? 0), mebibytes(other ?? 0), ratio(own ?? 0, other ?? 1)];
  rows.push(['bytes in the git dir after gc', ...sizes, '1.1']);
  rmSync(folder, { recursive: true, force: true });
  const title = `${count.toLocaleString('en')} checkpoints of ${EDITS} edits each`;
  return { title, header: ['', 'piton', 'git', 'piton/git', 'goal'], rows };
}
