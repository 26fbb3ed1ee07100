import { resolve } from 'node:path';
import { defineCommand, required } from '../command.js';
import { renderBundleCreate } from '../render/remote.js';
import { readText } from '../values.js';

export const bundleCreateCommand = defineCommand({
  plan: 'required',
  positionals: { file: required('a new file', readText) },
  options: {},
  examples: [
    ['reckon.bundle', "put all plans' checkpoints into a file"],
    ['p.bundle --plan p', "only one plan's"],
  ],
  run: ({ workspace, operation, directory }, { positionals, plan }) =>
    workspace.createBundle(resolve(directory, positionals.file), { ...operation, plan }),
  render: renderBundleCreate,
});
