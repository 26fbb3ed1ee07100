import type { CheckpointKind } from '../../api/data.js';
import { DEFAULTS } from '../../core/limits.js';
import { defineCommand } from '../command.js';
import { flag, valued } from '../option.js';
import { renderCheckpointList } from '../render/checkpoint.js';
import { oneOf, readPositive } from '../values.js';

const KINDS: readonly CheckpointKind[] = [
  'manual',
  'step',
  'interval',
  'pre_decision',
  'pre_rollback',
  'pre_run',
  'hook',
  'watch',
];

export const checkpointListCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    limit: valued('<n>', `at most so many (${DEFAULTS.listLimit})`, readPositive),
    kind: valued('<kind>', `only these: ${KINDS.join(', ')}`, oneOf(KINDS)),
    cost: flag('also what each one alone takes up on disk'),
  },
  examples: [
    ['', 'the newest ones'],
    ['--cost --limit 10', 'what the newest ten take up'],
    ['--kind pre_rollback --limit 5', 'what the last rollbacks replaced'],
  ],
  run: ({ workspace }, { options, plan }) => workspace.listCheckpoints({ ...options, plan }),
  render: renderCheckpointList,
});
