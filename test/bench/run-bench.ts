import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { CASES, Contestant } from './cases.js';
import { filesBelow, runWatched, timeCase, timeCommand } from './measure.js';
import type { Peer } from './peer.js';
import { mebibytes, milliseconds, ratio, type Table } from './report.js';
import { SyntheticTree } from './tree.js';

export interface BenchOptions {
  /** The first one is the one that the others are compared with. */
  peers: readonly Peer[];
  files: number;
  rounds: number;
  /** The cases whose name holds this. */
  only: string;
  say: (line: string) => void;
}

/** A tree for each peer, and what a clone of it would have as its repository. */
function prepare({ peers, files }: BenchOptions): Contestant[] {
  return peers.map((peer) => {
    const folder = tempDirectory();
    const tree = SyntheticTree.write(join(folder, 'tree'), files);
    const contestant = new Contestant(peer, tree, folder);
    git(tree.root, 'init', '-q', '-b', 'main', '--template=');
    git(tree.root, 'add', '-A');
    // Collecting garbage goes on in the background, and would be timed.
    git(tree.root, '-c', 'gc.auto=0', 'commit', '-q', '-m', 'all');
    git(tree.root, 'repack', '-adq');
    git(tree.root, 'prune-packed', '-q');
    cpSync(join(tree.root, '.git'), contestant.cloned, { recursive: true });
    return contestant;
  });
}

function compared(values: readonly number[], show: (value: number) => string): string[] {
  const [first = 0, ...others] = values;
  return [show(first), ...others.flatMap((other) => [show(other), ratio(first, other)])];
}

/** Times all cases at one size. */
async function timeAll(
  contestants: readonly Contestant[],
  { files, rounds, only, say }: BenchOptions,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const one of CASES) {
    if (files < one.minFiles || !one.name.includes(only)) continue;
    const row = [one.name, ...compared(await timeCase(one, contestants, rounds), milliseconds)];
    say(`${files} files: ${row.join(', ')}`);
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
    ['peak memory of the process', ...compared(peaks, mebibytes)],
    [
      'bytes in the git dir',
      ...compared(
        left.map(({ bytes }) => bytes),
        mebibytes,
      ),
    ],
    [
      'files in the git dir',
      ...compared(
        left.map(({ files }) => files),
        count,
      ),
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
    const header = ['', first ?? '', ...others.flatMap((name) => [name, `${first}/${name}`])];
    return { title: `${options.files.toLocaleString('en')} files`, header, rows };
  } finally {
    for (const contestant of contestants) {
      await contestant.close();
      rmSync(join(contestant.cloned, '..'), { recursive: true, force: true });
    }
  }
}

const COMMANDS: readonly [string, readonly string[]][] = [
  ['--version', ['--version']],
  ['status', ['status', '--json']],
  ['checkpoint, nothing changed', ['checkpoint', '--json']],
];

/** Whole commands, from start to end, in a small workspace; `node -e 0` is what none can beat. */
export async function benchCommands(program: string, rounds: number): Promise<Table> {
  const folder = tempDirectory();
  const { root } = SyntheticTree.write(join(folder, 'tree'), 100);
  mkdirSync(join(folder, 'state'));
  await runWatched([process.execPath, program, 'checkpoint'], root);
  const rows = [
    ['node -e 0', milliseconds(await timeCommand([process.execPath, '-e', '0'], root, rounds))],
  ];
  for (const [name, args] of COMMANDS) {
    const command = [process.execPath, program, ...args];
    rows.push([`piton ${name}`, milliseconds(await timeCommand(command, root, rounds))]);
  }
  return { title: 'Commands in a workspace of 100 files', header: ['', 'time'], rows };
}
