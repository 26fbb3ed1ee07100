import { optionsOf, positionalsOf, type Command, type Positional, type Rest } from './command.js';
import { SECTIONS, type CommandEntry } from './command-table.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { definitions, wrap } from './help-layout.js';
import type { Options } from './option.js';

const USAGE = 'Usage: ';

const SHOWN_REST: Readonly<Record<Rest, string>> = {
  paths: '[-- <path>…]',
  words: '[-- <word>…]',
  command: '-- <command>…',
};

/** Variables that the command line reads, and what each is. */
export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['PITON_PLAN', 'the plan that the short commands work on'],
  ['PITON_ENGINE', 'as --engine'],
  ['NO_COLOR', 'as --no-color, when not empty'],
];

/** Help for piton as a whole, or for a group of its commands. */
export function overview(group: readonly string[], entries: readonly CommandEntry[]): string {
  const words = ['piton', ...group].join(' ');
  const sections = SECTIONS.map((section) =>
    definitions(
      section,
      entries.filter((entry) => entry.section === section).map((e) => [e.words, e.summary]),
    ),
  );
  const whole = group.length === 0;
  return [
    whole ? 'piton: checkpoints for a workspace that can be trusted\n' : '',
    `${USAGE}${words} <command> [options]\n`,
    ...sections,
    whole ? definitions('Options of every command', optionRows(GLOBAL_OPTIONS)) : '',
    whole ? definitions('Environment', ENVIRONMENT) : '',
    `${words} <command> --help tells more, with examples.\n`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Help for one command in one of its forms. */
export function commandHelp(entry: CommandEntry, command: Command): string {
  const options = optionsOf(command, entry.form);
  const positionals = positionalsOf(command, entry.form);
  return [
    `piton ${entry.words}: ${entry.summary}\n`,
    usageOf(entry, command),
    definitions(
      'Arguments',
      positionals.map(([name, positional]) => [shown(name, positional), positional.summary]),
    ),
    definitions('Options', optionRows(options)),
    definitions('Options of every command', optionRows(GLOBAL_OPTIONS)),
    `Examples\n${exampleLines(entry, command).join('')}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** How a command is called. */
export function usageOf(entry: CommandEntry, command: Command): string {
  const positionals = positionalsOf(command, entry.form).map(([name, positional]) =>
    positional.required ? shown(name, positional) : `[${shown(name, positional)}]`,
  );
  const needed = Object.entries(command.options)
    .filter(([, { mandatory }]) => mandatory)
    .map(([name, { value }]) => `--${name} ${value}`);
  const rest = command.rest === undefined ? [] : [SHOWN_REST[command.rest]];
  const words = ['piton', entry.words, ...positionals, ...needed, '[options]', ...rest];
  return `${USAGE}${wrap(words.join(' '), USAGE.length)}\n`;
}

function shown(name: string, { repeats }: Pick<Positional<unknown>, 'repeats'>): string {
  return `<${name}>${repeats ? '…' : ''}`;
}

function optionRows(options: Options): [string, string][] {
  return Object.entries(options).map(([name, { short, value, summary }]) => {
    const letter = short === null ? '    ' : `-${short}, `;
    return [`${letter}--${name}${value === null ? '' : ` ${value}`}`, summary];
  });
}

/** A command's examples, each with what it does. */
export function exampleLines({ words, form }: CommandEntry, command: Command): string[] {
  const plan = form === 'long' && command.plan !== 'none' ? ['"swap parser"'] : [];
  return command.examples.map(([args, summary]) => {
    const typed = ['piton', words, ...plan, args].filter((part) => part !== '').join(' ');
    return `  $ ${typed}\n      ${summary}\n`;
  });
}
