import { defineCommand } from '../command.js';
import { renderRecover } from '../render/workspace.js';

export const recoverCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {},
  examples: [['', 'finish or take back a rollback that was cut short']],
  run: ({ workspace }) => workspace.recover(),
  render: renderRecover,
});
