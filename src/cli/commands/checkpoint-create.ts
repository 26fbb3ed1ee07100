import { defineCommand } from '../command.js';
import { flag, valued } from '../option.js';
import { readStateFile } from '../read-state-file.js';
import { renderCheckpointCreate } from '../render/checkpoint.js';
import { readCount, readText } from '../values.js';

export const checkpointCreateCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    reason: valued('<text>', 'why it is taken', readText, 'm'),
    name: valued('<name>', 'keep it under this name', readText),
    source: valued('<tool>', 'the tool that takes it', readText),
    phase: valued('<text>', "the plan's phase", readText),
    step: valued('<n>', 'also record step <n> as completed', readCount),
    state: valued('<file|->', "a JSON object to keep in the plan's context", readText),
    always: flag('also when nothing changed since the latest one'),
    'include-ignored': flag('capture ignored files too'),
    force: flag('also when the workspace is /, the home folder or a parent of it'),
  },
  examples: [
    ['-m "before the new parser"', 'take one, with a reason'],
    ['--name green', 'take one and give it a name'],
    ['--state - --json < state.json', 'keep state of your own with it'],
  ],
  run: async (context, { options, plan }) =>
    context.workspace.createCheckpoint({
      ...context.operation,
      plan,
      reason: options.reason,
      name: options.name,
      source: options.source,
      phase: options.phase,
      step: options.step,
      state: await readStateFile(options.state, context),
      always: options.always,
      includeIgnored: options['include-ignored'],
      force: options.force,
    }),
  render: renderCheckpointCreate,
});
