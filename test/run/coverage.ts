import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runCommand } from './command.js';
import { NOTHING, type Context, type Counts } from './context.js';

/** Where the raw coverage of the processes of a run is gathered, below the project's folder. */
export const COVERAGE_FOLDER = 'build/coverage/tmp';

/** Coverage adds up over stages and processes, so a run begins without any. */
export async function clearCoverage(context: Context): Promise<void> {
  await rm(join(context.root, COVERAGE_FOLDER), { recursive: true, force: true });
}

/** Reports what was gathered; fails below the thresholds of `.c8rc.json`. */
export async function checkCoverage(context: Context): Promise<Counts> {
  const c8 = [process.execPath, join(context.root, 'node_modules/c8/bin/c8.js'), 'report'];
  const typesOnly = await filesWithoutCode(join(context.out, 'src'));
  const excludes = typesOnly.flatMap((path) => ['--exclude', relative(context.root, path)]);
  const { root: cwd, env } = context;
  const status = await runCommand([...c8, ...excludes], { cwd, env, limitMinutes: 5 });
  return status === 0 ? NOTHING : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * Compiled files that held nothing but types. No test can load them, and c8 takes every line of a
 * file that was not loaded for a line that no test came by.
 */
export async function filesWithoutCode(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.endsWith('.js')) continue;
    const code = (await readFile(path, 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
    if (code.trim() === 'export {};') found.push(path);
  }
  return found.sort();
}
