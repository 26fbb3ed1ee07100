import type { CommandCase } from './command-cases.js';

/** Commands about which checkpoints to keep. */
export const RETENTION_CASES: CommandCase[] = [
  {
    line: 'plan set p --keep-last 3 --keep-within 2d --keep-hourly 0 --keep-daily 7',
    name: 'plan.set',
    calls: [
      [
        'setPlan',
        'p',
        {
          retention: { keepLast: 3, keepWithinSeconds: 172_800, keepHourly: 0, keepDaily: 7 },
        },
      ],
    ],
  },
  {
    line: 'plan set p --keep-within 0',
    name: 'plan.set',
    calls: [['setPlan', 'p', { retention: { keepWithinSeconds: 0 } }]],
  },
  {
    line: 'plan set p --retention default',
    name: 'plan.set',
    calls: [['setPlan', 'p', { retention: null }]],
  },
  { line: 'prune', name: 'prune', calls: [['prune', { dryRun: false }]] },
  {
    line: 'prune --dry-run --keep-last 3 --keep-within 12h --plan p',
    name: 'prune',
    calls: [['prune', { plan: 'p', dryRun: true, keepLast: 3, keepWithinSeconds: 43_200 }]],
  },
  {
    line: 'prune --keep-hourly 2 --keep-daily 1',
    name: 'prune',
    calls: [['prune', { dryRun: false, keepHourly: 2, keepDaily: 1 }]],
  },
  { line: 'gc', name: 'gc', calls: [['gc', {}]] },
  {
    line: 'log --cost',
    name: 'checkpoint.list',
    calls: [['listCheckpoints', { cost: true }]],
  },
];
