import { PitonError } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { readPairs } from '../json-input.js';
import { repeated, valued } from '../option.js';
import { PLAN_SETTINGS, settingsOf } from '../plan-options.js';
import { readStateFile } from '../read-state-file.js';
import { renderPlanDone } from '../render/plan.js';
import { KEEP_OPTIONS, keptBy } from '../retention-options.js';
import { oneOf, readText } from '../values.js';

export const planSetCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    ...PLAN_SETTINGS,
    name: valued('<name>', 'what it is called', readText),
    context: repeated('<key=value>', 'keep a value in its context (repeatable)', readPairs),
    output: repeated('<key=value>', 'keep a value in its outputs (repeatable)', readPairs),
    ...KEEP_OPTIONS,
    retention: valued('<default>', 'go back to the default of what to keep', oneOf(['default'])),
    state: valued('<file|->', 'a JSON object to keep whole in its context', readText),
  },
  examples: [
    ['--phase review', 'say what the work is at'],
    ['--context branch=parser --context tries=2', 'keep values; JSON is taken as such'],
    ['--keep-last 20 --keep-within 2d', 'keep fewer checkpoints than by default'],
    ['--every none', 'no checkpoints by time any more'],
  ],
  check: ({ options }) => {
    if (Object.values(options).some((value) => value !== undefined)) return;
    throw new PitonError('USAGE', 'nothing to set', { hint: 'see --help for what can be set' });
  },
  run: async (context, { options, plan }) =>
    context.workspace.setPlan(plan, {
      ...settingsOf(options),
      name: options.name,
      context: options.context,
      outputs: options.output,
      retention: options.retention === undefined ? keptBy(options) : null,
      state: await readStateFile(options.state, context),
    }),
  render: renderPlanDone('Changed'),
});
