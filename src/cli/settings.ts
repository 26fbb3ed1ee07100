import { isAbsolute, resolve } from 'node:path';
import type { OpenOptions } from '../api/types.js';
import { readEngine, type GlobalValues } from './global-options.js';
import type { Surroundings } from './surroundings.js';

type Env = Surroundings['env'];

/** What ssh, git's credential helpers and its transports go by; none leads to a repository. */
const OF_REMOTES = [
  'SSH_AUTH_SOCK',
  'SSH_AGENT_PID',
  'SSH_ASKPASS',
  'SSH_ASKPASS_REQUIRE',
  'GIT_ASKPASS',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'USER',
  'LOGNAME',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
];

function remoteEnvironment(env: Env): Record<string, string> {
  return Object.fromEntries(
    OF_REMOTES.flatMap((name) => {
      const value = variable(env, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A variable's value; an empty one is as good as none. */
export function variable(env: Env, name: string): string | undefined {
  return env[name] || undefined;
}

/** Where the user stands: `-C` may be given many times, each from where the one before led. */
export function directoryOf({ directory }: GlobalValues, cwd: string): string {
  return resolve(cwd, ...directory);
}

/**
 * What the library is told about its surroundings. `GIT_*` variables are for git alone: those that
 * a hook or an alias sets would lead piton to another repository.
 * @throws {PitonError} `USAGE` for a variable that makes no sense
 */
export function openOptions(values: GlobalValues, env: Env, directory: string): OpenOptions {
  const configHome = variable(env, 'XDG_CONFIG_HOME');
  return {
    directory,
    engine: values.engine ?? engineNamed(variable(env, 'PITON_ENGINE')),
    lockTimeoutMs: values['lock-timeout'],
    home: variable(env, 'HOME'),
    // A relative one is invalid by the XDG base directory specification.
    configHome: configHome !== undefined && isAbsolute(configHome) ? configHome : undefined,
    searchPath: variable(env, 'PATH'),
    remoteEnvironment: remoteEnvironment(env),
  };
}

/** Where agents have the user's settings, for those whose users may have moved them. */
export function agentFoldersIn(env: Env): Record<string, string> {
  const named = { 'claude-code': 'CLAUDE_CONFIG_DIR', codex: 'CODEX_HOME' };
  const folders = Object.entries(named).map(([agent, name]) => [agent, variable(env, name)]);
  return Object.fromEntries(
    folders.filter((pair): pair is [string, string] => isAbsolute(pair[1] ?? '')),
  );
}

/** The projects that agents tell their hooks of: a shell of theirs may stand elsewhere. */
export function projectFoldersIn(env: Env): string[] {
  const named = ['CLAUDE_PROJECT_DIR', 'GEMINI_PROJECT_DIR', 'CURSOR_PROJECT_DIR'];
  const folders = named.map((name) => variable(env, name));
  return folders.filter((folder) => folder !== undefined && isAbsolute(folder)) as string[];
}

function engineNamed(text: string | undefined): OpenOptions['engine'] {
  return text === undefined ? undefined : readEngine(text, 'PITON_ENGINE');
}
