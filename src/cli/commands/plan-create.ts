import { defineCommand } from '../command.js';
import { valued } from '../option.js';
import { PLAN_SETTINGS, settingsOf } from '../plan-options.js';
import { renderPlanDone } from '../render/plan.js';
import { readText } from '../values.js';

export const planCreateCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {
    name: valued('<name>', 'what it is called', readText),
    parent: valued('<plan>', 'make it a part of this plan', readText),
    ...PLAN_SETTINGS,
  },
  examples: [
    ['--name "swap parser" --every-steps 1', 'with a checkpoint after every step'],
    ['--parent "swap parser" --max-reversions none', 'a subplan that may always roll back'],
  ],
  run: ({ workspace }, { options }) =>
    workspace.createPlan({
      name: options.name,
      parent: options.parent,
      ...settingsOf(options),
    }),
  render: renderPlanDone('Made and now using'),
});
