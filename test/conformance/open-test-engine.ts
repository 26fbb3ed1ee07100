import type { EngineName } from '../../src/core/types.js';
import { gitProgram } from '../../src/process/git-program.js';
import type { Engine } from '../../src/store/engine.js';
import { openEngine } from '../../src/store/open-engine.js';
import type { Repository } from '../../src/store/repository-types.js';
import { tempDirectory } from '../helpers/temp.js';

/** The git of the machine that runs the tests. */
export const TEST_GIT = gitProgram({
  file: 'git',
  searchPath: process.env['PATH'] ?? '',
  temporaryFolder: tempDirectory(),
});

export function openTestEngine(repository: Repository, choice: EngineName): Promise<Engine> {
  return openEngine({ repository, choice, gitProgram: TEST_GIT, durability: 'full' });
}
