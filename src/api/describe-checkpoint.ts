import type { Created } from '../checkpoint/create.js';
import type { View } from '../checkpoint/look.js';
import { pathToJson } from '../core/byte-path.js';
import type { NotCaptured } from '../core/types.js';
import type { FileChange } from '../worktree/diff.js';
import type { CheckpointCreateData, NotCapturedData } from './data.js';

export function notCapturedData(list: readonly NotCaptured[]): NotCapturedData[] {
  return list.map(({ path, reason, size }) => {
    return { path: pathToJson(path), reason, ...(size !== undefined && { size }) };
  });
}

export function countChanges(changes: readonly FileChange[]): CheckpointCreateData['changed'] {
  const changed = { added: 0, modified: 0, deleted: 0 };
  for (const { status } of changes) {
    if (status === 'added' || status === 'deleted') changed[status]++;
    else changed.modified++;
  }
  return changed;
}

export function createData(
  { created, checkpoint, changes, look }: Created<View>,
  startedAt: number,
): CheckpointCreateData {
  return {
    created,
    checkpoint,
    changed: countChanges(changes),
    not_captured: notCapturedData(look.scan.notCaptured),
    duration_ms: Math.round(performance.now() - startedAt),
  };
}
