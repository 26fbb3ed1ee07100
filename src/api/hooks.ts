import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import {
  agentHookStates,
  proposeAgentInstall,
  proposeAgentUninstall,
} from '../hooks/agent-hooks.js';
import { GIT_EVENTS, isGitEvent, type GitEvent } from '../hooks/git-events.js';
import { gitHookStates, proposeGitInstall, proposeGitUninstall } from '../hooks/git-hooks.js';
import { AGENTS, isAgentName, type AgentName } from '../hooks/hosts.js';
import { lastLogLine } from '../hooks/log.js';
import { carryOut, changesIn, type HookProposal } from '../hooks/proposal.js';
import type { HooksChangeData, HooksStatusData } from './hook-data.js';
import type { Session } from './session.js';
import type { HookChangeOptions, HookInstallOptions, HookOptions } from './types.js';

interface Wanted {
  git: GitEvent[];
  agents: AgentName[];
}

/** Says which hooks piton is in. Changes nothing. */
export async function hooksStatus(
  session: Session,
  { hooks, level }: HookOptions,
): Promise<HooksStatusData> {
  const { git, agents } = wantedHooks(hooks);
  const { found, settings } = session;
  const levels = level === undefined ? (['project', 'user'] as const) : [level];
  const ofGit =
    found === null || level === 'user'
      ? []
      : gitHookStates({ repository: found, home: settings.user.home });
  const ofAgents = levels
    .filter((one) => one === 'user' || found !== null)
    .flatMap((one) => agentHookStates({ agents, level: one, folders: foldersOf(session) }));
  const wanted = ofGit.filter(({ event }) => git.some((name) => name === event));
  const log = found && {
    path: join(found.stateDir, 'log/hooks.log'),
    last: lastLogLine(found.gitDir),
  };
  return { hooks: [...wanted, ...ofAgents], log };
}

/** Puts piton into hooks. Either all files are written or none. */
export async function installHooks(
  session: Session,
  options: HookInstallOptions,
): Promise<HooksChangeData> {
  const { hooks, level = 'project', strict = false } = options;
  const { git, agents } = wantedHooks(hooks);
  if (git.length + agents.length === 0) throw nothingNamed();
  if (level === 'user' && git.length > 0) throw gitForUser();
  const { program } = session.settings;
  const ofAgents = proposeAgentInstall({
    ...{ agents, level, folders: foldersOf(session), strict },
    // Those who share a project have piton elsewhere.
    program: level === 'user' ? program : ['piton'],
  });
  const ofGit =
    git.length === 0
      ? NOTHING
      : proposeGitInstall({ ...repositoryOf(session), events: git, program, strict });
  const data = change(options, [ofGit, ofAgents]);
  for (const { host, event, note } of data.hooks) {
    if (note !== null) session.warn({ code: 'HOOK_NOTE', message: `${host} ${event}: ${note}` });
  }
  warnOfPath(session, data, level);
  return data;
}

/**
 * Takes piton out of hooks, and leaves their files as they were without it. When none are named, a
 * file behind a link is a warning.
 */
export async function uninstallHooks(
  session: Session,
  options: HookChangeOptions,
): Promise<HooksChangeData> {
  const { hooks, level = 'project' } = options;
  const { git, agents } = wantedHooks(hooks);
  if (level === 'user' && hooks !== undefined && git.length > 0) throw gitForUser();
  const ofGit =
    level === 'user' || git.length === 0
      ? NOTHING
      : proposeGitUninstall({ ...repositoryOf(session), events: git });
  const folders = foldersOf(session);
  const ofAgents = agents.map((agent) => {
    try {
      return proposeAgentUninstall({ agents: [agent], level, folders });
    } catch (error) {
      // Piton writes through no link, so it is not in there: that must not keep it in the others.
      const isNamed = hooks !== undefined;
      if (isNamed || !(error instanceof PitonError) || error.code !== 'UNSAFE_PATH') throw error;
      session.warn({ code: 'HOOK_NOTE', message: `${agent}: ${error.message}` });
      return NOTHING;
    }
  });
  return change(options, [ofGit, ...ofAgents]);
}

const NOTHING: HookProposal = { hooks: [], files: [] };

function change({ dryRun = false }: HookChangeOptions, proposals: HookProposal[]): HooksChangeData {
  const files = proposals.flatMap((proposal) => proposal.files);
  const hooks = proposals.flatMap((proposal) => proposal.hooks);
  const data = { hooks, files: changesIn(files), dry_run: dryRun };
  if (!dryRun) carryOut(files);
  return data;
}

function foldersOf({ found, settings }: Session) {
  const { home, configHome } = settings.user;
  return { root: found?.root ?? null, home, configHome, moved: settings.agentFolders };
}

function repositoryOf({ repository, settings }: Session) {
  return { repository, home: settings.user.home };
}

/** @throws {PitonError} `USAGE` for a name that is neither a hook of git nor an agent */
function wantedHooks(names: readonly string[] | undefined): Wanted {
  if (names === undefined) {
    return { git: Object.keys(GIT_EVENTS) as GitEvent[], agents: [...AGENTS] };
  }
  for (const name of names) {
    if (isGitEvent(name) || isAgentName(name)) continue;
    throw new PitonError('USAGE', `there is no hook of git and no agent ${JSON.stringify(name)}`, {
      hint: `hooks: ${Object.keys(GIT_EVENTS).join(', ')}; agents: ${AGENTS.join(', ')}`,
      details: { hook: name },
    });
  }
  const unique = [...new Set(names)];
  return { git: unique.filter(isGitEvent), agents: unique.filter(isAgentName) };
}

function nothingNamed(): PitonError {
  return new PitonError('USAGE', 'no hook is named', {
    hint: "name hooks of git or agents: 'piton hooks install pre-rebase claude-code'",
  });
}

function gitForUser(): PitonError {
  return new PitonError('USAGE', 'hooks of git are those of one repository', {
    hint: 'leave --user out for them',
  });
}

/** A hook that all share starts piton by its name; where that leads nowhere nothing happens. */
function warnOfPath(session: Session, { hooks }: HooksChangeData, level: string): void {
  if (level === 'user' || !hooks.some(({ host }) => host !== 'git')) return;
  const { searchPath } = session.settings.git;
  if (searchPath.split(':').some((folder) => existsSync(join(folder, 'piton')))) return;
  session.warn({
    code: 'NOT_ON_PATH',
    message: 'piton is not on the search path: the hooks do nothing until it is',
  });
}
