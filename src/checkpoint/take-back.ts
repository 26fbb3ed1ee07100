import type { ObjectBatch, ObjectStore } from '../store/object-store.js';
import type { RefEdit, RefStore } from '../store/ref-store.js';

/**
 * After the refs of a published batch could not be made: leaves no object behind, unless one of
 * them was made all the same.
 */
export async function takeBack(
  batch: ObjectBatch,
  edits: readonly RefEdit[],
  { refs, objects }: { refs: RefStore; objects: ObjectStore },
): Promise<void> {
  for (const { name, value } of edits) {
    if ((await refs.read(name)) === value) return;
  }
  await batch.discard();
  objects.refresh();
}
