import { defineCommand } from '../command.js';
import { flag } from '../option.js';
import { renderPrune } from '../render/retention.js';
import { KEEP_OPTIONS, keptBy } from '../retention-options.js';

export const pruneCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: { 'dry-run': flag('show what would go, and why the others stay'), ...KEEP_OPTIONS },
  examples: [
    ['--dry-run', 'what the policy of the plan keeps, and why'],
    ['--keep-last 10 --keep-within 0 --dry-run', 'what another policy would keep'],
    ['', 'delete what is not to be kept'],
  ],
  run: ({ workspace }, { options, plan }) =>
    workspace.prune({ plan, dryRun: options['dry-run'], ...keptBy(options) }),
  render: renderPrune,
});
