import { SYSTEM_CLOCK } from '../core/clock.js';
import type { Clock } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import type { Durability, EngineName } from '../core/types.js';
import type { GitProgram } from '../process/git-program.js';
import { findGit, supports } from '../process/git-version.js';
import type { FoundGit } from '../process/git-version.js';
import type { GitRepository } from '../process/isolated-repository.js';
import { runGit } from '../process/run-git.js';
import type { Engine } from './engine.js';
import { FileRefs } from './file-refs/file-refs.js';
import { NativeRefs } from './native/native-refs.js';
import { needOfGit } from './need-of-git.js';
import type { Repository } from './repository-types.js';
import type { Warn } from './repository/ref-bases.js';
import { readExtensions } from './repository/repository-format.js';

export interface EngineOptions {
  repository: Repository;
  /** `auto`: native when a good enough git is there, else embedded. */
  choice: EngineName | 'auto';
  gitProgram: GitProgram;
  durability: Durability;
  clock?: Clock;
  /** Is told of what could not be cleared up after work that was done. */
  warn?: Warn;
}

/**
 * Chooses an engine and opens it; to be closed by the caller.
 * @throws {PitonError} `GIT_REQUIRED` when the repository, or the choice, needs a git program and
 * no good enough one is there or allowed; `UNSUPPORTED_REPOSITORY` with git's words when git
 * refuses an extension that piton does not know
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { repository, choice } = options;
  const need = needOfGit(repository);
  if (choice === 'embedded') {
    if (need !== null) throw gitRequired(need, 'use --engine auto, with git installed');
    return openEmbedded(options, 'it was asked for', null);
  }
  const git = await findGit(options.gitProgram);
  const problem = problemWith(git, repository);
  if (git.version !== null && problem === null) {
    const reason =
      choice === 'native' ? 'it was asked for' : (need ?? `git ${git.version} is there`);
    return openNative(options, reason, git.version);
  }
  const why = problem ?? 'there is no git';
  if (need !== null) throw gitRequired(`${need}; ${why}`, 'install a newer git');
  if (choice === 'native') throw gitRequired(why, 'install a newer git, or use --engine embedded');
  return openEmbedded(options, why, git.version);
}

function problemWith(git: FoundGit, { refStorage }: Repository): string | null {
  if (git.version === null || !git.ok) return git.problem ?? 'there is no git';
  if (refStorage === 'files' || supports(git.version, 'reftable')) return null;
  return `git ${git.version} does not know refs in tables`;
}

function gitRequired(why: string, hint: string): PitonError {
  return new PitonError('GIT_REQUIRED', `a git program is needed: ${why}`, { hint });
}

async function openEmbedded(
  { repository, durability, clock = SYSTEM_CLOCK, warn }: EngineOptions,
  reason: string,
  gitVersion: string | null,
): Promise<Engine> {
  const { EmbeddedEngine } = await import('./embedded/embedded-engine.js');
  return new EmbeddedEngine({ repository, reason, gitVersion, durability, clock, warn });
}

async function openNative(
  { repository, gitProgram: program, durability, clock = SYSTEM_CLOCK, warn }: EngineOptions,
  reason: string,
  gitVersion: string,
): Promise<Engine> {
  const { gitDir, commonDir, unknownExtensions } = repository;
  const gitRepository = { gitDir, commonDir, extensions: readExtensions(commonDir) };
  if (unknownExtensions.length > 0) await assertTaken(program, gitRepository);
  const { NativeEngine } = await import('./native/native-engine.js');
  const git = { program, repository, gitRepository, durability };
  // Starting git for every look at a ref would take longer than most checkpoints.
  const isPlain = repository.refStorage === 'files' && unknownExtensions.length === 0;
  const refs = isPlain ? new FileRefs(repository, durability, clock, warn) : new NativeRefs(git);
  return new NativeEngine({ program, gitRepository, refs, reason, gitVersion });
}

async function assertTaken(program: GitProgram, repository: GitRepository): Promise<void> {
  try {
    await runGit(program, { repository, args: ['rev-parse', '--git-dir'] });
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'GIT_FAILED') throw error;
    const { stderr } = error.details;
    throw new PitonError(
      'UNSUPPORTED_REPOSITORY',
      `git refuses the repository: ${String(stderr)}`,
      {
        hint: 'use a git that knows all extensions of the repository',
        details: { git_dir: repository.gitDir, stderr },
        cause: error,
      },
    );
  }
}
