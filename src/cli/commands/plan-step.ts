import { defineCommand } from '../command.js';
import { readPairs } from '../json-input.js';
import { mandatory, repeated, valued } from '../option.js';
import { renderStep } from '../render/plan.js';
import { oneOf, readCount } from '../values.js';

const STATUSES = ['done', 'failed', 'interrupted'] as const;

export const planStepCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    done: mandatory('<n>', 'the step, from 0', readCount),
    status: valued('<how>', 'failed or interrupted; a checkpoint is always taken', oneOf(STATUSES)),
    output: repeated('<key=value>', 'keep a value of the step (repeatable)', readPairs),
  },
  examples: [
    ['--done 0', 'step 0 is completed'],
    ['--done 1 --output tests=12 --output log=a.txt', 'with what it produced'],
    ['--done 2 --status failed', 'step 2 was tried and failed'],
  ],
  run: ({ workspace }, { options, plan }) =>
    workspace.completeStep(plan, {
      done: options.done,
      status: options.status,
      output: options.output,
    }),
  render: renderStep,
});
