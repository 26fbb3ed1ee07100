import { PitonError } from './errors.js';

declare const bytes: unique symbol;

/**
 * A path or name as the bytes that git and the kernel hold, one character a byte (latin1).
 * File names need not be UTF-8, and comparing such strings compares bytes, which is the order
 * that git sorts by. Never mix it with text: convert at the edges with the functions below.
 * Paths inside a workspace are relative to its root with `/`; the root itself is `''`.
 */
export type BytePath = string & { readonly [bytes]: true };

/** How a path looks in JSON: text when it is UTF-8, otherwise its bytes in base64. */
export type JsonPath = string | { base64: string };

export const ROOT = '' as BytePath;

// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;

export function asBytePath(latin1: string): BytePath {
  return latin1 as BytePath;
}

export function bytePathFromText(text: string): BytePath {
  return (NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text) as BytePath;
}

export function bytePathFromBuffer(buffer: Uint8Array): BytePath {
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).toString(
    'latin1',
  ) as BytePath;
}

export function bytesOf(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The form that `node:fs` takes: a string when that is exact, otherwise a Buffer. */
export function fsPath(path: BytePath): string | Buffer {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

export function joinPath(directory: BytePath, name: BytePath): BytePath {
  return (directory === '' ? name : `${directory}/${name}`) as BytePath;
}

/** The path of the folder that holds `path`; the root's is the root. */
export function parentOf(path: BytePath): BytePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) as BytePath;
}

export function nameOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1) as BytePath;
}

/** Whether `path` is `ancestor` or lies below it. */
export function isWithin(path: BytePath, ancestor: BytePath): boolean {
  return ancestor === '' || path === ancestor || path.startsWith(`${ancestor}/`);
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a path, or undefined when its bytes are not UTF-8. */
export function textOf(path: BytePath): string | undefined {
  if (!NOT_ASCII.test(path)) return path;
  try {
    return STRICT_UTF8.decode(bytesOf(path));
  } catch {
    return undefined;
  }
}

export function pathToJson(path: BytePath): JsonPath {
  return textOf(path) ?? { base64: bytesOf(path).toString('base64') };
}

/** @throws {PitonError} `STATE_DAMAGED` when the value is neither text nor `{base64}`. */
export function pathFromJson(value: unknown): BytePath {
  if (typeof value === 'string') return bytePathFromText(value);
  if (typeof value === 'object' && value !== null && 'base64' in value) {
    const { base64 } = value;
    if (typeof base64 === 'string') return bytePathFromBuffer(Buffer.from(base64, 'base64'));
  }
  throw new PitonError('STATE_DAMAGED', 'a stored path is neither text nor base64');
}

/** Byte order, as git and `memcmp` have it. */
export function compareBytes(left: BytePath, right: BytePath): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
