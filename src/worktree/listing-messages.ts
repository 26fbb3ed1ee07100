import type { BytePath } from '../core/byte-path.js';
import type { Listing } from './list-folder.js';

/** Folders for a listing thread; `paths` are relative to the root. */
export interface ListRequest {
  paths: BytePath[];
  /** Device and inode of each, as its parent's listing has them. */
  places: BigInt64Array<ArrayBuffer>;
}

/** `failed`: to be listed once more, by who wants to hear of the error. */
export type ListOutcome = Listing | 'vanished' | 'unstable' | 'failed';

/** What was found in one folder. Names are joined by a slash, which none can hold. */
interface PackedListing {
  isReadable: boolean;
  found: string;
  unreadable: string;
  /** The names that are not among `found`. */
  others: string;
  stats: Uint8Array<ArrayBuffer>;
}

/** The answer to a request, in its order; cloning an object for every name would cost too much. */
export type ListReply = (PackedListing | Exclude<ListOutcome, Listing>)[];

export function packOutcome(outcome: ListOutcome): ListReply[number] {
  if (typeof outcome === 'string') return outcome;
  const { names, isReadable, found, stats, unreadable } = outcome;
  const known = new Set(found);
  const others = names.length === found.length ? [] : names.filter((name) => !known.has(name));
  return {
    ...{ isReadable, stats },
    found: found.join('/'),
    unreadable: unreadable.join('/'),
    others: others.join('/'),
  };
}

function split(names: string): BytePath[] {
  return names === '' ? [] : (names.split('/') as BytePath[]);
}

export function unpackOutcome(packed: ListReply[number]): ListOutcome {
  if (typeof packed === 'string') return packed;
  const { isReadable, stats } = packed;
  const found = split(packed.found);
  return {
    names: packed.others === '' ? found : [...found, ...split(packed.others)],
    ...{ isReadable, found, unreadable: split(packed.unreadable) },
    stats: Buffer.from(stats.buffer, stats.byteOffset, stats.length),
  };
}
