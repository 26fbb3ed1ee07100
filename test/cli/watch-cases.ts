import type { CommandCase } from './command-cases.js';

export const WATCH_CASES: CommandCase[] = [
  { line: 'watch', name: 'watch', calls: [['watch', { onChange: false }]] },
  {
    line: 'watch --every 1h --on-change --quiet-for 0 --plan p',
    name: 'watch',
    calls: [['watch', { plan: 'p', everySeconds: 3600, onChange: true, quietForSeconds: 0 }]],
  },
];
