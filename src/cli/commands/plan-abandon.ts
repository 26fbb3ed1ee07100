import { defineCommand } from '../command.js';
import { renderPlanDone } from '../render/plan.js';

export const planAbandonCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [['', 'the files stay as they are; roll back first to be rid of its work']],
  run: ({ workspace }, { plan }) => workspace.abandonPlan(plan),
  render: renderPlanDone('Abandoned'),
});
