import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { SYSTEM_CLOCK, type Clock } from '../core/clock.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import type { Durability, EngineName, Warning } from '../core/types.js';
import { gitProgram, type GitProgram } from '../process/git-program.js';
import type { UserFiles } from '../store/repository-types.js';
import type { OpenOptions } from './types.js';

/** The options of a workspace with all defaults filled in. */
export interface Settings {
  directory: string;
  engine: EngineName | 'auto';
  lockTimeoutMs: number;
  user: UserFiles;
  git: GitProgram;
  remoteEnvironment: Readonly<Record<string, string>>;
  terminalPrompts: boolean;
  clock: Clock;
  /** undefined: what the workspace's git config says. */
  durability: Durability | undefined;
  command: string | undefined;
  program: readonly string[];
  agentFolders: Readonly<Record<string, string>>;
  warn: (warning: Warning) => void;
}

const SYSTEM_SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @throws {PitonError} `USAGE` when the directory is not an absolute path or a number is wrong. */
export function settingsFrom(options: OpenOptions): Settings {
  const home = options.home ?? userInfo().homedir;
  const lockTimeoutMs = options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs;
  if (!(lockTimeoutMs >= 0)) {
    throw new PitonError('USAGE', 'the lock timeout must not be negative', {
      hint: 'give a time in milliseconds; 0 means not to wait',
    });
  }
  if (resolve(options.directory) !== options.directory.replace(/(?<=.)\/+$/, '')) {
    throw new PitonError('USAGE', 'the workspace must be named by an absolute path', {
      hint: 'use path.resolve() on it first',
      details: { directory: options.directory },
    });
  }
  return {
    directory: options.directory,
    engine: options.engine ?? 'auto',
    lockTimeoutMs,
    user: {
      home,
      configHome: options.configHome ?? `${home}/.config`,
      systemConfig: options.systemConfig === undefined ? '/etc/gitconfig' : options.systemConfig,
    },
    git: gitProgram({
      file: options.git ?? 'git',
      searchPath: options.searchPath ?? SYSTEM_SEARCH_PATH,
      temporaryFolder: options.temporaryFolder ?? '/tmp',
    }),
    remoteEnvironment: options.remoteEnvironment ?? {},
    terminalPrompts: options.terminalPrompts ?? false,
    clock: options.clock ?? SYSTEM_CLOCK,
    durability: options.durability,
    command: options.command,
    program: options.program ?? ['piton'],
    agentFolders: options.agentFolders ?? {},
    warn: options.onWarning ?? (() => undefined),
  };
}
