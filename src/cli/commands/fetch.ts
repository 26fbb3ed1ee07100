import { defineCommand, required } from '../command.js';
import { renderFetch } from '../render/remote.js';
import { readText } from '../values.js';

export const fetchCommand = defineCommand({
  plan: 'none',
  positionals: { remote: required('a remote of git, a path or an address', readText) },
  options: {},
  examples: [
    ['origin', 'get the checkpoints and plans that others pushed there'],
    ['../other-clone', 'straight from another workspace'],
  ],
  run: ({ workspace, operation }, { positionals }) =>
    workspace.fetch(positionals.remote, operation),
  render: renderFetch,
});
