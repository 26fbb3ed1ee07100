import { PitonError } from '../core/errors.js';
import {
  agentHooksIn,
  mentionsPiton,
  withAgentHooks,
  withoutAgentHooks,
  type WithoutHooks,
} from './agent-text.js';
import { agentPlace, type AgentFolders, type Level } from './agent-place.js';
import { HOSTS, type AgentName } from './hosts.js';
import {
  missingFolders,
  pathOfPlace,
  readHookFile,
  type HookFile,
  type HookPlace,
} from './hook-file.js';
import { isPluginStrict, pluginFolders, pluginState, pluginText } from './opencode-plugin.js';
import type { FileProposal, HookProposal, HookState } from './proposal.js';
import { shellLine } from './shell.js';

export interface AgentHookOptions {
  agents: readonly AgentName[];
  level: Level;
  folders: AgentFolders;
}

export interface AgentInstallOptions extends AgentHookOptions {
  /** How piton is started. */
  program: readonly string[];
  strict: boolean;
}

/** With which agents let a hook stop what they were about to do. */
const STOP_STATUS = 2;

const NEW_MODE = 0o644;

/** Every event of agents at which piton can be called, and whether it is. */
export function agentHookStates(options: AgentHookOptions): HookState[] {
  return options.agents.flatMap((agent) => {
    const place = agentPlace(agent, options.level, options.folders);
    try {
      return statesOf(agent, options.level, place, readHookFile(place));
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      const none = statesOf(agent, options.level, place, null);
      return none.map((state) => ({ ...state, note: error.message }));
    }
  });
}

/**
 * Has agents call piton.
 * @throws {PitonError} `UNSAFE_PATH` for settings behind links, `UNSUPPORTED_FORMAT` for those that
 * are not understood, or whose place another plugin has
 */
export function proposeAgentInstall(options: AgentInstallOptions): HookProposal {
  return proposalOf(options, (agent, place, before) => {
    const madeFolders = missingFolders(place);
    const text = installedText(agent, textOf(before, place), place, options);
    const after = { text: latin1Of(text), mode: before?.mode ?? NEW_MODE };
    return { place, before, after, madeFolders };
  });
}

/**
 * Has agents call piton no more. What was put in goes, and nothing else.
 * @throws {PitonError} as `proposeAgentInstall`
 */
export function proposeAgentUninstall(options: AgentHookOptions): HookProposal {
  return proposalOf(options, (agent, place, before) => {
    if (before === null || !hasPiton(agent, before)) return unchanged(place, before);
    const { text, madeFolders } = uninstalled(agent, textOf(before, place) ?? '', place);
    const after = text === null ? null : { text: latin1Of(text), mode: before.mode };
    return { place, before, after, madeFolders };
  });
}

function proposalOf(
  { agents, level, folders }: AgentHookOptions,
  propose: (agent: AgentName, place: HookPlace, before: HookFile | null) => FileProposal,
): HookProposal {
  const hooks: HookState[] = [];
  const files: FileProposal[] = [];
  for (const agent of agents) {
    const place = agentPlace(agent, level, folders);
    const file = propose(agent, place, readHookFile(place));
    files.push(file);
    hooks.push(...statesOf(agent, level, place, file.after));
  }
  return { hooks, files };
}

function unchanged(place: HookPlace, file: HookFile | null): FileProposal {
  return { place, before: file, after: file, madeFolders: 0 };
}

function hasPiton(agent: AgentName, { text }: HookFile): boolean {
  if (HOSTS[agent].layout === 'plugin') return pluginState(text) !== 'foreign';
  return mentionsPiton(text);
}

function installedText(
  agent: AgentName,
  text: string | null,
  place: HookPlace,
  { program, strict }: AgentInstallOptions,
): string {
  const host = HOSTS[agent];
  if (host.layout === 'plugin') {
    if (text !== null) assertOwnPlugin(text, place);
    const folders = text === null ? missingFolders(place) : pluginFolders(text);
    return pluginText(program, strict, folders);
  }
  const hooks = host.installed.map(({ event, matcher }) => {
    const fallback = host.replies[event];
    const words = [agent, event];
    const line = shellLine({ program, words, strict, fallback, failureStatus: STOP_STATUS });
    return { event, matcher, line };
  });
  return withAgentHooks(text, hooks, host, pathOfPlace(place), missingFolders(place));
}

function uninstalled(agent: AgentName, text: string, place: HookPlace): WithoutHooks {
  if (HOSTS[agent].layout !== 'plugin') return withoutAgentHooks(text, pathOfPlace(place));
  assertOwnPlugin(text, place);
  return { text: null, madeFolders: pluginFolders(text) };
}

function assertOwnPlugin(text: string, place: HookPlace): void {
  const state = pluginState(text);
  if (state === 'own') return;
  const path = pathOfPlace(place);
  const why = state === 'foreign' ? 'is not of piton' : 'was changed since piton wrote it';
  throw new PitonError('UNSUPPORTED_FORMAT', `${path} ${why}`, {
    hint: 'move it away, then try again',
    details: { path },
  });
}

function statesOf(
  agent: AgentName,
  level: Level,
  place: HookPlace,
  file: HookFile | null,
): HookState[] {
  const lines = linesIn(agent, place, file);
  return HOSTS[agent].installed.map(({ event }) => {
    const line = lines.get(event);
    return {
      host: agent,
      place: pathOfPlace(place),
      event,
      level,
      installed: line !== undefined,
      strict: line?.includes(' --strict') ?? false,
      note: null,
    };
  });
}

/** What piton is called with, by event. */
function linesIn(
  agent: AgentName,
  place: HookPlace,
  file: HookFile | null,
): ReadonlyMap<string, string> {
  if (file === null || !hasPiton(agent, file)) return new Map();
  const host = HOSTS[agent];
  if (host.layout === 'plugin') {
    const line = isPluginStrict(file.text) ? ' --strict' : '';
    return new Map(host.installed.map(({ event }) => [event, line]));
  }
  const hooks = agentHooksIn(textOf(file, place) ?? '', pathOfPlace(place));
  return new Map(hooks.map(({ event, line }) => [event, line]));
}

/** @throws {PitonError} `UNSUPPORTED_FORMAT` when the bytes are not UTF-8 */
function textOf(file: HookFile | null, place: HookPlace): string | null {
  if (file === null) return null;
  const bytes = Buffer.from(file.text, 'latin1');
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  const path = pathOfPlace(place);
  throw new PitonError('UNSUPPORTED_FORMAT', `${path} is not UTF-8 text`, {
    hint: 'mend the file, then try again; nothing was changed',
    details: { path },
  });
}

function latin1Of(text: string): string {
  return Buffer.from(text).toString('latin1');
}
