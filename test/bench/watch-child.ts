import { openWorkspace } from '../../src/index.js';

/** `watch-child.js <tree> <home>`: watches a tree until it is told to stop. */
const [, , directory = '', home = ''] = process.argv;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const searchPath = process.env['PATH'];
const workspace = await openWorkspace({ directory, home, systemConfig: null, searchPath });
await workspace.watch({ everySeconds: 86_400, signal: stop.signal });
await workspace.close();
