import { defineCommand } from '../command.js';
import { renderRollback, type RollbackWords } from '../render/rollback.js';
import { UNDO_OPTIONS } from '../undo-options.js';

const WORDS: RollbackWords = {
  done: 'Took the last rollback back, to',
  would: 'Would take the last rollback back, to',
  takeBack: 'piton redo',
  command: 'piton undo',
};

export const undoCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: UNDO_OPTIONS,
  examples: [
    ['', 'make the files what they were before the last rollback'],
    ['--dry-run', 'show what that would do'],
  ],
  run: ({ workspace, operation }, { options, plan }) =>
    workspace.undo({ ...operation, plan, dryRun: options['dry-run'], token: options.token }),
  render: (data, view) => renderRollback(data, WORDS, view),
});
