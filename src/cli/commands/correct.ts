import { defineCommand } from '../command.js';
import { flag, mandatory, valued } from '../option.js';
import { renderCorrect } from '../render/correction.js';
import { DECISION } from '../selectors.js';
import { oneOf, readText } from '../values.js';

export const correctCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    decision: mandatory('<decision>', DECISION, readText),
    reason: mandatory('<text>', 'why it is taken back', readText),
    mode: valued(
      '<mode>',
      'revert (roll back to before it, the default) or append (only do it again)',
      oneOf(['revert', 'append'] as const),
    ),
    guidance: valued('<text>', 'what to do otherwise this time', readText),
    'dry-run': flag('show what would be done, and a token for it'),
    token: valued('<token>', 'only if all is still as the dry run found it', readText),
  },
  examples: [
    ['--decision 01JZ8 --reason slow --dry-run', 'show what would fall'],
    ['--decision 01JZ8 --reason slow', 'take it back'],
    ['--decision 01JZ8 --reason x --mode append', 'do it again'],
  ],
  run: ({ workspace, operation }, { options, plan }) =>
    workspace.correct(plan, {
      ...operation,
      decision: options.decision,
      reason: options.reason,
      mode: options.mode,
      guidance: options.guidance,
      dryRun: options['dry-run'],
      token: options.token,
    }),
  render: renderCorrect,
});
