import { isUtf8 } from 'node:buffer';
import { PitonError } from '../core/errors.js';
import { stateDamaged } from './damage.js';

const UTF8 = new TextDecoder();

/**
 * The JSON value in the bytes of a state file; a byte order mark is passed over.
 * @throws {PitonError} `STATE_DAMAGED` when they are not UTF-8 or not JSON.
 */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  if (!isUtf8(bytes)) throw stateDamaged(path, 'not UTF-8 text');
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (error) {
    throw stateDamaged(path, `not JSON (${String(error)})`);
  }
}

/**
 * Two spaces deep and with a last newline, for people who look with plain tools.
 * @throws {PitonError} `USAGE` when it would be larger than what is read back.
 */
export function formatJson(value: unknown, maxBytes: number): Buffer {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8');
  if (bytes.length <= maxBytes) return bytes;
  throw new PitonError('USAGE', `this would make a state file of ${bytes.length} bytes`, {
    hint: `keep less in the plan's context and outputs: the limit is ${maxBytes} bytes`,
    details: { bytes: bytes.length, limit: maxBytes },
  });
}
