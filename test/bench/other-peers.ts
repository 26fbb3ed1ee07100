import { spawnSync } from 'node:child_process';
import fs, { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import isomorphic from 'isomorphic-git';
import { TEST_ENV } from '../helpers/git.js';
import type { Place } from './peer.js';

/** A program that captures a tree in its own way, and takes nothing back. */
export interface OtherPeer {
  name: string;
  /** The program that it needs; null when it is there anyway. */
  program: string | null;
  /** Before the first capture; the tree is a clean clone. */
  prepare(place: Place): void;
  /** Captures the tree; `number` counts the captures from 0. */
  capture(place: Place, number: number): Promise<void> | void;
}

const SECRETS = { RESTIC_PASSWORD: 'none', BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };

function run({ tree, state }: Place, program: string, ...args: string[]): void {
  const homes = { RESTIC_CACHE_DIR: join(state, 'cache'), BORG_BASE_DIR: join(state, 'borg') };
  const env = { ...TEST_ENV, ...SECRETS, ...homes };
  const { status, stderr } = spawnSync(program, args, { cwd: tree, env });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`);
}

/** Whether a program can be started. */
export function isThere(program: string): boolean {
  return spawnSync(program, ['--version'], { env: TEST_ENV, stdio: 'ignore' }).error === undefined;
}

function nothing(): void {
  // It needs no preparation.
}

const IDENTITY = { name: 'bench', email: 'bench@localhost' };

export const OTHER_PEERS: readonly OtherPeer[] = [
  {
    // Tracked files only, with the user's own index.
    name: 'git stash create',
    program: null,
    prepare: nothing,
    capture: (place) => {
      run(place, 'git', 'stash', 'create');
    },
  },
  {
    name: 'isomorphic-git add, commit',
    program: null,
    prepare: nothing,
    capture: async ({ tree: dir }) => {
      await isomorphic.add({ fs, dir, filepath: '.' });
      await isomorphic.commit({ fs, dir, message: 'capture', author: IDENTITY });
    },
  },
  {
    name: 'restic',
    program: 'restic',
    prepare: (place) => {
      run(place, 'restic', 'init', '-q', '-r', join(place.state, 'restic'));
    },
    capture: (place) => {
      run(place, 'restic', 'backup', '-q', '-r', join(place.state, 'restic'), place.tree);
    },
  },
  {
    name: 'borg',
    program: 'borg',
    prepare: (place) => {
      run(place, 'borg', 'init', '-e', 'none', join(place.state, 'repository'));
    },
    capture: (place, number) => {
      run(place, 'borg', 'create', `${join(place.state, 'repository')}::${number}`, place.tree);
    },
  },
  {
    name: 'rsync --link-dest',
    program: 'rsync',
    prepare: ({ state }) => {
      mkdirSync(join(state, 'before0'));
    },
    capture: (place, number) => {
      const [last, next] = [number, number + 1].map((count) => join(place.state, `before${count}`));
      run(place, 'rsync', '-a', `--link-dest=${last}`, `${place.tree}/`, `${next}/`);
    },
  },
  {
    name: 'cp -a',
    program: null,
    prepare: nothing,
    capture: (place, number) => {
      run(place, 'cp', '-a', place.tree, join(place.state, `copy${number}`));
    },
  },
];
