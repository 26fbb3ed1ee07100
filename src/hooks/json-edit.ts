import type { JsonListNode, JsonNode, JsonObjectNode, JsonText } from './json-text.js';

/*
 * Settings are changed as text, so that comments, order and layout stay as they are. An item is
 * put in behind all that its container holds, comments too, so that the white space before it is
 * all its own; taking it out again leaves the text as it was, to the byte.
 */

type Container = JsonObjectNode | JsonListNode;

/**
 * Puts a value in as the last item of a container.
 * @param key of the item, when the container is an object
 */
export function insertItem(
  json: JsonText,
  container: Container,
  value: unknown,
  key?: string,
): string {
  const { text } = json;
  const { inside, last, isComma } = edgeOf(json, container);
  const indent = indentAt(text, container.start);
  const unit = indentUnit(text);
  const lineBreak = `${lineEndOf(text)}${indent}${unit}`;
  const isInline = last !== undefined && !text.slice(container.start, container.end).includes('\n');
  const shown = JSON.stringify(value, null, isInline ? undefined : unit);
  const named = key === undefined ? shown : `${JSON.stringify(key)}: ${shown}`;
  const before = isInline ? ' ' : lineBreak;
  const item = named.replaceAll('\n', lineBreak);
  const tail = needsTail(json, container) ? `${lineEndOf(text)}${indent}` : '';
  const at = last?.end ?? inside;
  const comma = last !== undefined && !isComma ? ',' : '';
  const kept = `${text.slice(0, at)}${comma}${text.slice(at, inside)}`;
  return `${kept}${before}${item}${isComma ? ',' : tail}${text.slice(inside)}`;
}

/** Whether a line end has to be put behind an item: the container is `{}` or `[]`. */
export function needsTail(json: JsonText, container: Container): boolean {
  const { inside, last } = edgeOf(json, container);
  return last === undefined && !json.text.slice(inside, container.end).includes('\n');
}

/**
 * Takes an item out of a container.
 * @param hasTail whether a line end was put behind it when the container was empty
 */
export function removeItem(
  { text, tokens }: JsonText,
  container: Container,
  item: JsonNode | JsonObjectNode['items'][number],
  hasTail: boolean,
): string {
  const before = tokens.findLast(({ end }) => end <= item.start);
  const after = tokens.find(({ start }) => start >= item.end);
  const index = container.items.findIndex(({ start }) => start === item.start);
  const previous = container.items[index - 1];
  const start = before?.end ?? item.start;
  if (after?.isComma === true) return text.slice(0, start) + text.slice(after.end);
  const end = hasTail && index === 0 ? tailEnd(text, container, item.end) : item.end;
  const comma =
    previous && tokens.find((one) => one.isComma && one.start >= previous.end && one.end <= start);
  if (comma === undefined) return text.slice(0, start) + text.slice(end);
  return text.slice(0, comma.start) + text.slice(comma.end, start) + text.slice(end);
}

interface Edge {
  /** Behind all that the container holds, comments too. */
  inside: number;
  last: Container['items'][number] | undefined;
  /** Whether the last item has a comma already. */
  isComma: boolean;
}

function edgeOf({ tokens }: JsonText, container: Container): Edge {
  const last = container.items.at(-1);
  const inner = tokens.filter(({ start, end }) => {
    return start > container.start && end < container.end;
  });
  return {
    inside: inner.at(-1)?.end ?? container.start + 1,
    last,
    isComma: last !== undefined && inner.some((one) => one.isComma && one.start >= last.end),
  };
}

function tailEnd(text: string, container: Container, from: number): number {
  const tail = `${lineEndOf(text)}${indentAt(text, container.start)}`;
  return text.startsWith(tail, from) ? from + tail.length : from;
}

/** The white space that the line of an offset begins with. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** What one level is set in by: as the first line that is set in, or two spaces. */
function indentUnit(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

function lineEndOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}
