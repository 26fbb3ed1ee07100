import { PitonError } from '../core/errors.js';
import { optional, type Positional } from './command.js';
import { flag, repeated, type ValuesOf } from './option.js';
import { readText } from './values.js';

function readNames(texts: readonly string[], name: string): string[] {
  return texts.flatMap((text) => readText(text, name).split(','));
}

/** What all commands take that are about the hooks piton is in. */
export const HOOK_OPTIONS = {
  git: repeated('<hook>', 'hooks of git: pre-commit, pre-rebase, … (repeatable)', readNames),
  agent: repeated('<name>', 'agents: claude-code, codex, … (repeatable)', readNames),
  user: flag('in all that you work on'),
  project: flag('in this workspace'),
};

/** Further names, so that one option can have several behind it. */
export const HOOK_POSITIONALS = {
  hook: {
    ...optional('hooks of git and agents', readText),
    repeats: true,
    read: readNames,
  } satisfies Positional<string[]>,
};

interface GivenHooks {
  options: ValuesOf<typeof HOOK_OPTIONS>;
  positionals: { hook: string[] };
}

/** The names that were given, wherever they stood; undefined for none at all. */
export function namesOf({ options, positionals }: GivenHooks): string[] | undefined {
  const names = [...options.git, ...options.agent, ...positionals.hook];
  return names.length === 0 ? undefined : names;
}

/** @throws {PitonError} `USAGE` when both levels were given */
export function levelOf({
  options: { user, project },
}: GivenHooks): 'user' | 'project' | undefined {
  if (user && project) {
    throw new PitonError('USAGE', '--user and --project exclude each other', {
      hint: 'leave out one of them',
    });
  }
  return user ? 'user' : project ? 'project' : undefined;
}
