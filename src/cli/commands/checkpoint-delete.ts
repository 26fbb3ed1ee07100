import { defineCommand, required } from '../command.js';
import { renderCheckpointDelete } from '../render/checkpoint.js';
import { CHECKPOINT } from '../selectors.js';
import { readText } from '../values.js';

export const checkpointDeleteCommand = defineCommand({
  plan: 'required',
  positionals: { checkpoint: required(CHECKPOINT, readText) },
  options: {},
  examples: [['green', 'delete the checkpoint of that name']],
  run: ({ workspace }, { positionals, plan }) =>
    workspace.deleteCheckpoint(positionals.checkpoint, plan),
  render: renderCheckpointDelete,
});
