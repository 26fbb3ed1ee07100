import { join } from 'node:path';
import { openWorkspace } from '../../src/index.js';
import type { Workspace } from '../../src/index.js';
import { TEST_HOME } from '../helpers/git.js';
import type { OpenPeer, Peer, Place } from './peer.js';

class PitonLibrary implements OpenPeer {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  first(): Promise<string> {
    return this.capture();
  }

  async capture(): Promise<string> {
    const { checkpoint } = await this.#workspace.createCheckpoint();
    return checkpoint.checkpoint_id;
  }

  async rollBack(to: string): Promise<void> {
    await this.#workspace.rollback({ checkpoint: to });
  }

  close(): Promise<void> {
    return this.#workspace.close();
  }
}

/** The library, in this process. */
export const PITON_PEER: Peer = {
  name: 'piton',
  open: async ({ tree }: Place) => {
    const searchPath = process.env['PATH'];
    const options = { directory: tree, home: TEST_HOME, systemConfig: null, searchPath };
    return new PitonLibrary(await openWorkspace(options));
  },
  firstCommand: ({ tree }) => [process.execPath, join(import.meta.dirname, 'child.js'), tree],
};
