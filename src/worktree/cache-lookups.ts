import { MODE, type NotCaptured } from '../core/types.js';
import type { ObjectBatch } from '../store/object-store.js';
import {
  inOrderSoFar,
  isFolder,
  type FoundFile,
  type FoundFolder,
  type WalkResult,
} from './found.js';
import type { StatLookup } from './stat-cache.js';

export interface LookupRequest {
  cache: StatLookup;
  /** Whether every object the cache names is known to be in the repository. */
  cacheVouched: boolean;
  batch: ObjectBatch;
  /** Files with more bytes are not captured; Infinity for no limit. */
  maxFileBytes: number;
}

/** So many take less than a millisecond. */
const AT_ONCE = 100;

/** Gives files the object ids that the stat cache remembers, while the walk still finds others. */
export class CacheLookups {
  /** Files of which the cache knows nothing, in byte order of their paths. */
  readonly unknown: FoundFile[] = [];
  readonly tooLarge: NotCaptured[] = [];
  readonly #request: LookupRequest;
  readonly #walked: WalkResult;
  readonly #found: Generator<FoundFolder | FoundFile | null, void>;

  constructor(request: LookupRequest, walked: WalkResult) {
    this.#request = request;
    this.#walked = walked;
    this.#found = inOrderSoFar(walked.root);
  }

  /** Looks up some of what comes next, and says whether there was any. */
  lookUpSome(): boolean {
    for (let count = 0; count < AT_ONCE; count++) {
      const next = this.#found.next();
      if (next.done === true || next.value === null) return count > 0;
      this.#lookUp(next.value);
    }
    return true;
  }

  /** Looks up what is left, once the walk is done. */
  lookUpAll(): this {
    for (const found of this.#found) this.#lookUp(found as FoundFolder | FoundFile);
    return this;
  }

  #lookUp(found: FoundFolder | FoundFile): void {
    const { cache, cacheVouched } = this.#request;
    if (isFolder(found)) {
      // Only who vouches for the cache's objects says that those of its trees are there.
      found.known = cacheVouched ? cache.findTree(found.path) : null;
    } else if (!this.#isTooLarge(found) && !this.#isKnown(found)) {
      this.unknown.push(found);
    }
  }

  #isTooLarge({ path, mode, size }: FoundFile): boolean {
    if (mode === MODE.link || size <= this.#request.maxFileBytes) return false;
    this.tooLarge.push({ path, reason: 'too_large', size });
    return true;
  }

  #isKnown(file: FoundFile): boolean {
    const { cache, batch, cacheVouched } = this.#request;
    const oid = cache.find(file.path, this.#walked.stats.recordAt(file.record));
    if (oid === null || !(cacheVouched || batch.has(oid))) return false;
    file.oid = oid;
    file.isKnown = true;
    return true;
  }
}
