import { defineCommand } from '../command.js';
import { HOOK_OPTIONS, HOOK_POSITIONALS, levelOf, namesOf } from '../hook-options.js';
import { renderHooksStatus } from '../render/hooks.js';

export const hooksStatusCommand = defineCommand({
  plan: 'none',
  positionals: HOOK_POSITIONALS,
  options: HOOK_OPTIONS,
  examples: [
    ['', 'which hooks piton is in'],
    ['--git pre-commit -v', 'one hook, and the file it is in'],
  ],
  check: levelOf,
  run: ({ workspace }, given) =>
    workspace.hooksStatus({ hooks: namesOf(given), level: levelOf(given) }),
  render: renderHooksStatus,
});
