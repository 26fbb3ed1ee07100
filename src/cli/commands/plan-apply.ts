import { defineCommand } from '../command.js';
import { renderPlanDone } from '../render/plan.js';

export const planApplyCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [['', 'its work stays; it takes no more checkpoints and cannot be rolled back']],
  run: ({ workspace }, { plan }) => workspace.applyPlan(plan),
  render: renderPlanDone('Applied'),
});
