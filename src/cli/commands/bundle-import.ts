import { resolve } from 'node:path';
import { defineCommand, required } from '../command.js';
import { renderFetch } from '../render/remote.js';
import { readText } from '../values.js';

export const bundleImportCommand = defineCommand({
  plan: 'none',
  positionals: { file: required('a bundle', readText) },
  options: {},
  examples: [['reckon.bundle', 'take the checkpoints and plans that are in the file']],
  run: ({ workspace, operation, directory }, { positionals }) =>
    workspace.importBundle(resolve(directory, positionals.file), operation),
  render: renderFetch,
});
