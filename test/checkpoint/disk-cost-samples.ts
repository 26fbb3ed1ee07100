import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { git, makeRepository } from '../helpers/git.js';
import { contextOf, take, type TestContext } from './contexts.js';

export function write(root: string, path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A repository with a commit, a branch elsewhere, and checkpoints that share much. */
export async function sample(): Promise<{
  context: TestContext;
  root: string;
  taken: Checkpoint[];
}> {
  const root = makeRepository();
  for (let file = 0; file < 6; file++)
    write(root, `folder${file % 2}/f${file}`, `${file}`.repeat(500));
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'one');
  git(root, 'checkout', '-q', '-b', 'other');
  write(root, 'on-the-branch', 'branch\n'.repeat(200));
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'two');
  git(root, 'checkout', '-q', 'main');
  const context = await contextOf(root);
  const taken: Checkpoint[] = [];
  for (const change of ['alpha', 'beta', 'gamma']) {
    write(root, `folder0/${change}`, change.repeat(300));
    // What a branch holds elsewhere is the user's, wherever a checkpoint has it.
    write(root, 'copied', 'branch\n'.repeat(200));
    if (change === 'beta') write(root, 'only-then', 'x'.repeat(900));
    else rmSync(join(root, 'only-then'), { force: true });
    const { checkpoint } = await take(context, { latest: taken.at(-1) ?? null });
    taken.push(checkpoint);
  }
  return { context, root, taken };
}
