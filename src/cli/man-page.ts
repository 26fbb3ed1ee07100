import { EXIT_CODE_BY_ERROR } from '../core/errors.js';
import { optionsOf, positionalsOf } from './command.js';
import { COMMANDS, SECTIONS, type CommandEntry } from './command-table.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { ENVIRONMENT, exampleLines, usageOf } from './help.js';
import type { Options } from './option.js';
import { pitonVersion } from './version.js';

const DESCRIPTION =
  'piton takes checkpoints of a workspace and brings them back: the files, the staging area and ' +
  "the plan's position, exactly, or nothing at all. Each checkpoint is a commit under a hidden " +
  "ref of the workspace's own repository. piton and git piton are the same program.";

/** What the exit codes mean, besides those of errors. */
const DONE = [
  [0, 'done'],
  [130, 'interrupted'],
] as const;

/**
 * The manual page of piton in the language of man(7), made from what help shows.
 * @param name what the page is called: `piton` or `git-piton`
 */
export async function manPage(name: string): Promise<string> {
  const parts = SECTIONS.map((section) => commandsIn(section));
  return [
    macro('TH', name.toUpperCase(), '1', '', `piton ${pitonVersion()}`),
    section('Name', `${text(`${name} - checkpoints for a workspace that can be trusted`)}`),
    section('Synopsis', '.B piton\n.I command\n[\n.I options\n]'),
    section('Description', text(DESCRIPTION)),
    ...(await Promise.all(parts)),
    section('Options of every command', optionList(GLOBAL_OPTIONS)),
    section('Environment', ENVIRONMENT.map(([key, what]) => item(key, what)).join('\n')),
    section('Exit status', exitCodes()),
    section('See also', '.BR git (1)'),
  ]
    .join('\n')
    .concat('\n');
}

async function commandsIn(title: (typeof SECTIONS)[number]): Promise<string> {
  const entries = COMMANDS.filter((entry) => entry.section === title);
  return section(title, (await Promise.all(entries.map(commandPart))).join('\n'));
}

async function commandPart(entry: CommandEntry): Promise<string> {
  const command = await entry.load();
  const positionals = positionalsOf(command, entry.form).map(([name, { summary }]) =>
    item(`<${name}>`, summary),
  );
  return [
    macro('SS', `piton ${entry.words}`),
    text(`${entry.summary}.`),
    literal(usageOf(entry, command)),
    ...positionals,
    optionList(optionsOf(command, entry.form)),
    literal(exampleLines(entry, command).join('')),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function optionList(options: Options): string {
  return Object.entries(options)
    .map(([name, { short, value, summary }]) => {
      const letter = short === null ? '' : `-${short}, `;
      return item(`${letter}--${name}${value === null ? '' : ` ${value}`}`, summary);
    })
    .join('\n');
}

function exitCodes(): string {
  const codes = new Map<number, string[]>();
  for (const [error, code] of Object.entries(EXIT_CODE_BY_ERROR)) {
    codes.set(code, [...(codes.get(code) ?? []), error]);
  }
  const rows: [number, string][] = [...codes].map(([code, errors]) => [code, errors.join(', ')]);
  for (const [code, what] of DONE) rows.push([code, what]);
  rows.sort(([left], [right]) => left - right);
  return rows.map(([code, what]) => item(String(code), what)).join('\n');
}

function section(title: string, body: string): string {
  return `${macro('SH', title.toUpperCase())}\n${body}`;
}

function item(tag: string, body: string): string {
  return `.TP\n\\fB${escape(tag)}\\fR\n${text(body)}`;
}

function literal(lines: string): string {
  return `.PP\n.nf\n${lines.trimEnd().split('\n').map(text).join('\n')}\n.fi`;
}

function macro(name: string, ...args: readonly string[]): string {
  return [`.${name}`, ...args.map((arg) => `"${escape(arg).replaceAll('"', '\\(dq')}"`)].join(' ');
}

/** A line that begins with a dot or an apostrophe would be a request. */
function text(line: string): string {
  return escape(line).replace(/^(?=[.'])/, '\\&');
}

function escape(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '\\&...')
    .replaceAll('’', "'");
}
