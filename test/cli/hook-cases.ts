import type { CommandCase } from './command-cases.js';

export const HOOK_CASES: CommandCase[] = [
  {
    line: 'hooks install --git pre-commit,pre-push post-merge --agent codex --strict --project',
    name: 'hooks.install',
    calls: [
      [
        'installHooks',
        {
          hooks: ['pre-commit', 'pre-push', 'codex', 'post-merge'],
          level: 'project',
          strict: true,
          dryRun: false,
        },
      ],
    ],
  },
  {
    line: 'hooks install codex --user --dry-run',
    name: 'hooks.install',
    calls: [['installHooks', { hooks: ['codex'], level: 'user', strict: false, dryRun: true }]],
  },
  {
    line: 'hooks uninstall',
    name: 'hooks.uninstall',
    calls: [['uninstallHooks', { dryRun: false }]],
  },
  {
    line: 'hooks uninstall --user --agent cursor --dry-run',
    name: 'hooks.uninstall',
    calls: [['uninstallHooks', { hooks: ['cursor'], level: 'user', dryRun: true }]],
  },
  { line: 'hooks status', name: 'hooks.status', calls: [['hooksStatus', {}]] },
  {
    line: 'hooks run cursor stop',
    name: 'hooks.run',
    calls: [['runHook', { projectDirectory: [], host: 'cursor', event: 'stop', strict: false }]],
    opens: false,
  },
];
