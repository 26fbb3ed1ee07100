import type { GitProgram } from './git-program.js';

/**
 * Has the file system that holds a folder write everything out, as syncfs(2) does, through the
 * `sync` program of coreutils: Node has no such call, and syncing thousands of files one by one
 * takes many times as long. False when that program is missing or fails.
 */
export async function syncFileSystem(program: GitProgram, path: string): Promise<boolean> {
  const { execa } = await import('execa');
  const { failed } = await execa('sync', ['-f', '--', path], {
    cwd: '/',
    env: { PATH: program.searchPath, LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
    stdio: 'ignore',
  });
  return !failed;
}
