import type { AgentHost } from './hosts.js';
import { insertItem, needsTail, removeItem } from './json-edit.js';
import {
  notUnderstood,
  parseJsonText,
  stringAt,
  valueAt,
  type JsonListNode,
  type JsonNode,
  type JsonObjectNode,
  type JsonText,
} from './json-text.js';

/** What an agent is to run at an event. */
export interface AgentHook {
  event: string;
  matcher?: string | undefined;
  /** For a shell. */
  line: string;
}

/*
 * A command of piton's ends with a comment: the mark, and what was made for it and goes with it.
 * D: a folder, F: the file, H: "hooks", E: the event's list; r, h, e: a line end behind the only
 * item of the file's object, of "hooks", of the event's list.
 */
const MARK = '# piton-hook';
const MARKED = /^([\s\S]*) # piton-hook(?::([A-Za-z]+))?$/;

/** Of the host's time-outs, in seconds: more than piton gives itself. */
const TIMEOUT_SECONDS = 30;

/** Cursor reads no file that does not say so. */
const FLAT_VERSION = 1;

type Layout = Pick<AgentHost, 'layout' | 'timeoutPerSecond'>;

/** Whether anything of piton's can be in a text; otherwise it need not be understood. */
export function mentionsPiton(text: string): boolean {
  return text.includes(MARK);
}

/**
 * The hooks of piton's that a settings text has.
 * @throws {PitonError} `UNSUPPORTED_FORMAT`
 */
export function agentHooksIn(text: string, name: string): AgentHook[] {
  return ownEntries(parseJsonText(text, name), name).map(({ event, line }) => ({ event, line }));
}

/**
 * The settings with these hooks of piton's and no others.
 * @param text null for a file that is not there yet
 * @param madeFolders how many folders have to be made for a file that is not there yet
 * @throws {PitonError} `UNSUPPORTED_FORMAT`
 */
export function withAgentHooks(
  text: string | null,
  hooks: readonly AgentHook[],
  host: Layout,
  name: string,
  madeFolders: number,
): string {
  const without = text === null ? { text, madeFolders } : withoutAgentHooks(text, name);
  const plain = without.text;
  if (plain === null) return newSettings(hooks, host, without.madeFolders);
  if (host.layout === 'flat') assertVersion(plain, name);
  return hooks.reduce((result, hook) => withHook(result, hook, host, name), plain);
}

/** What is left of a file without piton's hooks. */
export interface WithoutHooks {
  /** Null when nothing is left of a file that was made for them. */
  text: string | null;
  /** How many folders above the file were made for it. */
  madeFolders: number;
}

/**
 * Takes piton's hooks out of settings.
 * @throws {PitonError} `UNSUPPORTED_FORMAT`
 */
export function withoutAgentHooks(text: string, name: string): WithoutHooks {
  const own = ownEntries(parseJsonText(text, name), name);
  const all = own.map((entry) => entry.flags).join('');
  let result = text;
  for (const event of new Set(own.map((entry) => entry.event))) {
    const ofEvent = own.filter((entry) => entry.event === event);
    const flags = ofEvent.map((entry) => entry.flags).join('');
    result = withoutEntries(result, event, flags.includes('e'), name);
    if (flags.includes('E')) result = withoutEmptyList(result, event, all.includes('h'), name);
  }
  if (all.includes('H')) result = withoutEmptyHooks(result, all.includes('r'), name);
  const isGone = all.includes('F') && isMadeFileEmpty(result, name);
  const madeFolders = own[0]?.flags.split('D').length ?? 1;
  return { text: isGone ? null : result, madeFolders: madeFolders - 1 };
}

function withoutEntries(text: string, event: string, hasTail: boolean, name: string): string {
  const json = parseJsonText(text, name);
  const entry = ownEntries(json, name).find((one) => one.event === event);
  if (entry === undefined) return text;
  const less = removeItem(json, entry.container, entry.item, hasTail);
  return withoutEntries(less, event, hasTail, name);
}

function withoutEmptyList(text: string, event: string, hasTail: boolean, name: string): string {
  const json = parseJsonText(text, name);
  const { hooks, list } = placesOf(json.root, event, name);
  if (hooks === null || list?.items.length !== 0) return text;
  return withoutKey(json, hooks, event, hasTail);
}

function withoutEmptyHooks(text: string, hasTail: boolean, name: string): string {
  const json = parseJsonText(text, name);
  const { hooks } = placesOf(json.root, '', name);
  return hooks?.items.length === 0 ? withoutKey(json, json.root, 'hooks', hasTail) : text;
}

function newSettings(hooks: readonly AgentHook[], host: Layout, madeFolders: number): string {
  const flags = `${'D'.repeat(madeFolders)}FHE`;
  const lists = hooks.map((hook): [string, object[]] => [hook.event, [entryOf(hook, host, flags)]]);
  const version = host.layout === 'flat' ? { version: FLAT_VERSION } : {};
  return `${JSON.stringify({ ...version, hooks: Object.fromEntries(lists) }, null, 2)}\n`;
}

function isMadeFileEmpty(text: string, name: string): boolean {
  const { root } = parseJsonText(text, name);
  return root.items.every(({ key }) => key === 'version');
}

function assertVersion(text: string, name: string): void {
  const { root } = parseJsonText(text, name);
  const version = valueAt(root, 'version', name);
  const shown = version === undefined ? undefined : text.slice(version.start, version.end);
  if (shown === String(FLAT_VERSION)) return;
  // To put it in would wake the hooks of others that are in the file.
  throw notUnderstood(name, `it does not say "version": ${FLAT_VERSION}`);
}

function withHook(text: string, hook: AgentHook, host: Layout, name: string): string {
  const json = parseJsonText(text, name);
  const { hooks, list } = placesOf(json.root, hook.event, name);
  if (hooks === null) {
    const flags = `HE${needsTail(json, json.root) ? 'r' : ''}`;
    return insertItem(json, json.root, { [hook.event]: [entryOf(hook, host, flags)] }, 'hooks');
  }
  if (list === null) {
    const flags = `E${needsTail(json, hooks) ? 'h' : ''}`;
    return insertItem(json, hooks, [entryOf(hook, host, flags)], hook.event);
  }
  return insertItem(json, list, entryOf(hook, host, needsTail(json, list) ? 'e' : ''));
}

function entryOf({ line, matcher }: AgentHook, host: Layout, flags: string): object {
  const command = `${line} ${MARK}${flags === '' ? '' : `:${flags}`}`;
  const timeout = TIMEOUT_SECONDS * host.timeoutPerSecond;
  const matched = matcher === undefined ? {} : { matcher };
  if (host.layout === 'flat') return { command, ...matched, timeout };
  return { ...matched, hooks: [{ type: 'command', command, timeout }] };
}

interface Places {
  hooks: JsonObjectNode | null;
  list: JsonListNode | null;
}

/** @throws {PitonError} `UNSUPPORTED_FORMAT` when there is something else at these places. */
function placesOf(root: JsonObjectNode, event: string, name: string): Places {
  const hooks = valueAt(root, 'hooks', name);
  if (hooks === undefined) return { hooks: null, list: null };
  if (hooks.kind !== 'object') throw notUnderstood(name, '"hooks" is no object');
  const list = valueAt(hooks, event, name);
  if (list === undefined) return { hooks, list: null };
  if (list.kind !== 'list') throw notUnderstood(name, `"${event}" of "hooks" is no list`);
  return { hooks, list };
}

/** An entry of piton's, and what is to be taken out of what to be rid of it. */
interface OwnEntry {
  event: string;
  line: string;
  flags: string;
  container: JsonListNode;
  item: JsonNode;
}

function ownEntries({ root }: JsonText, name: string): OwnEntry[] {
  const { hooks } = placesOf(root, '', name);
  return (hooks?.items ?? []).flatMap(({ key: event, value }) => {
    if (value.kind !== 'list') return [];
    return value.items.flatMap((item) => [
      ...ownEntry(event, item, value, item),
      ...ownHandlers(event, item, value),
    ]);
  });
}

/** Those of a group, which goes with its only handler and stays with those of others. */
function ownHandlers(event: string, group: JsonNode, list: JsonListNode): OwnEntry[] {
  const handlers = group.kind === 'object' ? group.items.find(({ key }) => key === 'hooks') : null;
  if (handlers?.value.kind !== 'list') return [];
  const inner = handlers.value;
  return inner.items.flatMap((handler) =>
    inner.items.length === 1
      ? ownEntry(event, handler, list, group)
      : ownEntry(event, handler, inner, handler),
  );
}

function ownEntry(
  event: string,
  handler: JsonNode,
  container: JsonListNode,
  item: JsonNode,
): OwnEntry[] {
  const [, line, flags = ''] = MARKED.exec(stringAt(handler, 'command') ?? '') ?? [];
  return line === undefined ? [] : [{ event, line, flags, container, item }];
}

function withoutKey(json: JsonText, object: JsonObjectNode, key: string, hasTail: boolean): string {
  const item = object.items.find((one) => one.key === key);
  return item === undefined ? json.text : removeItem(json, object, item, hasTail);
}
