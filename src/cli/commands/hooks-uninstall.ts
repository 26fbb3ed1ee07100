import { defineCommand } from '../command.js';
import { HOOK_OPTIONS, HOOK_POSITIONALS, levelOf, namesOf } from '../hook-options.js';
import { flag } from '../option.js';
import { renderHooksChange } from '../render/hooks.js';

export const hooksUninstallCommand = defineCommand({
  plan: 'none',
  positionals: HOOK_POSITIONALS,
  options: { ...HOOK_OPTIONS, 'dry-run': flag('show what would be written') },
  examples: [
    ['', 'take piton out of all hooks of this workspace'],
    ['--git pre-commit', 'out of one of them'],
    ['--user', "out of your agents' own settings"],
  ],
  check: levelOf,
  run: ({ workspace }, given) =>
    workspace.uninstallHooks({
      hooks: namesOf(given),
      level: levelOf(given),
      dryRun: given.options['dry-run'],
    }),
  render: (data, view) => renderHooksChange(data, 'uninstalled', view),
});
