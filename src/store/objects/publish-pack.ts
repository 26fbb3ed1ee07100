import { closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Durability, HashAlgorithm } from '../../core/types.js';
import { syncDirectory } from '../../disk/atomic-write.js';
import { createFile, syncFile, writeAt } from './files.js';
import { indexPathOf, KnownPack, stampOf } from './pack-catalog.js';
import { encodePackIndex } from './pack-index-encode.js';
import { PackIndex } from './pack-index.js';
import type { PackWriter } from './pack-writer.js';
import type { Publication } from './publication.js';
import { objectTempPath } from './temp-files.js';
import { removeFile } from '../../disk/remove-file.js';

export interface PublishedPack {
  pack: KnownPack;
  /** Of the pack and its index. */
  bytes: number;
}

async function writeIndex(path: string, bytes: Buffer, durability: Durability): Promise<void> {
  const fd = createFile(path);
  try {
    writeAt(fd, bytes, 0);
    if (durability === 'full') await syncFile(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Completes a pack and makes it visible, the index last: git looks for indexes. What is already
 * visible when this fails is in `publication`; of the index nothing else is left behind.
 */
export async function publishPack(
  writer: PackWriter,
  algorithm: HashAlgorithm,
  durability: Durability,
  publication: Publication,
): Promise<PublishedPack> {
  const folder = dirname(writer.path);
  const checksum = await writer.finish(algorithm, durability);
  const shared = encodePackIndex(algorithm, writer.entries, checksum);
  const path = join(folder, `pack-${checksum.toString('hex')}.pack`);
  const indexPath = indexPathOf(path);
  const temp = objectTempPath(folder, 'tmp_idx');
  try {
    await writeIndex(temp, Buffer.from(shared), durability);
    publication.place([
      { from: writer.path, to: path },
      { from: temp, to: indexPath },
    ]);
    if (durability === 'full') syncDirectory(folder);
  } catch (error) {
    removeFile(temp);
    throw error;
  }
  const index = new PackIndex(shared, algorithm, indexPath);
  const facts = { path, isOwn: true, isCruft: false, stamp: stampOf(path) };
  const pack = new KnownPack(facts, algorithm, index);
  return { pack, bytes: writer.length + shared.byteLength };
}
