import { constants, deflateSync, inflateSync, type Inflate, type ZlibOptions } from 'node:zlib';
import { systemErrorCode } from '../../core/errors.js';
import { damaged } from './damage.js';

/**
 * How hard contents are compressed, 0 to 9. The fastest, since checkpoints are taken often and
 * `git gc` compresses again what is kept.
 */
export const DEFLATE_LEVEL = 1;

const SMALLEST_CHUNK = 64;
const SMALLEST_WINDOW_BITS = 9;
const LARGEST_WINDOW_BITS = 15;
const LARGEST_OUTPUT_CHUNK = 64 * 1024;

/** Contents as packs hold them. */
export function deflate(data: Uint8Array): Buffer {
  const { length } = data;
  // Most contents are small, and what zlib sets aside for large ones takes as long as the work.
  const enough = 32 - Math.clz32(length);
  return deflateSync(data, {
    level: DEFLATE_LEVEL,
    windowBits: Math.min(Math.max(enough, SMALLEST_WINDOW_BITS), LARGEST_WINDOW_BITS),
    chunkSize: Math.min(SMALLEST_CHUNK + length, LARGEST_OUTPUT_CHUNK),
  });
}

export interface Inflated {
  data: Buffer;
  /** Bytes of input that the zlib stream took. */
  consumed: number;
}

const LARGEST_CHUNK = 1024 * 1024;

/** With `info` zlib answers with its engine too, which the type declarations leave out. */
function inflateWithInfo(input: Uint8Array, options: ZlibOptions): Inflated {
  const result = inflateSync(input, { ...options, info: true }) as unknown as {
    buffer: Buffer;
    engine: Inflate;
  };
  return { data: result.buffer, consumed: result.engine.bytesWritten };
}

/** Whether an error says that the input ended before the zlib stream did. */
export function isCutShort(error: unknown): boolean {
  return systemErrorCode(error) === 'Z_BUF_ERROR';
}

/** An error of zlib as damage; any other error as it is. */
export function asDamage(error: unknown): unknown {
  const code = systemErrorCode(error) ?? '';
  if (!code.startsWith('Z_') && code !== 'ERR_BUFFER_TOO_LARGE') return error;
  return damaged(`its compressed contents are not whole (${code})`, {}, error);
}

/**
 * Inflates a zlib stream that must hold exactly `size` bytes; input after it is left alone.
 * Never holds more than `size` bytes, whatever the stream pretends.
 * @throws zlib's own error (see `isCutShort`, `asDamage`); `OBJECT_DAMAGED` when it holds less.
 */
export function inflateExactly(input: Uint8Array, size: number): Inflated {
  const chunkSize = Math.min(Math.max(size + 1, SMALLEST_CHUNK), LARGEST_CHUNK);
  const inflated = inflateWithInfo(input, { chunkSize, maxOutputLength: size + 1 });
  if (inflated.data.length !== size) throw damaged('its contents are not as long as it says');
  return inflated;
}

/** The first bytes of a zlib stream of which only the beginning is given. */
export function inflateStart(input: Uint8Array): Buffer {
  return inflateSync(input, { finishFlush: constants.Z_SYNC_FLUSH });
}
