import { PitonError } from '../../core/errors.js';
import { defineCommand, optional } from '../command.js';
import { flag } from '../option.js';
import { renderDiff, type DiffStyle } from '../render/diff.js';
import { CHECKPOINT } from '../selectors.js';
import { readText } from '../values.js';
import { workspacePaths } from '../workspace-path.js';

const STYLES: readonly DiffStyle[] = ['patch', 'stat', 'name-status'];

type StyleOptions = Readonly<Record<DiffStyle, boolean>>;

export const checkpointDiffCommand = defineCommand({
  plan: 'required',
  positionals: {
    from: optional(`${CHECKPOINT} (latest)`, readText),
    to: optional('another checkpoint (the worktree)', readText),
  },
  options: {
    patch: flag('the changes as a patch (how people see them unless told; with --json: add it)'),
    stat: flag('the changed files with their numbers of lines'),
    'name-status': flag('the changed files with a letter each'),
  },
  rest: 'paths',
  examples: [
    ['', 'what changed since the latest checkpoint'],
    ['latest~2 latest --stat', 'what changed between two checkpoints'],
    ['--name-status -- src', 'only below one folder'],
  ],
  check: ({ options }) => {
    const [first, second] = styles(options);
    if (second === undefined) return;
    throw new PitonError('USAGE', `--${first} and --${second} exclude each other`, {
      hint: 'leave out one of them',
    });
  },
  run: async (context, { options, positionals, plan, rest }) =>
    context.workspace.diffCheckpoints({
      ...context.operation,
      ...positionals,
      plan,
      patch: options.patch || (!context.json && styleOf(options) === 'patch'),
      paths: await workspacePaths(rest, context),
    }),
  render: (data, view, { options }) => renderDiff(data, styleOf(options), view),
});

function styles(options: StyleOptions): DiffStyle[] {
  return STYLES.filter((style) => options[style]);
}

function styleOf(options: StyleOptions): DiffStyle {
  return styles(options)[0] ?? 'patch';
}
