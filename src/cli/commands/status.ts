import { defineCommand } from '../command.js';
import { renderStatus } from '../render/workspace.js';

export const statusCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [
    ['', 'the current plan, its latest checkpoint and what changed since'],
    ['--json', 'the same for programs'],
  ],
  run: ({ workspace, operation }, { plan }) => workspace.status({ ...operation, plan }),
  render: renderStatus,
});
