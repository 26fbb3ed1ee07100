import { defineCommand, required } from '../command.js';
import { renderPush } from '../render/remote.js';
import { readText } from '../values.js';

const MANY = 5;

export const pushCommand = defineCommand({
  plan: 'required',
  positionals: { remote: required('a remote of git, a path or an address', readText) },
  options: {},
  examples: [
    ['origin', "send all plans' checkpoints to where origin is"],
    ['ssh://me@host/reckon.git --plan p', "only one plan's"],
  ],
  run: ({ workspace, operation, confirm, yes }, { positionals, plan }) =>
    workspace.push(positionals.remote, {
      ...operation,
      plan,
      onSensitive: async (paths) => {
        if (yes) return true;
        const shown = paths.slice(0, MANY).map((path) => JSON.stringify(path));
        const more = paths.length > MANY ? ', …' : '';
        const question = `Push ${paths.length} sensitive files (${shown.join(', ')}${more})?`;
        // With nobody there to ask, the warning has to do.
        return (await confirm(question)) ?? true;
      },
    }),
  render: renderPush,
});
