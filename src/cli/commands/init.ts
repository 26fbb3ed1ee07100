import { defineCommand } from '../command.js';
import { flag } from '../option.js';
import { renderInit } from '../render/workspace.js';

export const initCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {
    force: flag('also when the workspace is /, the home folder or a parent of it'),
  },
  examples: [
    ['', 'prepare the workspace that this folder is in'],
    ['-C ../other', 'prepare another one'],
  ],
  run: ({ workspace }, { options }) => workspace.init({ force: options.force }),
  render: renderInit,
});
