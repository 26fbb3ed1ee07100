import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from '../helpers/temp.js';
import { medianOf } from './measure.js';
import { isThere, OTHER_PEERS, type OtherPeer } from './other-peers.js';
import { PITON_PEER } from './piton-peer.js';
import { milliseconds, ratio, type Table } from './report.js';
import { makeClone } from './run-bench.js';
import { SyntheticTree, type BenchTree } from './tree.js';

const PITON: OtherPeer = {
  name: 'piton',
  program: null,
  prepare: () => undefined,
  capture: async (place) => {
    const open = await PITON_PEER.open(place);
    await open.capture();
    await open.close();
  },
};

/** What is timed: capture number 0, then rounds of nothing changed and of 10 files changed. */
async function timePeer(peer: OtherPeer, tree: BenchTree, rounds: number): Promise<number[]> {
  const state = join(tree.root, '..', `state-${peer.name.replaceAll(' ', '-')}`);
  const place = { tree: tree.root, state };
  mkdirSync(state);
  peer.prepare(place);
  let number = 0;
  const timed = async (): Promise<number> => {
    const start = performance.now();
    await peer.capture(place, number++);
    return performance.now() - start;
  };
  const first = await timed();
  const [same, edited]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    same.push(await timed());
    tree.edit(10);
    edited.push(await timed());
  }
  rmSync(state, { recursive: true });
  return [first, medianOf(same), medianOf(edited)];
}

/** piton beside programs that capture trees in other ways; each starts with a clean clone. */
export async function benchOthers(
  files: number,
  rounds: number,
  say: (line: string) => void,
): Promise<Table> {
  const folder = tempDirectory();
  const tree = SyntheticTree.write(join(folder, 'tree'), files);
  const cloned = makeClone(tree, folder);
  const rows: string[][] = [];
  let own: number[] = [];
  for (const peer of [PITON, ...OTHER_PEERS]) {
    if (peer.program !== null && !isThere(peer.program)) {
      say(`SKIPPED: there is no ${peer.program}`);
      rows.push([`${peer.name}: skipped, not installed`, '', '', '', '', '', '']);
      continue;
    }
    rmSync(join(tree.root, '.git'), { recursive: true });
    cpSync(cloned, join(tree.root, '.git'), { recursive: true });
    const times = await timePeer(peer, tree, rounds);
    if (peer === PITON) own = times;
    const cells = times.flatMap((time, place) => [
      milliseconds(time),
      peer === PITON ? '' : ratio(own[place] as number, time),
    ]);
    rows.push([peer.name, ...cells]);
    say(`${files} files: ${[peer.name, ...cells].join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
  const columns = ['first', 'nothing changed', '10 files changed'];
  return {
    title: `Beside others, a clean clone of ${files.toLocaleString('en')} files`,
    header: ['', ...columns.flatMap((column) => [column, 'piton/it'])],
    rows,
  };
}
