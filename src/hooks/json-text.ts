import { parse, type MemberNode, type Token, type ValueNode } from '@humanwhocodes/momoa';
import { PitonError } from '../core/errors.js';

interface Span {
  /** Offset of the first character. */
  start: number;
  /** Offset after the last one. */
  end: number;
}

/** A part of a JSON text and where it stands. */
export type JsonNode = JsonObjectNode | JsonListNode | JsonStringNode | (Span & { kind: 'other' });

export interface JsonObjectNode extends Span {
  kind: 'object';
  /** `start` is that of the key. */
  items: (Span & { key: string; value: JsonNode })[];
}

export interface JsonListNode extends Span {
  kind: 'list';
  items: JsonNode[];
}

interface JsonStringNode extends Span {
  kind: 'string';
  value: string;
}

/** A JSON text, comments and commas before closing brackets allowed, with its parts. */
export interface JsonText {
  text: string;
  root: JsonObjectNode;
  /** All that is no white space, in order; comments too. */
  tokens: readonly (Span & { isComma: boolean })[];
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * @param name how errors call the text
 * @throws {PitonError} `UNSUPPORTED_FORMAT` when it is no JSON object
 */
export function parseJsonText(text: string, name: string): JsonText {
  // The parser takes no mark; a space is as long.
  const plain = text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text;
  let root: JsonNode;
  let tokens: JsonText['tokens'];
  try {
    const options = { ranges: true, tokens: true, allowTrailingCommas: true };
    const document = parse(plain, { mode: 'jsonc', ...options });
    root = nodeOf(document.body);
    tokens = (document.tokens ?? []).map((token) => ({
      ...spanOf(token),
      isComma: token.type === 'Comma',
    }));
  } catch (error) {
    // Its errors are of many classes, one of them for what is nested too deeply.
    throw notUnderstood(name, (error as Error).message, error);
  }
  if (root.kind !== 'object') throw notUnderstood(name, 'it holds no object');
  return { text, root, tokens };
}

/** `UNSUPPORTED_FORMAT`: a file of somebody else's that piton had better not touch. */
export function notUnderstood(name: string, why: string, cause?: unknown): PitonError {
  return new PitonError('UNSUPPORTED_FORMAT', `${name} is not understood: ${why}`, {
    hint: 'mend the file, then try again; nothing was changed',
    details: { path: name },
    cause,
  });
}

/**
 * The value at a key of an object, or undefined.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` when there are two: readers disagree which one counts
 */
export function valueAt(object: JsonObjectNode, key: string, name: string): JsonNode | undefined {
  const found = object.items.filter((item) => item.key === key);
  if (found.length > 1) throw notUnderstood(name, `"${key}" is in it twice`);
  return found[0]?.value;
}

/** The string at a key of a node, or undefined. */
export function stringAt(node: JsonNode, key: string): string | undefined {
  if (node.kind !== 'object') return undefined;
  const value = node.items.find((item) => item.key === key)?.value;
  return value?.kind === 'string' ? value.value : undefined;
}

function nodeOf(node: ValueNode): JsonNode {
  const span = spanOf(node);
  if (node.type === 'Object') return { ...span, kind: 'object', items: node.members.map(itemOf) };
  if (node.type === 'Array') {
    return { ...span, kind: 'list', items: node.elements.map(({ value }) => nodeOf(value)) };
  }
  if (node.type === 'String') return { ...span, kind: 'string', value: node.value };
  return { ...span, kind: 'other' };
}

function itemOf(member: MemberNode): JsonObjectNode['items'][number] {
  const { name, value } = member;
  const key = name.type === 'String' ? name.value : name.name;
  return { ...spanOf(member), key, value: nodeOf(value) };
}

function spanOf({ loc }: ValueNode | MemberNode | Token): Span {
  return { start: loc.start.offset, end: loc.end.offset };
}
