import { pathToJson } from '../core/byte-path.js';
import type { PitonError } from '../core/errors.js';
import type { Warning } from '../core/types.js';
import { escapeControlInJson } from './render/escape-control.js';

/** Of the documents' shape; only additions leave it as it is. */
const SCHEMA = 1;

/** The document of a command that did what it was asked, as one line. */
export function successDocument(
  command: string | null,
  data: unknown,
  warnings: readonly Warning[],
): string {
  return line({ ok: true, command, schema: SCHEMA, data, warnings: warnings.map(warningData) });
}

/**
 * The document of a command that did not, as one line.
 * @param command null when no command was recognised
 */
export function failureDocument(
  command: string | null,
  { code, message, hint, details }: PitonError,
  warnings: readonly Warning[],
): string {
  const error = { code, message, hint, details };
  const warned = warnings.length === 0 ? {} : { warnings: warnings.map(warningData) };
  return line({ ok: false, command, schema: SCHEMA, error, ...warned });
}

function warningData({ code, message, paths }: Warning): Record<string, unknown> {
  return { code, message, ...(paths === undefined ? {} : { paths: paths.map(pathToJson) }) };
}

/** Terminals show JSON too, and must not be commanded by the names in it. */
function line(document: Record<string, unknown>): string {
  return `${escapeControlInJson(JSON.stringify(document))}\n`;
}
