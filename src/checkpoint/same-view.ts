import { compareBytes } from '../core/byte-path.js';
import type { HeadState, NotCaptured } from '../core/types.js';
import type { CheckpointManifest } from './sidecar.js';

export function isSameHead(left: HeadState, right: HeadState): boolean {
  return left.ref === right.ref && left.commit === right.commit;
}

/** Whether two scans looked at the same paths: where one did not, absence means nothing. */
export function isSameView(left: CheckpointManifest, right: CheckpointManifest): boolean {
  const viewOf = ({ ignore, not_captured: notCaptured, nested }: CheckpointManifest): string =>
    JSON.stringify([
      ignore,
      [...notCaptured].sort(byPath).map(({ path, reason }) => [path, reason]),
      nested.map(({ path }) => path),
    ]);
  return viewOf(left) === viewOf(right);
}

/** Scans find what they cannot capture in any order. */
function byPath(left: NotCaptured, right: NotCaptured): number {
  return compareBytes(left.path, right.path);
}
