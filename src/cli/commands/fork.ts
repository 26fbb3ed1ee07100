import { resolve } from 'node:path';
import type { ForkData, ForkListData } from '../../api/fork-data.js';
import { PitonError } from '../../core/errors.js';
import { defineCommand, optional } from '../command.js';
import { flag } from '../option.js';
import { renderFork, renderForkList } from '../render/fork.js';
import { CHECKPOINT } from '../selectors.js';
import { readText } from '../values.js';

function missing(name: string): PitonError {
  return new PitonError('USAGE', `<${name}> is missing`, {
    hint: "as in 'piton fork latest ../attempt'; --list shows the forks there are",
  });
}

export const forkCommand = defineCommand({
  plan: 'required',
  positionals: {
    checkpoint: optional(CHECKPOINT, readText),
    directory: optional('a folder that is not there yet', readText),
  },
  options: { list: flag('list the forks of this workspace instead') },
  examples: [
    ['latest ../attempt', 'try something in a worktree of its own'],
    ['--list', 'where the forks are, and what their plans are at'],
  ],
  check: ({ options, positionals: { checkpoint, directory } }) => {
    if (!options.list && checkpoint === undefined) throw missing('checkpoint');
    if (!options.list && directory === undefined) throw missing('directory');
    if (options.list && checkpoint !== undefined) {
      throw new PitonError('USAGE', '--list takes no checkpoint', {
        hint: 'leave out one of them',
      });
    }
  },
  run: ({ workspace, operation, directory: from }, { positionals, plan }) => {
    const { checkpoint, directory } = positionals;
    const run: Promise<ForkData | ForkListData> =
      checkpoint === undefined || directory === undefined
        ? workspace.listForks()
        : workspace.fork(checkpoint, resolve(from, directory), { ...operation, plan });
    return run;
  },
  render: (data, view) => ('forks' in data ? renderForkList(data, view) : renderFork(data, view)),
});
