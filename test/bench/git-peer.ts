import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';
import type { OpenPeer, Peer, Place } from './peer.js';

/** What a careful script does: plain git, with an index of its own that stays warm. */
class GitPipeline implements OpenPeer {
  readonly #place: Place;
  #captures = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  first(): Promise<string> {
    if (!existsSync(join(this.#place.tree, '.git'))) this.#git('init', '-q', '--template=');
    return this.capture();
  }

  capture(): Promise<string> {
    this.#git('add', '-A');
    const tree = this.#git('write-tree');
    const commit = this.#git('commit-tree', tree, '-m', 'capture');
    this.#git('update-ref', `refs/captures/${this.#captures++}`, commit);
    return Promise.resolve(commit);
  }

  async rollBack(to: string): Promise<void> {
    await this.capture();
    this.#git('read-tree', '--reset', '-u', to);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #git(...args: string[]): string {
    const run = spawnSync('git', args, {
      cwd: this.#place.tree,
      env: { ...TEST_ENV, GIT_INDEX_FILE: join(this.#place.state, 'index') },
    });
    if (run.status === 0) return run.stdout.toString().trim();
    throw new Error(`git ${args.join(' ')}: ${run.stderr.toString()}`);
  }
}

export const GIT_PEER: Peer = {
  name: 'git',
  open: (place) => Promise.resolve(new GitPipeline(place)),
  firstCommand: ({ tree }) => ['git', '-C', tree, 'add', '-A'],
};
