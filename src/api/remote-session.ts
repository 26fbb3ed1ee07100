import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import type { GitRepository } from '../process/isolated-repository.js';
import { addressOf, type Address } from '../remote/address.js';
import type { Connection } from '../remote/connection.js';
import { loginEnvironment } from '../remote/login.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { readExtensions } from '../store/repository/repository-format.js';
import type { Session } from './session.js';

/**
 * The workspace's repository as the git program is to see it.
 * @throws {PitonError} `GIT_REQUIRED` when git is not there, or another engine was asked for
 */
export async function gitRepositoryOf(session: Session): Promise<GitRepository> {
  const { name, reason } = await session.engine();
  if (name !== 'native') {
    throw new PitonError('GIT_REQUIRED', `the git program is needed for this: ${reason}`, {
      hint: 'install git, or a newer one, and leave out --engine embedded',
    });
  }
  const { gitDir, commonDir } = session.repository;
  return { gitDir, commonDir, extensions: readExtensions(commonDir) };
}

/**
 * Where a remote is that the user names.
 * @throws {PitonError} as `addressOf`; `USAGE` also for a path where nothing is
 */
export function remoteAddress(
  { repository, settings }: Session,
  remote: string,
  direction: 'push' | 'fetch',
): Address {
  const { root, config } = repository;
  const address = addressOf(remote, direction, { config, root, directory: settings.directory });
  const { url, protocols } = address;
  if (!protocols.includes('file') || existsSync(url)) return address;
  throw new PitonError('USAGE', `${remote} leads to ${url}, where nothing is`, {
    hint: "'git remote -v' lists the remotes; a path begins where you stand",
    details: { remote, url },
  });
}

/** How git reaches an address: as the user set it up, and never as the workspace says. */
export function connectionTo(
  { settings, repository }: Session,
  address: Address,
  { signal }: OperationOptions,
): Connection {
  const { user, git, remoteEnvironment, terminalPrompts } = settings;
  const files = [
    user.systemConfig,
    join(user.configHome, 'git/config'),
    join(user.home, '.gitconfig'),
  ];
  const key = 'core.sshcommand';
  const hasOwnSsh = repository.config.get(key) !== undefined && isUsers(repository, key);
  const asks = terminalPrompts && !address.protocols.includes('file');
  const login = loginEnvironment(remoteEnvironment, { asks, hasOwnSsh });
  return {
    program: git,
    address,
    access: {
      environment: { ...login, HOME: user.home },
      configFiles: files.filter((file) => file !== null),
      asks,
    },
    signal,
  };
}

function isUsers({ config }: Session['repository'], key: string): boolean {
  return config.isFromRepository?.(key) === false;
}

/** An address for people and reports. */
export function shownAddress({ url }: Address): string {
  return url.replace(/\/\/[^/@\s]+@/g, '//***@');
}

/** All of the workspace's own hidden refs, by name. */
export async function hiddenRefs({ refs }: RollbackWorkspace): Promise<Map<string, string>> {
  const found = await refs.list('refs/piton/');
  return new Map(found.map(({ name, oid }) => [name, oid]));
}
