import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenPeer, Peer, Place } from './peer.js';
import type { BenchTree } from './tree.js';

/** One peer with a tree of its own. */
export class Contestant {
  readonly peer: Peer;
  readonly tree: BenchTree;
  readonly place: Place;
  /** The `.git` of a clean clone of the tree. */
  readonly cloned: string;
  target = '';
  #open: OpenPeer | null = null;

  constructor(peer: Peer, tree: BenchTree, folder: string) {
    this.peer = peer;
    this.tree = tree;
    this.place = { tree: tree.root, state: join(folder, 'state') };
    this.cloned = join(folder, 'cloned');
  }

  get opened(): OpenPeer {
    if (this.#open === null) throw new Error(`${this.peer.name} is not open`);
    return this.#open;
  }

  /** Back to a tree that nothing was captured of, with the repository of a clone or with none. */
  async reset(repository: 'none' | 'clone'): Promise<void> {
    await this.close();
    const gitDir = join(this.tree.root, '.git');
    for (const path of [gitDir, this.place.state]) rmSync(path, { recursive: true, force: true });
    mkdirSync(this.place.state);
    if (repository === 'clone') cpSync(this.cloned, gitDir, { recursive: true });
    this.#open = await this.peer.open(this.place);
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = null;
  }
}

/** Something to be timed: what comes before is not, and what comes after checks that it is done. */
export interface Case {
  name: string;
  /** Trees with fewer files are left out. */
  minFiles: number;
  /** The ratio to plain git that is aimed at, for a tree of so many files; empty when none is. */
  goal(files: number): string;
  before(contestant: Contestant): Promise<void> | void;
  run(contestant: Contestant): Promise<unknown>;
  after(contestant: Contestant): void;
}

function assertCaptured({ tree }: Contestant): void {
  if (!existsSync(join(tree.root, '.git'))) throw new Error('nothing was captured');
}

function rollbackOf(count: number, isWatched = false): Case {
  let expected = '';
  const goal = isWatched ? '0.2' : '1.3';
  return {
    name: `rollback of ${count.toLocaleString('en')} files${isWatched ? ', watch running' : ''}`,
    minFiles: count,
    goal: (files) => (files >= 100_000 ? goal : ''),
    before: async (contestant) => {
      if (isWatched) await contestant.opened.watch?.();
      expected = contestant.tree.contents(count);
      contestant.target = await contestant.opened.capture();
      contestant.tree.edit(count);
    },
    run: ({ opened, target }) => opened.rollBack(target),
    after: ({ tree }) => {
      if (tree.contents(count) !== expected) throw new Error('the files are not what they were');
    },
  };
}

export const CASES: readonly Case[] = [
  {
    name: 'first checkpoint, no repository',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '0.6' : ''),
    before: (contestant) => contestant.reset('none'),
    run: ({ opened }) => opened.first(),
    after: assertCaptured,
  },
  {
    name: 'first checkpoint of a clean clone',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '0.5' : ''),
    before: (contestant) => contestant.reset('clone'),
    run: ({ opened }) => opened.first(),
    after: assertCaptured,
  },
  {
    name: 'nothing changed',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '1.6' : files >= 10_000 ? '2' : ''),
    before: async ({ opened }) => {
      await opened.capture();
    },
    run: ({ opened }) => opened.capture(),
    after: assertCaptured,
  },
  {
    name: '10 files changed',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '1.6' : files >= 10_000 ? '2' : ''),
    before: ({ tree }) => tree.edit(10),
    run: ({ opened }) => opened.capture(),
    after: assertCaptured,
  },
  rollbackOf(10),
  rollbackOf(10_000),
  {
    name: 'nothing changed, watch running',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '0.1' : ''),
    before: async ({ opened }) => {
      await opened.watch?.();
      await opened.capture();
    },
    run: ({ opened }) => opened.capture(),
    after: assertCaptured,
  },
  {
    name: '10 files changed, watch running',
    minFiles: 0,
    goal: (files) => (files >= 100_000 ? '0.1' : ''),
    before: async ({ opened, tree }) => {
      await opened.watch?.();
      tree.edit(10);
    },
    run: ({ opened }) => opened.capture(),
    after: assertCaptured,
  },
  rollbackOf(10, true),
];
