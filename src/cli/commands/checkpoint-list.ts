import type { CheckpointKind } from '../../api/data.js';
import { DEFAULTS } from '../../core/limits.js';
import { defineCommand } from '../command.js';
import { valued } from '../option.js';
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
  },
  examples: [
    ['', 'the newest ones'],
    ['--kind pre_rollback --limit 5', 'what the last rollbacks replaced'],
  ],
  run: ({ workspace }, { options, plan }) => workspace.listCheckpoints({ ...options, plan }),
  render: renderCheckpointList,
});
