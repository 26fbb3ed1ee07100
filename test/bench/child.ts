import { PITON_PEER } from './piton-peer.js';

/** `child.js <tree>`: the first checkpoint of a tree, in a process of its own. */
const peer = await PITON_PEER.open({ tree: process.argv[2] ?? '', state: '' });
await peer.first();
await peer.close();
