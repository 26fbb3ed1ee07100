import { join } from 'node:path';
import type { HashAlgorithm } from '../../core/types.js';
import { readConfigFile } from '../config/load-config.js';
import type { GitConfig } from '../repository-types.js';
import { unsupported } from './unsupported.js';

/** What decides how a repository is to be read: from its own config file, without includes. */
export interface RepositoryFormat {
  algorithm: HashAlgorithm;
  refStorage: 'files' | 'reftable';
  unknownExtensions: string[];
  worktreeConfig: boolean;
  bare: boolean;
  /** `core.worktree` as written. */
  worktree: string | undefined;
}

const NEWEST_VERSION = 1;
const ALWAYS = new Set(['noop', 'partialclone', 'preciousobjects', 'worktreeconfig']);
const FROM_VERSION_1 = new Set([
  'compatobjectformat',
  'noop-v1',
  'objectformat',
  'refstorage',
  'relativeworktrees',
]);

/**
 * Reads the format as git's setup.c does: a linked worktree does not take `core.bare` and
 * `core.worktree` from the common config, unless worktrees have configs of their own.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` for a version or hash that piton does not know
 */
export function readRepositoryFormat(commonDir: string, gitDir: string): RepositoryFormat {
  const path = join(commonDir, 'config');
  const config = readConfigFile(path);
  const version = readVersion(config, path);
  const names = extensionNames(config);
  const early = version === 0 ? names.find((name) => FROM_VERSION_1.has(name)) : undefined;
  if (early !== undefined) {
    throw unsupported(
      `${path} has extensions.${early}, which needs core.repositoryFormatVersion 1`,
      'set core.repositoryFormatVersion to 1 if the repository is sound',
      path,
    );
  }
  const unknown = names.filter((name) => !ALWAYS.has(name) && !FROM_VERSION_1.has(name));
  const storage = config.get('extensions.refstorage') ?? 'files';
  if (storage !== 'files' && storage !== 'reftable') unknown.push('refstorage');
  const worktreeConfig = config.getBoolean('extensions.worktreeconfig') ?? false;
  return {
    algorithm: readAlgorithm(config, path),
    refStorage: storage === 'reftable' ? 'reftable' : 'files',
    // Before version 1 git takes no notice of extensions that it does not know.
    unknownExtensions: version === 0 ? [] : unknown,
    worktreeConfig,
    ...readPlace(config, commonDir, gitDir, worktreeConfig),
  };
}

/**
 * The extensions that are in force, by their names without `extensions.`, for a git program that
 * does not read the repository's own config.
 */
export function readExtensions(commonDir: string): Record<string, string> {
  const path = join(commonDir, 'config');
  const config = readConfigFile(path);
  const isOld = readVersion(config, path) === 0;
  const names = extensionNames(config).filter((name) => !isOld || ALWAYS.has(name));
  return Object.fromEntries(names.map((name) => [name, config.get(`extensions.${name}`) ?? '']));
}

function extensionNames(config: GitConfig): string[] {
  const prefix = 'extensions.';
  const keys = config.keys().filter((key) => key.startsWith(prefix));
  return keys.map((key) => key.slice(prefix.length));
}

function readVersion(config: GitConfig, path: string): number {
  const text = config.get('core.repositoryformatversion');
  const version = text === undefined ? 0 : config.getInteger('core.repositoryformatversion');
  if (version !== undefined && version >= 0 && version <= NEWEST_VERSION) return version;
  throw unsupported(
    `${path} has core.repositoryFormatVersion ${text ?? ''}; piton knows up to ${NEWEST_VERSION}`,
    'use a newer piton',
    path,
  );
}

function readAlgorithm(config: GitConfig, path: string): HashAlgorithm {
  const name = config.get('extensions.objectformat') ?? 'sha1';
  if (name === 'sha1' || name === 'sha256') return name;
  throw unsupported(
    `${path} has extensions.objectFormat ${JSON.stringify(name)}, which piton does not know`,
    'use a newer piton',
    path,
  );
}

function readPlace(
  common: GitConfig,
  commonDir: string,
  gitDir: string,
  worktreeConfig: boolean,
): Pick<RepositoryFormat, 'bare' | 'worktree'> {
  const ownPath = join(gitDir, 'config.worktree');
  const own = worktreeConfig ? readConfigFile(ownPath) : undefined;
  const shared = commonDir === gitDir || worktreeConfig ? common : undefined;
  return {
    bare: own?.getBoolean('core.bare') ?? shared?.getBoolean('core.bare') ?? false,
    worktree: own?.get('core.worktree') ?? shared?.get('core.worktree'),
  };
}
