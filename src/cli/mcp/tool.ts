import type { z } from 'zod';
import type { Workspace } from '../../api/workspace.js';
import type { OperationOptions } from '../../core/types.js';

/** What a host tells its user of a tool before it lets a model call it. */
export interface Effect {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  /** Whether it reaches beyond this machine; none of piton's tools does. */
  openWorldHint: false;
}

/** A tool as the server lists and calls it, whatever its arguments. */
export interface Tool {
  name: string;
  description: string;
  schema: z.ZodType;
  effect: Effect;
  /** @throws {PitonError}; a ZodError for arguments that do not fit the schema */
  call: (workspace: Workspace, args: unknown, operation: OperationOptions) => Promise<unknown>;
}

/** Changes nothing. */
export const READS: Effect = effect({ readOnlyHint: true, idempotentHint: true });

/** Adds to what piton keeps; touches none of the user's files. */
export const KEEPS: Effect = effect({});

/** Changes the user's files. */
export const REPLACES: Effect = effect({ destructiveHint: true });

/** Closes over the type of a tool's arguments, so that tools can be handled alike. */
export function defineTool<S extends z.ZodType>(
  definition: Pick<Tool, 'name' | 'description' | 'effect'> & {
    schema: S;
    run: (workspace: Workspace, args: z.infer<S>, operation: OperationOptions) => Promise<unknown>;
  },
): Tool {
  const { run, schema, ...rest } = definition;
  return {
    ...rest,
    schema,
    call: async (workspace, args, operation) => run(workspace, schema.parse(args), operation),
  };
}

function effect(told: Partial<Effect>): Effect {
  const quiet = { readOnlyHint: false, destructiveHint: false, idempotentHint: false } as const;
  return { ...quiet, openWorldHint: false, ...told };
}
