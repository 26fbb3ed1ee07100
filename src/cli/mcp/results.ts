import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { PitonError, toPitonError } from '../../core/errors.js';
import type { Warning } from '../../core/types.js';
import { failureDocument, successDocument } from '../documents.js';

/** The same document as of the command line, as text and as structured content. */
export function resultOf(
  name: string,
  data: unknown,
  warnings: readonly Warning[],
): CallToolResult {
  return asResult(successDocument(name, data, warnings), false);
}

/** A failure with a code of the contract: for the model to read, so it is no error of protocol. */
export function failureResult(
  name: string,
  error: unknown,
  warnings: readonly Warning[],
): CallToolResult {
  return asResult(failureDocument(name, errorOf(error), warnings), true);
}

function asResult(document: string, isError: boolean): CallToolResult {
  const structuredContent = JSON.parse(document) as Record<string, unknown>;
  return { content: [{ type: 'text', text: document.trimEnd() }], structuredContent, isError };
}

function errorOf(error: unknown): PitonError {
  if (!(error instanceof z.ZodError)) return toPitonError(error);
  return new PitonError('USAGE', z.prettifyError(error), {
    hint: "see the tool's schema for what it takes",
    cause: error,
  });
}
