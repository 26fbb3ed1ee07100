import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { runWatched } from './measure.js';
import type { Peer } from './peer.js';
import { mebibytes, ratio, type Table } from './report.js';

export const LARGE_FILE = 'one file of 2 GiB';
const CHUNK_BYTES = 16 * 1024 * 1024;
const CHUNKS = 128;

/** Random, since what compresses well is less work. */
function writeLargeFile(path: string): void {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const fd = openSync(path, 'wx');
  try {
    for (let count = 0; count < CHUNKS; count++) writeSync(fd, randomFillSync(chunk));
  } finally {
    closeSync(fd);
  }
}

/** What the first capture of a large file needs of memory, whatever its size. */
export async function benchLargeFile(peers: readonly Peer[]): Promise<Table> {
  const peaks: number[] = [];
  for (const peer of peers) {
    const folder = tempDirectory();
    const place = { tree: join(folder, 'tree'), state: join(folder, 'state') };
    for (const path of Object.values(place)) mkdirSync(path);
    git(place.tree, 'init', '-q', '--template=');
    git(place.tree, 'config', 'piton.maxFileSize', '0');
    writeLargeFile(join(place.tree, 'large'));
    peaks.push(await runWatched(peer.firstCommand(place), place.tree, true));
    rmSync(folder, { recursive: true, force: true });
  }
  const [own = 0, ...others] = peaks;
  const cells = others.flatMap((other) => [mebibytes(other), ratio(own, other)]);
  const names = peers.map(({ name }) => name);
  return {
    title: `The first capture of ${LARGE_FILE}`,
    header: [
      '',
      names[0] ?? '',
      ...names.slice(1).flatMap((name) => [name, `${names[0]}/${name}`]),
      'goal',
    ],
    rows: [['peak memory of the process', mebibytes(own), ...cells, '200 MiB']],
  };
}
