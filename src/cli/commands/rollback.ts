import { PitonError } from '../../core/errors.js';
import { defineCommand, optional } from '../command.js';
import { flag, repeated, valued } from '../option.js';
import { renderRollback, type RollbackWords } from '../render/rollback.js';
import { CHECKPOINT } from '../selectors.js';
import { readText } from '../values.js';
import { workspacePaths } from '../workspace-path.js';

export const rollbackCommand = defineCommand({
  plan: 'optional',
  positionals: { checkpoint: optional(`${CHECKPOINT} (latest)`, readText) },
  options: {
    'to-checkpoint': valued('<cp>', 'the same; also finds its plan', readText),
    path: repeated('<path>', 'only this file or folder (repeatable)', (texts, name) =>
      texts.map((text) => readText(text, name)),
    ),
    head: flag('move HEAD and its branch back too'),
    'dry-run': flag('show what would be done, and a token for it'),
    token: valued('<token>', 'only if all is still as the dry run found it', readText),
    force: flag('also while a merge, rebase or cherry-pick is in progress'),
  },
  examples: [
    ['', 'make the files what they were at the latest checkpoint'],
    ['latest~1 --dry-run', 'show what going back one further would do'],
    ['green --path src', 'only the files below one folder'],
  ],
  check: ({ options, positionals, plan, form }) => {
    const byOption = options['to-checkpoint'] !== undefined;
    if (byOption && positionals.checkpoint !== undefined) {
      throw new PitonError('USAGE', '--to-checkpoint and <checkpoint> exclude each other', {
        hint: 'leave out one of them',
      });
    }
    if (form === 'short' || plan !== undefined || byOption) return;
    throw new PitonError('USAGE', '<plan> is missing', {
      hint: 'name the plan, or a checkpoint with --to-checkpoint',
    });
  },
  run: async (context, { options, positionals, plan }) =>
    context.workspace.rollback({
      ...context.operation,
      plan,
      checkpoint: positionals.checkpoint ?? options['to-checkpoint'],
      paths: await workspacePaths(options.path, context),
      head: options.head,
      dryRun: options['dry-run'],
      token: options.token,
      force: options.force,
    }),
  render: (data, view) => renderRollback(data, wordsFor(data.checkpoint_id), view),
});

function wordsFor(checkpoint: string): RollbackWords {
  return {
    done: 'Rolled back to',
    would: 'Would roll back to',
    takeBack: 'piton undo',
    command: `piton plan rollback --to-checkpoint ${checkpoint}`,
  };
}
