import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { CASES, Contestant } from './cases.js';
import { filesBelow, runWatched, timeCase, timeCommand } from './measure.js';
import type { Peer } from './peer.js';
import { mebibytes, milliseconds, ratio, type Table } from './report.js';
import { SyntheticTree, writeRealTree, type BenchTree } from './tree.js';

/** What kind of tree is captured. */
export interface TreeKind {
  title: string;
  write(root: string): BenchTree;
}

export function syntheticTree(files: number): TreeKind {
  const title = `${files.toLocaleString('en')} files`;
  return { title, write: (root) => SyntheticTree.write(root, files) };
}

export const REAL_TREE: TreeKind = {
  title: 'This project with its packages, some 10,000 files of all sizes',
  write: writeRealTree,
};

export interface BenchOptions {
  /** The first one is the one that the others are compared with. */
  peers: readonly Peer[];
  tree: TreeKind;
  rounds: number;
  /** The cases whose name holds this. */
  only: string;
  /** Whether the cases that only large trees have are left out: they take longest. */
  quick: boolean;
  /** Whether processor time is measured instead of the time that passes. */
  cpu: boolean;
  say: (line: string) => void;
}

/** A tree for each peer, and what a clone of it would have as its repository. */
function prepare({ peers, tree: kind }: BenchOptions): Contestant[] {
  return peers.map((peer) => {
    const folder = tempDirectory();
    const tree = kind.write(join(folder, 'tree'));
    const contestant = new Contestant(peer, tree, folder);
    makeClone(tree, folder);
    return contestant;
  });
}

/** The `.git` of a clean clone of a tree, as a copy in a folder; the tree has it too. */
export function makeClone({ root }: BenchTree, folder: string): string {
  git(root, 'init', '-q', '-b', 'main', '--template=');
  git(root, 'add', '-A');
  // Collecting garbage goes on in the background, and would be timed.
  git(root, '-c', 'gc.auto=0', 'commit', '-q', '-m', 'all');
  git(root, 'repack', '-adq');
  git(root, 'prune-packed', '-q');
  const cloned = join(folder, 'cloned');
  cpSync(join(root, '.git'), cloned, { recursive: true });
  return cloned;
}

function compared(values: readonly number[], show: (value: number) => string): string[] {
  const [first = 0, ...others] = values;
  return [show(first), ...others.flatMap((other) => [show(other), ratio(first, other)])];
}

/** Times all cases at one size. */
async function timeAll(
  contestants: readonly Contestant[],
  { tree, rounds, only, quick, cpu, say }: BenchOptions,
): Promise<string[][]> {
  const files = contestants[0]?.tree.files ?? 0;
  const rows: string[][] = [];
  for (const one of CASES) {
    if (files < one.minFiles || !one.name.includes(only)) continue;
    if (quick && one.minFiles > 1_000) continue;
    const times = compared(await timeCase(one, contestants, { rounds, cpu }), milliseconds);
    const row = [one.name, ...times, one.goal(files)];
    say(`${tree.title}: ${row.join(', ')}`);
    rows.push(row);
  }
  return rows;
}

/** What the first capture of a tree without repository needs of memory and leaves behind. */
async function measureFirst(contestants: readonly Contestant[]): Promise<string[][]> {
  const peaks: number[] = [];
  const left: { files: number; bytes: number }[] = [];
  for (const contestant of contestants) {
    await contestant.reset('none');
    await contestant.opened.first();
    left.push(filesBelow(join(contestant.tree.root, '.git')));
    await contestant.reset('none');
    git(contestant.tree.root, 'init', '-q', '--template=');
    const command = contestant.peer.firstCommand(contestant.place);
    peaks.push(await runWatched(command, contestant.tree.root, true));
  }
  const count = (value: number): string => value.toLocaleString('en');
  return [
    ['peak memory of the process', ...compared(peaks, mebibytes), '300 MiB at 100,000'],
    [
      'bytes in the git dir',
      ...compared(
        left.map(({ bytes }) => bytes),
        mebibytes,
      ),
      '',
    ],
    [
      'files in the git dir',
      ...compared(
        left.map(({ files }) => files),
        count,
      ),
      'at most 30',
    ],
  ];
}

/** All measurements at one size, as a table. */
export async function benchSize(options: BenchOptions): Promise<Table> {
  const contestants = prepare(options);
  // What was written this instant could still change unnoticed, and is not taken from a cache.
  await delay(1_100);
  try {
    for (const contestant of contestants) {
      await contestant.reset('clone');
      await contestant.opened.capture();
    }
    const rows = await timeAll(contestants, options);
    if (options.only === '') rows.push(...(await measureFirst(contestants)));
    const [first, ...others] = options.peers.map(({ name }) => name);
    const header = [
      '',
      first ?? '',
      ...others.flatMap((name) => [name, `${first}/${name}`]),
      'goal',
    ];
    return { title: options.tree.title, header, rows };
  } finally {
    for (const contestant of contestants) {
      await contestant.close();
      rmSync(join(contestant.cloned, '..'), { recursive: true, force: true });
    }
  }
}

const COMMANDS: readonly [string, readonly string[], string][] = [
  ['--version', ['--version'], '1.4'],
  ['status', ['status', '--json'], '2'],
  ['checkpoint, nothing changed', ['checkpoint', '--json'], ''],
  ['hooks run git pre-commit, nothing changed', ['hooks', 'run', 'git', 'pre-commit'], '2.5'],
];

/** Whole commands, from start to end, in a small workspace; `node -e 0` is what none can beat. */
export async function benchCommands(program: string, rounds: number): Promise<Table> {
  const folder = tempDirectory();
  const { root } = SyntheticTree.write(join(folder, 'tree'), 1_000);
  mkdirSync(join(folder, 'state'));
  await runWatched([process.execPath, program, 'checkpoint'], root);
  const bare = await timeCommand([process.execPath, '-e', '0'], root, rounds);
  const rows = [['node -e 0', milliseconds(bare), '', '']];
  for (const [name, args, goal] of COMMANDS) {
    const time = await timeCommand([process.execPath, program, ...args], root, rounds);
    rows.push([`piton ${name}`, milliseconds(time), ratio(time, bare), goal]);
  }
  const header = ['', 'time', 'of node -e 0', 'goal'];
  return { title: 'Commands in a workspace of 1,000 files', header, rows };
}
