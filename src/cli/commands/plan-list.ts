import { defineCommand } from '../command.js';
import { renderPlanList } from '../render/plan.js';

export const planListCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {},
  examples: [['', 'every plan with its position']],
  run: ({ workspace }) => workspace.listPlans(),
  render: renderPlanList,
});
