import { isAbsolute } from 'node:path';
import { LIMITS } from '../core/limits.js';
import { GIT_EVENTS, isGitEvent } from './git-events.js';
import { HOSTS, type AgentName, type Moment } from './hosts.js';

/** A call of a hook, whichever host made it. */
export interface HookCall {
  /** `git`, or an agent's name. */
  host: string;
  /** `''` when neither arguments nor payload name it. */
  event: string;
  moment: Moment;
  /** What the host calls the session and the turn; null when it does not say. */
  session: string | null;
  turn: string | null;
  tool: string | null;
  /** How the turn ended. */
  status: 'done' | 'failed' | 'interrupted';
  /** Whether the host says that this turn has ended before. */
  isAgain: boolean;
  /** Absolute paths of folders that are being worked in. */
  folders: string[];
  /** Why a checkpoint is taken, for people. */
  reason: string;
  /** What is wrong with the call, or null. */
  problem: string | null;
}

type Payload = Readonly<Record<string, unknown>>;

/** Longer names are cut: they become part of the names of plans. */
const NAME_CHARACTERS = 120;

const STATUSES: Readonly<Record<string, HookCall['status']>> = {
  aborted: 'interrupted',
  error: 'failed',
};

/** A call by git, which says all in its arguments. */
export function gitCall(event: string): HookCall {
  const isKnown = isGitEvent(event);
  return {
    ...EMPTY,
    host: 'git',
    event,
    moment: isKnown ? 'before_tool' : 'nothing',
    reason: isKnown ? `${GIT_EVENTS[event]} (git ${event})` : '',
    problem: isKnown ? null : `piton does not know the hook ${JSON.stringify(cut(event))} of git`,
  };
}

/**
 * A call by an agent. Whatever the payload is, an answer comes back.
 * @param event as the command line has it, for payloads that do not name it
 */
export function agentCall(host: AgentName, event: string | undefined, input: string): HookCall {
  const { payload, problem } = readPayload(input);
  const { moments, keys, readOnlyTools, title } = HOSTS[host];
  const named = cut(textAt(payload, 'hook_event_name') ?? event ?? '');
  const tool = cutOrNull(textAt(payload, keys.tool));
  const known = Object.hasOwn(moments, named) ? moments[named] : undefined;
  const isHarmless = known === 'before_tool' && tool !== null && readOnlyTools.includes(tool);
  const status = STATUSES[textAt(payload, 'status') ?? ''] ?? 'done';
  return {
    host,
    event: named,
    moment: problem !== null || isHarmless ? 'nothing' : (known ?? 'nothing'),
    session: cutOrNull(textAt(payload, keys.session)),
    turn: keys.turn === null ? null : cutOrNull(textAt(payload, keys.turn)),
    tool,
    status,
    isAgain: payload['stop_hook_active'] === true,
    folders: foldersIn(payload, keys.folders),
    reason: reasonOf(known, title, tool ?? (named.startsWith('beforeShell') ? 'Shell' : 'a tool')),
    problem: problem ?? (known === undefined ? unknownEvent(host, named) : null),
  };
}

const EMPTY = {
  session: null,
  turn: null,
  tool: null,
  status: 'done',
  isAgain: false,
  folders: [],
} satisfies Partial<HookCall>;

function readPayload(input: string): { payload: Payload; problem: string | null } {
  if (input.trim() === '') return { payload: {}, problem: 'standard input was empty' };
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { payload: value as Payload, problem: null };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { payload: {}, problem: 'standard input was no JSON object' };
}

function unknownEvent(host: string, event: string): string {
  return `piton does not know the event ${JSON.stringify(event)} of ${host}`;
}

function reasonOf(moment: Moment | undefined, title: string, tool: string): string {
  if (moment === 'turn_start') return `before a turn of ${title}`;
  if (moment === 'turn_end') return `after a turn of ${title}`;
  return `before ${tool} of ${title}`;
}

function textAt(payload: Payload, key: string): string | null {
  const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

function foldersIn(payload: Payload, keys: readonly string[]): string[] {
  const values = keys.flatMap((key) => (Object.hasOwn(payload, key) ? [payload[key]].flat() : []));
  const paths = values.filter((value) => typeof value === 'string' && isAbsolute(value));
  return [...new Set(paths as string[])].slice(0, LIMITS.hookFolders);
}

/** Control characters have no place in what becomes names, reasons and lines of a log. */
function cut(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, NAME_CHARACTERS);
}

function cutOrNull(text: string | null): string | null {
  return text === null ? null : cut(text);
}
