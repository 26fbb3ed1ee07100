import { dirname, isAbsolute, join } from 'node:path';
import { PitonError, systemErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { GitConfig } from '../repository-types.js';
import { createConfig } from './config-values.js';
import type { OwnedEntry } from './config-values.js';
import { expandHome } from './expand-home.js';
import { includeHolds } from './include-condition.js';
import type { ConfigContext } from './include-condition.js';
import { parseConfig } from './parse-config.js';
import type { ConfigEntry } from './parse-config.js';
import { readGitFile } from './read-git-file.js';

/** Absolute paths of the files that make up the configuration; null or absent: left out. */
export interface ConfigFiles {
  system: string | null;
  /** `<configHome>/git/config`, then `<home>/.gitconfig`. */
  global: readonly string[];
  /** `<commonDir>/config`. */
  repo: string | null;
  /** `<gitDir>/config.worktree`; only when `extensions.worktreeConfig` is on. */
  worktree: string | null;
}

/** What opening a file counts as, beside its size: many tiny includes are work too. */
const FILE_COST_BYTES = 1024;

/**
 * Git's configuration with its includes, later files winning. Files are read, and nothing is run.
 * The user's own files may be links, and unreadable ones count as absent; the repository's may not.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` for a malformed file, includes nested deeper than
 * `LIMITS.gitConfigIncludeDepth`, or more than `LIMITS.gitConfigBytes` in all files together
 */
export function loadConfig(files: ConfigFiles, context: ConfigContext): GitConfig {
  const loader = new ConfigLoader(context);
  if (files.system !== null) loader.add(files.system, 'user');
  for (const path of files.global) loader.add(path, 'user');
  if (files.repo !== null) loader.add(files.repo, 'repository');
  if (files.worktree !== null) loader.add(files.worktree, 'repository');
  return createConfig(loader.entries);
}

/**
 * The entries of one config file of a repository, without its includes; empty when it is absent.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when it is malformed or no plain file
 */
export function readConfigFile(path: string): GitConfig {
  const content = readGitFile(path, LIMITS.gitConfigBytes);
  const entries = content === null ? [] : parseConfig(content, path);
  return createConfig(entries.map((entry) => ({ ...entry, fromRepository: true })));
}

type Origin = 'user' | 'repository';

class ConfigLoader {
  readonly entries: OwnedEntry[] = [];
  readonly #context: ConfigContext;
  #bytesLeft: number = LIMITS.gitConfigBytes;

  constructor(context: ConfigContext) {
    this.#context = context;
  }

  add(path: string, origin: Origin, depth = 0): void {
    const content = this.#read(path, origin, depth > 0);
    if (content === null) return;
    this.#bytesLeft -= content.length + FILE_COST_BYTES;
    if (this.#bytesLeft < 0) throw tooMuch(path, 'too large, with all that is included');
    for (const entry of parseConfig(content, path)) {
      // Also what it includes: it chose the file.
      this.entries.push({ ...entry, fromRepository: origin === 'repository' });
      const included = this.#includedPath(entry, path);
      if (included === undefined) continue;
      if (depth >= LIMITS.gitConfigIncludeDepth) throw tooMuch(path, 'included too deeply');
      this.add(included, origin, depth + 1);
    }
  }

  #read(path: string, origin: Origin, isIncluded: boolean): Buffer | null {
    try {
      const followLink = isIncluded || origin === 'user';
      return readGitFile(path, LIMITS.gitConfigBytes, { followLink });
    } catch (error) {
      if (origin === 'user' && !isIncluded && systemErrorCode(error) === 'EACCES') return null;
      throw error;
    }
  }

  #includedPath(entry: ConfigEntry, file: string): string | undefined {
    const match = /^include(?:if\.(.*))?\.path$/s.exec(entry.key);
    if (match === null) return undefined;
    const condition = match[1];
    if (condition !== undefined && !includeHolds(condition, file, this.#context)) return undefined;
    if (entry.value === null) {
      throw new PitonError('UNSUPPORTED_REPOSITORY', `${entry.key} has no value in ${file}`, {
        hint: `give ${entry.key} a path in ${file}`,
        details: { file, key: entry.key },
      });
    }
    const path = expandHome(entry.value, this.#context.home);
    if (path === undefined || isAbsolute(path)) return path;
    return join(dirname(file), path);
  }
}

function tooMuch(file: string, why: string): PitonError {
  return new PitonError('UNSUPPORTED_REPOSITORY', `git config file ${file} is ${why}`, {
    hint: 'take include.path lines out of the git configuration',
    details: { file },
  });
}
