import { defineCommand, required } from '../command.js';
import { CHECKPOINT } from '../selectors.js';
import { renderCheckpointShow } from '../render/checkpoint.js';
import { readText } from '../values.js';

export const checkpointShowCommand = defineCommand({
  plan: 'required',
  positionals: { checkpoint: required(CHECKPOINT, readText) },
  options: {},
  examples: [
    ['latest', 'the newest one, and the files changed since the one before'],
    ['step:4 --json', 'the newest one taken after step 4, with plan state and manifest'],
  ],
  run: ({ workspace }, { positionals, plan }) =>
    workspace.showCheckpoint(positionals.checkpoint, plan),
  render: renderCheckpointShow,
});
