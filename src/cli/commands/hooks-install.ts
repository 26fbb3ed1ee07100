import { defineCommand } from '../command.js';
import { HOOK_OPTIONS, HOOK_POSITIONALS, levelOf, namesOf } from '../hook-options.js';
import { flag } from '../option.js';
import { renderHooksChange } from '../render/hooks.js';

export const hooksInstallCommand = defineCommand({
  plan: 'none',
  positionals: HOOK_POSITIONALS,
  options: {
    ...HOOK_OPTIONS,
    strict: flag('without a checkpoint, stop the commit or the tool'),
    'dry-run': flag('show what would be written'),
  },
  examples: [
    ['--git pre-commit pre-rebase', 'take a checkpoint before commits and rebases'],
    ['--agent claude-code --user', 'take them wherever Claude Code works'],
    ['--agent codex cursor --dry-run', 'show which files would change'],
  ],
  check: levelOf,
  run: ({ workspace }, given) =>
    workspace.installHooks({
      hooks: namesOf(given) ?? [],
      level: levelOf(given),
      strict: given.options.strict,
      dryRun: given.options['dry-run'],
    }),
  render: (data, view) => renderHooksChange(data, 'installed', view),
});
