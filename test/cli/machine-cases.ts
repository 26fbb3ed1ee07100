import type { CommandCase } from './command-cases.js';

export const MACHINE_CASES: CommandCase[] = [
  {
    line: 'fork latest /attempt --plan p',
    name: 'fork',
    calls: [['fork', 'latest', '/attempt', { plan: 'p' }]],
  },
  { line: 'fork --list', name: 'fork', calls: [['listForks']] },
  { line: 'push origin', name: 'push', calls: [['push', 'origin', {}]] },
  { line: 'push x --plan p', name: 'push', calls: [['push', 'x', { plan: 'p' }]] },
  { line: 'fetch ../x.git', name: 'fetch', calls: [['fetch', '../x.git', {}]] },
  {
    line: 'bundle create /x.bundle --plan p',
    name: 'bundle.create',
    calls: [['createBundle', '/x.bundle', { plan: 'p' }]],
  },
  {
    line: 'bundle import /x.bundle',
    name: 'bundle.import',
    calls: [['importBundle', '/x.bundle', {}]],
  },
];
