import { defineCommand, required } from '../command.js';
import { renderCheckpointName } from '../render/checkpoint.js';
import { CHECKPOINT } from '../selectors.js';
import { readText } from '../values.js';

export const checkpointNameCommand = defineCommand({
  plan: 'required',
  positionals: {
    checkpoint: required(CHECKPOINT, readText),
    name: required('what it is to be called', readText),
  },
  options: {},
  examples: [['latest green', 'name it; named checkpoints are never pruned']],
  run: ({ workspace }, { positionals: { checkpoint, name }, plan }) =>
    workspace.nameCheckpoint(checkpoint, name, plan),
  render: renderCheckpointName,
});
