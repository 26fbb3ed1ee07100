import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../helpers/git.js';
import { openTest } from './workspaces.js';

/**
 * A workspace with a checkpoint of a staging area whose tree git has collected since.
 * @returns `staged`: what `git ls-files --stage` said when the checkpoint was taken
 */
export async function makeWithCollectedTree() {
  const root = makeRepository();
  const file = join(root, 'file');
  writeFileSync(file, 'first');
  git(root, 'add', '.');
  git(root, 'commit', '-qm', 'first');
  writeFileSync(file, 'staged');
  git(root, 'add', '.');
  git(root, 'write-tree');
  writeFileSync(file, 'worktree');
  const workspace = await openTest(root);
  const { checkpoint } = await workspace.createCheckpoint();
  const staged = git(root, 'ls-files', '--stage');
  git(root, 'reset', '-q', '--hard');
  git(root, 'gc', '-q', '--prune=now');
  return { root, workspace, checkpoint: checkpoint.checkpoint_id, staged };
}
