import { PitonError } from '../../core/errors.js';
import { optionsOf, positionalsOf, type Command } from '../command.js';
import { commandsOf, findCommand, type FoundCommand } from '../find-command.js';
import { GLOBAL_OPTIONS, PLAN_OPTION } from '../global-options.js';
import type { Option, Options } from '../option.js';
import { readToken } from '../tokens.js';

/** One text that may come next, and what it means. */
export interface Candidate {
  value: string;
  description: string;
}

/** What may come next on a command line: given texts, or names out of the workspace. */
export type Wanted =
  | { kind: 'texts'; texts: readonly Candidate[] }
  | { kind: 'checkpoint' | 'decision'; plan: string | undefined }
  | { kind: 'plan' }
  | { kind: 'nothing' };

const NOTHING: Wanted = { kind: 'nothing' };

/** By the names of positionals, and of what stands for values of options in help. */
const KIND_BY_NAME: Partial<Record<string, 'checkpoint' | 'decision' | 'plan'>> = {
  checkpoint: 'checkpoint',
  cp: 'checkpoint',
  from: 'checkpoint',
  to: 'checkpoint',
  decision: 'decision',
  plan: 'plan',
};

/**
 * What may follow words of a command line.
 * @param before the words between the program and the one that is being typed
 * @param isOption whether that one begins with a dash
 */
export async function wantedAfter(before: readonly string[], isOption: boolean): Promise<Wanted> {
  if (before.includes('--')) return NOTHING;
  const found = foundIn(before);
  if (found === null) return valueFor(before, { ...GLOBAL_OPTIONS, ...PLAN_OPTION });
  const { entry, words, following } = found;
  if (entry === undefined) {
    if (following !== undefined) return NOTHING;
    return isOption ? optionTexts({ ...GLOBAL_OPTIONS, ...PLAN_OPTION }) : nextWords(words);
  }
  const command = await entry.load();
  const options = { ...GLOBAL_OPTIONS, ...optionsOf(command, entry.form) };
  const line = readLine(found.args, options);
  if (line.pending !== undefined) return wantedBy(line.pending, line);
  if (isOption) return optionTexts(options);
  return positional(command, entry.form, line);
}

/** Null when an option before the command's words still lacks its value. */
function foundIn(before: readonly string[]): FoundCommand | null {
  try {
    return findCommand(before);
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

interface Line {
  positionals: string[];
  plan: string | undefined;
  /** The option at the end that still lacks its value. */
  pending: Option<unknown> | undefined;
}

function readLine(args: readonly string[], options: Options): Line {
  const line: Line = { positionals: [], plan: undefined, pending: undefined };
  let index = 0;
  while (index < args.length) {
    const last = args.slice(0, index + 1);
    try {
      const token = readToken(args, index, options);
      const [word = ''] = token.words;
      const plan = /^--plan="(.*)"$/s.exec(word)?.[1];
      if (plan !== undefined) line.plan = plan;
      if (!word.startsWith('-')) line.positionals.push(word);
      index = token.next;
    } catch (error) {
      if (!(error instanceof PitonError)) throw error;
      line.pending = optionAt(last.at(-1) ?? '', options);
      return line;
    }
  }
  return line;
}

function optionAt(word: string, options: Options): Option<unknown> | undefined {
  const letter = word.at(-1);
  return Object.entries(options).find(([name, { short }]) =>
    word.startsWith('--') ? word === `--${name}` : short === letter,
  )?.[1];
}

function valueFor(before: readonly string[], options: Options): Wanted {
  const option = optionAt(before.at(-1) ?? '', options);
  return option === undefined ? NOTHING : wantedBy(option, { plan: undefined });
}

function wantedBy(option: Option<unknown>, { plan }: Pick<Line, 'plan'>): Wanted {
  const { choices = [], value } = option;
  if (choices.length > 0) {
    return { kind: 'texts', texts: choices.map((word) => ({ value: word, description: '' })) };
  }
  return named(value?.replace(/[<>]/g, '') ?? '', plan);
}

function positional(command: Command, form: 'long' | 'short', line: Line): Wanted {
  const all = positionalsOf(command, form);
  const last = all.at(-1);
  const next = all[line.positionals.length] ?? (last?.[1].repeats === true ? last : undefined);
  const isPlanned = form === 'long' && command.plan !== 'none';
  const plan = isPlanned ? line.positionals[0] : line.plan;
  return named(next?.[0] ?? '', plan);
}

function named(name: string, plan: string | undefined): Wanted {
  const kind = KIND_BY_NAME[name];
  if (kind === undefined) return NOTHING;
  return kind === 'plan' ? { kind } : { kind, plan };
}

function optionTexts(options: Options): Wanted {
  const texts = Object.entries(options).map(([name, { summary, short }]) =>
    // -C has no long spelling in the contract of the command line.
    ({ value: name === 'directory' ? `-${short}` : `--${name}`, description: summary }),
  );
  return { kind: 'texts', texts };
}

function nextWords(words: readonly string[]): Wanted {
  const texts = new Map<string, Candidate>();
  for (const { words: all, summary } of commandsOf(words)) {
    const [value = '', ...further] = all.split(' ').slice(words.length);
    const description = further.length === 0 ? summary : `${value} …`;
    if (!texts.has(value) || further.length === 0) texts.set(value, { value, description });
  }
  return { kind: 'texts', texts: [...texts.values()] };
}
