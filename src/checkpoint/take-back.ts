import type { ObjectBatch, ObjectStore } from '../store/object-store.js';
import type { RefEdit, RefStore } from '../store/ref-store.js';

/**
 * After the refs of a published batch could not be made: puts back those that were made all the
 * same, the checkpoint's own first, and leaves no object behind.
 */
export async function takeBack(
  batch: ObjectBatch,
  edits: readonly RefEdit[],
  { refs, objects }: { refs: RefStore; objects: ObjectStore },
): Promise<void> {
  for (const { name, expected, value } of edits.toReversed()) {
    if ((await refs.read(name)) !== value) continue;
    await refs.transact([{ name, expected: value, value: expected }]);
  }
  await batch.discard();
  objects.refresh();
}
