import {
  ErrorCode,
  McpError,
  type ListResourcesResult,
  type ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { Workspace } from '../../api/workspace.js';
import { toPitonError } from '../../core/errors.js';
import { successDocument } from '../documents.js';

const PREFIX = 'piton://checkpoint/';

const MIME_TYPE = 'application/json';

/** Any checkpoint, also one that is too old for the list. */
export const TEMPLATE = {
  uriTemplate: `${PREFIX}{checkpoint}`,
  name: 'checkpoint',
  description: "A checkpoint: its facts, the plan's state then, what changed since the one before",
  mimeType: MIME_TYPE,
};

/** The checkpoints of the current plan, newest first; none where there is no workspace yet. */
export async function listResources(workspace: Workspace): Promise<ListResourcesResult> {
  if (workspace.root === null) return { resources: [] };
  const { plan } = await workspace.status();
  if (plan === null) return { resources: [] };
  const { checkpoints } = await workspace.listCheckpoints({ plan: plan.plan_id });
  return {
    resources: checkpoints.map(({ checkpoint_id: id, kind, name, reason, created_at: at }) => ({
      uri: `${PREFIX}${id}`,
      name: name ?? id,
      description: [kind, reason, at].filter((part) => part !== null).join(', '),
      mimeType: MIME_TYPE,
    })),
  };
}

/** @throws {McpError} with the contract's code, for an address that leads nowhere */
export async function readResource(uri: string, workspace: Workspace): Promise<ReadResourceResult> {
  const checkpoint = uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : '';
  if (checkpoint === '') throw new McpError(ErrorCode.InvalidParams, `no resource is at ${uri}`);
  try {
    const shown = await workspace.showCheckpoint(decodeURIComponent(checkpoint));
    const text = successDocument('checkpoint.show', shown, []).trimEnd();
    return { contents: [{ uri, mimeType: MIME_TYPE, text }] };
  } catch (error) {
    const { code, message, hint } = toPitonError(error);
    throw new McpError(ErrorCode.InvalidParams, message, { code, hint });
  }
}
