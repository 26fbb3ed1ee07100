import { basename, dirname, join } from 'node:path';
import { PitonError } from '../core/errors.js';
import { realPath } from '../store/repository/git-dir.js';
import { HOSTS, type AgentName } from './hosts.js';
import type { HookPlace } from './hook-file.js';

/** `project`: of one workspace; `user`: of everything the user works on. */
export type Level = 'project' | 'user';

/** Where agents look for their settings. */
export interface AgentFolders {
  /** The workspace's root; null when there is none. */
  root: string | null;
  home: string;
  /** `$XDG_CONFIG_HOME`. */
  configHome: string;
  /** Folders of the user's that are not where they usually are, by agent. */
  moved: Readonly<Partial<Record<string, string>>>;
}

/**
 * The file that holds an agent's hooks. The user's own may be a link, as those have that keep such
 * files elsewhere: then the file it leads to is meant. In a workspace no link is followed.
 * @throws {PitonError} `WORKSPACE_MISSING` for `project` outside of one
 */
export function agentPlace(agent: AgentName, level: Level, folders: AgentFolders): HookPlace {
  const { folder, file } = HOSTS[agent];
  if (level === 'user') return userPlace(join(userFolder(agent, folders), file));
  if (folders.root !== null) return { base: folders.root, below: `${folder}/${file}` };
  throw new PitonError('WORKSPACE_MISSING', 'there is no workspace to install hooks in', {
    hint: "run 'piton init' first, or install them for everything you work on with --user",
  });
}

function userFolder(agent: AgentName, { home, configHome, moved }: AgentFolders): string {
  const usual =
    agent === 'opencode' ? join(configHome, 'opencode') : join(home, HOSTS[agent].folder);
  return moved[agent] ?? usual;
}

/**
 * From the root of the file system, links resolved as far as the path exists.
 * @param rest what is left of the path, which is not there yet
 */
function userPlace(path: string, rest = ''): HookPlace {
  const real = realPath(path);
  if (real === null) return userPlace(dirname(path), join(basename(path), rest));
  return { base: '/', below: join(real, rest).slice(1) };
}
