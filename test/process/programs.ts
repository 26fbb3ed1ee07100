import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../../src/core/errors.js';
import { gitProgram } from '../../src/process/git-program.js';
import type { GitProgram } from '../../src/process/git-program.js';
import type { GitRepository } from '../../src/process/isolated-repository.js';
import { tempDirectory } from '../helpers/temp.js';

const SEARCH_PATH = process.env['PATH'] ?? '';

/** The real git. */
export function realGit(temporaryFolder = tempDirectory()): GitProgram {
  return gitProgram({ file: 'git', searchPath: SEARCH_PATH, temporaryFolder });
}

/** A shell script, for the name of the git program. */
export function fakeGit(script: string, temporaryFolder = tempDirectory()): GitProgram {
  return gitProgram({ file: shellScript(script), searchPath: SEARCH_PATH, temporaryFolder });
}

export function shellScript(script: string): string {
  const file = join(tempDirectory(), 'program');
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

export function repositoryAt(directory: string, extensions = {}): GitRepository {
  const gitDir = join(directory, '.git');
  return { gitDir, commonDir: gitDir, extensions };
}

const PF_EXITING = 4;

/**
 * Whether a process does anything any more (proc(5), fields 3 and 9 of `stat`). One that ends
 * closes its files first, and may then wait for its turn on a busy machine.
 */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !/[ZX]/.test(fields[0] ?? '') && (Number(fields[6]) & PF_EXITING) === 0;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}
