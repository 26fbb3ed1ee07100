import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
