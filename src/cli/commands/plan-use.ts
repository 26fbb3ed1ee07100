import { defineCommand, required } from '../command.js';
import { PLAN } from '../selectors.js';
import { renderPlanDone } from '../render/plan.js';
import { readText } from '../values.js';

export const planUseCommand = defineCommand({
  plan: 'none',
  positionals: { plan: required(PLAN, readText) },
  options: {},
  examples: [['"swap parser"', 'the short commands work on this plan from now on']],
  run: ({ workspace }, { positionals }) => workspace.usePlan(positionals.plan),
  render: renderPlanDone('Now using'),
});
