import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { parseEntry } from '../../../src/store/objects/pack-entry.js';
import { encodePackIndex } from '../../../src/store/objects/pack-index-encode.js';
import { PackIndex } from '../../../src/store/objects/pack-index.js';
import { tempDirectory } from '../../helpers/temp.js';

export interface HandMadeEntry {
  /** Header and compressed contents, right or wrong. */
  bytes: Buffer;
}

export interface HandMadePack {
  path: string;
  index: PackIndex;
  offsets: number[];
}

/** The id of what an entry holds, or any id when it holds no whole object. */
function idOf({ bytes }: HandMadeEntry, place: number): string {
  try {
    const { type, dataOffset } = parseEntry(bytes, 0, 20);
    if (type !== null) return hashObject('sha1', type, inflateSync(bytes.subarray(dataOffset)));
  } catch {
    // It is wrong on purpose.
  }
  return createHash('sha1').update(String(place)).digest('hex');
}

/** A SHA-1 pack and its index, of entries that need not be what git would write. */
export function handMadePack(
  entries: readonly HandMadeEntry[],
  { oids = entries.map(idOf), folder = tempDirectory() }: { oids?: string[]; folder?: string } = {},
): HandMadePack {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(entries.length, 8);
  const offsets: number[] = [];
  let length = header.length;
  for (const { bytes } of entries) {
    offsets.push(length);
    length += bytes.length;
  }
  const body = Buffer.concat([header, ...entries.map(({ bytes }) => bytes)]);
  const checksum = createHash('sha1').update(body).digest();
  const path = join(folder, `pack-${checksum.toString('hex')}.pack`);
  writeFileSync(path, Buffer.concat([body, checksum]));
  const listed = entries.map(({ bytes }, place) => {
    return { oid: oids[place] as string, offset: offsets[place] as number, crc: crc32(bytes) };
  });
  const shared = encodePackIndex('sha1', listed, checksum);
  const indexPath = path.replace(/pack$/, 'idx');
  writeFileSync(indexPath, Buffer.from(shared));
  return { path, index: new PackIndex(shared, 'sha1', indexPath), offsets };
}
