import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../helpers/git.js';

/**
 * Leaves a sparse staging area in a repository whose folder `out`, which it does not look into, is
 * that of the tag `two`, while HEAD stands at the commit before; gives the folder's tree.
 */
export function stageAwayFromHead(root: string): string {
  mkdirSync(join(root, 'in'));
  mkdirSync(join(root, 'out/deep'), { recursive: true });
  const commit = (text: string): void => {
    writeFileSync(join(root, 'out/deep/b'), text);
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', text);
  };
  writeFileSync(join(root, 'in/a'), 'a');
  commit('one');
  commit('two');
  git(root, 'tag', 'two');
  git(root, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
  git(root, 'reset', '-q', '--soft', 'HEAD~1');
  return git(root, 'rev-parse', 'two:out');
}
