import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type Tool as ListedTool,
} from '@modelcontextprotocol/sdk/types.js';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Workspace } from '../../api/workspace.js';
import type { Warning } from '../../core/types.js';
import { pitonVersion } from '../version.js';
import { listResources, readResource, TEMPLATE } from './resources.js';
import { failureResult, resultOf } from './results.js';
import type { Tool } from './tool.js';
import { TOOLS } from './tools.js';

const INSTRUCTIONS =
  'Take a checkpoint before a risky step. When the step goes wrong, preview a rollback, look at ' +
  'what it would do, then roll back with its token. undo takes a rollback back.';

export interface Served {
  workspace: Workspace;
  stdin: Readable;
  stdout: Writable;
  /** Ends the server; a call that is under way is stopped cleanly. */
  signal: AbortSignal;
  /** The warnings since the last call, which this takes away. */
  takeWarnings: () => Warning[];
}

/**
 * Speaks the Model Context Protocol on the given streams until the other side closes its end.
 * One call is done after the other: they all work on the same files.
 * @throws the signal's reason, when that is aborted
 */
export async function serve(served: Served): Promise<void> {
  const { stdin, stdout, signal } = served;
  const server = new Server(
    { name: 'piton', version: pitonVersion() },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  );
  const calls = new Calls(served);
  handleTools(server, calls);
  handleResources(server, calls);
  const ended = endOf(stdin, stdout, signal);
  await server.connect(new StdioServerTransport(stdin, stdout));
  try {
    await ended;
    await calls.settled();
  } finally {
    await server.close();
  }
  signal.throwIfAborted();
}

function handleTools(server: Server, calls: Calls): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(listed) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (tool === undefined) {
      throw new McpError(ErrorCode.InvalidParams, `piton has no tool ${params.name}`);
    }
    return calls.inTurn(async ({ workspace, signal: stop, takeWarnings }) => {
      try {
        const operation = { signal: AbortSignal.any([signal, stop]) };
        const data = await tool.call(workspace, params.arguments ?? {}, operation);
        return resultOf(tool.name, data, takeWarnings());
      } catch (error) {
        return failureResult(tool.name, error, takeWarnings());
      }
    });
  });
}

function handleResources(server: Server, calls: Calls): void {
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [TEMPLATE],
  }));
  server.setRequestHandler(ListResourcesRequestSchema, () =>
    calls.inTurn(({ workspace }) => listResources(workspace)),
  );
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) =>
    calls.inTurn(({ workspace }) => readResource(params.uri, workspace)),
  );
}

function listed({ name, description, schema, effect }: Tool): ListedTool {
  const inputSchema = z.toJSONSchema(schema, { io: 'input' }) as ListedTool['inputSchema'];
  return { name, description, inputSchema, annotations: effect };
}

/** Calls one after the other. */
class Calls {
  readonly #served: Served;
  #last: Promise<unknown> = Promise.resolve();

  constructor(served: Served) {
    this.#served = served;
  }

  inTurn<T>(call: (served: Served) => Promise<T>): Promise<T> {
    const next = this.#last.then(() => call(this.#served));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async settled(): Promise<void> {
    await this.#last;
  }
}

/** When the other side has gone, or the user wants a stop. */
function endOf(stdin: Readable, stdout: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    stdin.once('end', done).once('close', done).once('error', done);
    stdout.once('error', done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
