import { defineCommand } from '../command.js';
import { renderGc } from '../render/retention.js';

export const gcCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {},
  examples: [['', 'sweep leftovers, and have git collect its garbage']],
  run: ({ workspace, operation }) => workspace.gc(operation),
  render: renderGc,
});
