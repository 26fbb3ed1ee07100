import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { JsonObject } from '../api/types.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import type { Context } from './command.js';
import { readJsonObject } from './json-input.js';

/** It ends up in the plan file, which is read whole by every command. */
const MAX_STATE_BYTES = 16 * 1024 * 1024;

/** What goes wrong when a user names the wrong file. */
const WRONG_FILE: ReadonlySet<string | undefined> = new Set([
  'EACCES',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
]);

/**
 * The JSON object that `--state` names: in a file, or for `-` on standard input.
 * @throws {PitonError} `USAGE`
 */
export async function readStateFile(
  file: string | undefined,
  { directory, stdin, operation }: Pick<Context, 'directory' | 'stdin' | 'operation'>,
): Promise<JsonObject | undefined> {
  if (file === undefined) return undefined;
  const source = file === '-' ? stdin() : createReadStream(resolve(directory, file));
  const bytes = await readBounded(addAbortSignal(operation.signal, source), file);
  return readJsonObject(decode(bytes), '--state');
}

async function readBounded(source: Readable, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > MAX_STATE_BYTES) throw tooLarge();
      chunks.push(bytes);
    }
  } catch (error) {
    if (!WRONG_FILE.has(systemErrorCode(error))) throw error;
    throw new PitonError('USAGE', `--state cannot read ${file}: ${(error as Error).message}`, {
      hint: 'name a file that holds a JSON object, or - for standard input',
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PitonError('USAGE', '--state is not UTF-8 text', {
      hint: 'write the JSON object as UTF-8',
      cause: error,
    });
  }
}

function tooLarge(): PitonError {
  return new PitonError('USAGE', `--state is larger than ${MAX_STATE_BYTES} bytes`, {
    hint: 'keep what is large in a file of the workspace and its path in the state',
  });
}
