import { defineCommand } from '../command.js';
import { renderPlan } from '../render/plan.js';

export const planShowCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [
    ['', 'its position, settings, context and outputs'],
    ['--json', 'the plan as in its file'],
  ],
  run: ({ workspace }, { plan }) => workspace.showPlan(plan),
  render: renderPlan,
});
