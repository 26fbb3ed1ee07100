import { PitonError } from '../../core/errors.js';
import { defineCommand, optional } from '../command.js';
import { candidates } from '../completion/candidates.js';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.js';
import type { Candidate } from '../completion/wanted.js';
import { flag } from '../option.js';
import { oneOf } from '../values.js';

type CompletionData = { shell: Shell; script: string } | { candidates: Candidate[] };

export const completionCommand = defineCommand({
  plan: 'none',
  positionals: { shell: optional(`${SHELLS.join(', ')} (bash)`, oneOf(SHELLS)) },
  options: {
    candidates: flag('print what may come next on a command line whose words follow --'),
  },
  rest: 'words',
  examples: [
    ['bash', 'for ~/.local/share/bash-completion/completions/piton'],
    ['zsh', 'for a file called _piton in a folder of $fpath'],
    ['fish', 'for ~/.config/fish/completions/piton.fish'],
  ],
  check: ({ options, rest }) => {
    if (options.candidates || rest.length === 0) return;
    throw new PitonError('USAGE', 'words after -- belong to --candidates');
  },
  run: async ({ workspace }, { options, positionals, rest }): Promise<CompletionData> => {
    if (options.candidates) return { candidates: await candidates(rest, workspace) };
    const shell = positionals.shell ?? 'bash';
    return { shell, script: completionScript(shell) };
  },
  render: (data) =>
    'script' in data
      ? data.script
      : data.candidates
          .map(({ value, description }) => `${value}\t${description}`.trimEnd() + '\n')
          .join(''),
});
