import { PitonError } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { flag, valued } from '../option.js';
import { renderCheckpointCreate } from '../render/checkpoint.js';
import { renderWatch } from '../render/watch.js';
import { readAge, readSeconds } from '../values.js';

/** As of an interrupted command, whichever signal it was: there is no other way to end it. */
const STOPPED = 130;

export const watchCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    every: valued('<time>', 'so often: 30s, 5m (default), 1h', readSeconds),
    'on-change': flag('when something has changed and then rested'),
    'quiet-for': valued('<time>', 'how long it must have rested (2s)', readAge),
  },
  examples: [
    ['', 'every five minutes, when anything has changed'],
    ['--on-change --json', 'after each burst of changes, with a line of JSON each'],
    ['--every 1h --on-change --quiet-for 10s', 'both'],
  ],
  isLasting: true,
  check: ({ options }) => {
    if (options['quiet-for'] === undefined || options['on-change']) return;
    throw new PitonError('USAGE', '--quiet-for is for --on-change', {
      hint: 'give both, or --every alone',
    });
  },
  run: async ({ workspace, operation: { signal }, tell }, { options, plan }) => {
    const data = await workspace.watch({
      signal,
      plan,
      everySeconds: options.every,
      onChange: options['on-change'],
      quietForSeconds: options['quiet-for'],
      onCheckpoint: (taken) => tell(taken, (view) => renderCheckpointCreate(taken, view)),
    });
    return { ...data, stopped: signal.aborted };
  },
  exitCode: ({ stopped }) => (stopped ? STOPPED : 0),
  render: renderWatch,
});
