import { defineCommand } from '../command.js';
import { renderRollback, type RollbackWords } from '../render/rollback.js';
import { UNDO_OPTIONS } from '../undo-options.js';

const WORDS: RollbackWords = {
  done: 'Took the last undo back, to',
  would: 'Would take the last undo back, to',
  takeBack: 'piton undo',
  command: 'piton redo',
};

export const redoCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: UNDO_OPTIONS,
  examples: [
    ['', 'do the rollback again that was just undone'],
    ['--dry-run', 'show what that would do'],
  ],
  run: ({ workspace, operation }, { options, plan }) =>
    workspace.redo({ ...operation, plan, dryRun: options['dry-run'], token: options.token }),
  render: (data, view) => renderRollback(data, WORDS, view),
});
