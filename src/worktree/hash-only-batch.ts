import type { Readable } from 'node:stream';
import type { HashAlgorithm, ObjectId, ObjectType } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import { hashObject, startObjectHash } from '../store/objects/object-format.js';

/** A batch for looking only: it knows every object's id and stores nothing. */
export function hashOnlyBatch(algorithm: HashAlgorithm): ObjectBatch {
  return {
    storesNothing: true,
    has: () => true,
    add: (type: ObjectType, data: Uint8Array): ObjectId => hashObject(algorithm, type, data),
    addDeflated: () => undefined,
    addStream: async (size: number, stream: Readable): Promise<ObjectId | null> => {
      const hash = startObjectHash(algorithm, 'blob', size);
      let length = 0;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        hash.update(chunk);
        length += chunk.length;
      }
      return length === size ? hash.digest('hex') : null;
    },
    publish: () => Promise.resolve({ objects: 0, bytes: 0, packed: false }),
    discard: () => Promise.resolve(),
  };
}
