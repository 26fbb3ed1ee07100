import type { BytePath } from '../core/byte-path.js';
import type { HashAlgorithm, HeadState } from '../core/types.js';
import { hashObject } from '../store/objects/object-format.js';
import type { Look } from './look.js';
import type { CheckpointManifest } from './sidecar.js';

/** The ignore files that were read and are not in the tree as they were read, by path. */
export function uncapturedIgnoreFiles(
  { scan, ignoreFiles }: Look,
  algorithm: HashAlgorithm,
): Map<BytePath, Buffer> {
  return new Map(
    [...ignoreFiles].filter(([path, text]) => {
      return scan.oidAt(path) !== hashObject(algorithm, 'blob', text);
    }),
  );
}

export function isSameHead(left: HeadState, right: HeadState): boolean {
  return left.ref === right.ref && left.commit === right.commit;
}

/** Whether two scans looked at the same paths: where one did not, absence means nothing. */
export function isSameView(left: CheckpointManifest, right: CheckpointManifest): boolean {
  const viewOf = ({ ignore, not_captured: notCaptured, nested }: CheckpointManifest): string =>
    JSON.stringify([
      ignore,
      notCaptured.map(({ path, reason }) => [path, reason]),
      nested.map(({ path }) => path),
    ]);
  return viewOf(left) === viewOf(right);
}
