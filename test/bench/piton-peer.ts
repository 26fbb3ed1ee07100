import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/index.js';
import type { Workspace } from '../../src/index.js';
import { git, TEST_HOME } from '../helpers/git.js';
import type { OpenPeer, Peer, Place } from './peer.js';

async function openLibrary(tree: string): Promise<Workspace> {
  const searchPath = process.env['PATH'];
  return openWorkspace({ directory: tree, home: TEST_HOME, systemConfig: null, searchPath });
}

class PitonLibrary implements OpenPeer {
  readonly #tree: string;
  #workspace: Workspace;
  #watching: ChildProcess | null = null;

  constructor(tree: string, workspace: Workspace) {
    this.#tree = tree;
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

  async watch(): Promise<void> {
    if (this.#watching !== null) return;
    await this.#workspace.close();
    git(this.#tree, 'config', 'piton.residentScan', 'true');
    this.#workspace = await openLibrary(this.#tree);
    const program = join(import.meta.dirname, 'watch-child.js');
    this.#watching = spawn(process.execPath, [program, this.#tree, TEST_HOME], {
      stdio: 'inherit',
    });
    const lastLook = join(this.#tree, '.git/piton/last-look');
    rmSync(lastLook, { force: true });
    // There is one as soon as the watch has answered.
    while (!existsSync(lastLook)) await this.capture();
  }

  async close(): Promise<void> {
    const child = this.#watching;
    this.#watching = null;
    if (child !== null) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    await this.#workspace.close();
  }
}

/** The library, in this process. */
export const PITON_PEER: Peer = {
  name: 'piton',
  open: async ({ tree }: Place) => new PitonLibrary(tree, await openLibrary(tree)),
  firstCommand: ({ tree }) => [process.execPath, join(import.meta.dirname, 'child.js'), tree],
};
