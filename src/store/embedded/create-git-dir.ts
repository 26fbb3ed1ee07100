import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../disk/atomic-write.js';
import { createFsClient } from './fs-client.js';

const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
`;

/**
 * Makes the git dir of an empty SHA-1 repository at `gitDir`, a new folder directly in `root`.
 * isomorphic-git's config says that the file system has neither modes nor links, and folders are
 * made that git's empty template has not: both are put right.
 * @param branch the unborn branch that HEAD names, without `refs/heads/`; must be valid
 */
export async function createGitDir(root: string, gitDir: string, branch: string): Promise<void> {
  const { init } = await import('isomorphic-git');
  const fs = createFsClient(root, 'full');
  await init({ fs, dir: root, gitdir: gitDir, defaultBranch: branch });
  for (const name of ['hooks', 'info']) rmdirSync(join(gitDir, name));
  writeAtomic(join(gitDir, 'config'), CONFIG, { durability: 'full' });
}
