import { defineWithoutWorkspace, optional, required } from '../command.js';
import { flag } from '../option.js';
import { readText } from '../values.js';

export const hooksRunCommand = defineWithoutWorkspace({
  plan: 'none',
  positionals: {
    host: required('git, or an agent', readText),
    event: optional("the hook of git, or the agent's event", readText),
  },
  options: { strict: flag('fail when no checkpoint could be taken') },
  examples: [
    ['git pre-commit', 'what the hook of git runs'],
    ['claude-code PreToolUse < event.json', 'what an agent runs, which tells more on its input'],
  ],
  run: ({ runHook, stdin }, { options, positionals }) => {
    const { host, event } = positionals;
    const input = host === 'git' ? undefined : stdin();
    return runHook({
      host,
      event,
      // A person at a terminal has nothing to say here, and would have to end it.
      input: input?.isTTY === true ? undefined : input,
      strict: options.strict,
    });
  },
  // Whatever stands on standard output is taken for an answer by the host.
  render: ({ reply }) => (reply === null ? '' : `${reply}\n`),
});
