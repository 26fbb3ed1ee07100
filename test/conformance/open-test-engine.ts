import type { EngineName } from '../../src/core/types.js';
import { gitProgram } from '../../src/process/git-program.js';
import type { Engine } from '../../src/store/engine.js';
import { NativeEngine } from '../../src/store/native/native-engine.js';
import { NativeRefs } from '../../src/store/native/native-refs.js';
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

/** The native engine with git's own way to refs, whatever piton's own code could do. */
export function openGitRefsEngine(repository: Repository): Promise<Engine> {
  const { gitDir, commonDir } = repository;
  const gitRepository = { gitDir, commonDir, extensions: {} };
  const git = { program: TEST_GIT, repository, gitRepository, durability: 'full' } as const;
  const about = { reason: 'the tests ask for it', gitVersion: '' };
  return Promise.resolve(
    new NativeEngine({ ...about, program: TEST_GIT, gitRepository, refs: new NativeRefs(git) }),
  );
}
