import { PitonError } from '../core/errors.js';
import type { ObjectId } from '../core/types.js';
import type { RemoteAccess } from '../process/git-environment.js';
import type { GitProgram } from '../process/git-program.js';
import type { GitRepository } from '../process/isolated-repository.js';
import { runGit, type GitCall, type GitResult } from '../process/run-git.js';
import type { Address } from './address.js';

/** Large repositories over slow lines take their time. */
const TRANSFER_TIMEOUT_MS = 6 * 60 * 60_000;

/** Nothing that the other side says, and no config of the user's, makes git do more than asked. */
const CONFIG = {
  'transfer.fsckObjects': 'true',
  // One pack, whatever is fetched: it can be moved as a whole.
  'transfer.unpackLimit': '1',
  'fetch.unpackLimit': '1',
  'fetch.fsckObjects': 'true',
  'fetch.writeCommitGraph': 'false',
  'fetch.prune': 'false',
  'push.recurseSubmodules': 'no',
  // A relative path would lead to hooks inside the workspace.
  'core.hooksPath': '/dev/null',
  // Git would look at the refs of an alternate by its own config.
  'core.alternateRefsCommand': ':',
};

export interface Connection {
  program: GitProgram;
  address: Address;
  /** How to log in; the protocols are the address's. */
  access: Omit<RemoteAccess, 'protocols'>;
  signal?: AbortSignal | undefined;
  /** Settings besides those that no run goes without. */
  config?: Readonly<Record<string, string>> | undefined;
}

/**
 * Runs a git command that speaks with the other repository.
 * @throws {PitonError} as `runGit`, with a hint when git could not log in
 */
export async function runRemoteGit(
  { program, address, access, signal, config }: Connection,
  call: Pick<GitCall, 'args' | 'input'> & { repository?: GitRepository },
): Promise<GitResult> {
  const remote = { ...access, protocols: address.protocols };
  const settings = { ...config, ...CONFIG };
  const rest = { config: settings, remote, signal, timeoutMs: TRANSFER_TIMEOUT_MS };
  try {
    return await runGit(program, { ...call, ...rest });
  } catch (error) {
    throw withHint(error, access.asks);
  }
}

/** Refs of the other repository below `refs/piton/`, by name. */
export async function listRemoteRefs(connection: Connection): Promise<Map<string, ObjectId>> {
  const args = ['ls-remote', '--refs', '--', connection.address.url, 'refs/piton/*'];
  const { stdout } = await runRemoteGit(connection, { args });
  return parseRefLines(stdout.toString());
}

const REF_LINE = /^([0-9a-f]{40}|[0-9a-f]{64})\s(refs\/piton\/\S+)$/;

/** Lines of an id and a ref's name. Names that piton does not make are left out. */
export function parseRefLines(text: string): Map<string, ObjectId> {
  const refs = new Map<string, ObjectId>();
  for (const line of text.split('\n')) {
    const [, oid, name] = REF_LINE.exec(line) ?? [];
    if (oid !== undefined && name !== undefined) refs.set(name, oid);
  }
  return refs;
}

const LOGIN = new RegExp(
  [
    'could not read (?:Username|Password)',
    'Authentication failed',
    'Permission denied',
    'terminal prompts disabled',
    'Host key verification failed',
    'unable to get password from user',
  ].join('|'),
  'i',
);

function withHint(error: unknown, asks: boolean): unknown {
  if (!(error instanceof PitonError) || error.code !== 'GIT_FAILED') return error;
  const isLogin = LOGIN.test(String(error.details['stderr']));
  return new PitonError(error.code, error.message, {
    hint: !isLogin
      ? 'git itself, with `git ls-remote` to the same address, may tell more'
      : asks
        ? 'try again, or set up an ssh agent or a git credential helper'
        : 'nobody is asked for a password here: run it on a terminal, without --yes, or set up ' +
          'an ssh agent or a git credential helper',
    details: error.details,
    cause: error,
  });
}
