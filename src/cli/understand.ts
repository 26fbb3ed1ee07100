import { optionsOf, type Command, type Outcome, type Prepared } from './command.js';
import type { CommandEntry } from './command-table.js';
import { commandOf, commandsOf, findCommand, type FoundCommand } from './find-command.js';
import { GLOBAL_OPTIONS, PLAN_OPTION, type GlobalValues } from './global-options.js';
import { readOptions } from './option.js';
import { variable } from './settings.js';
import type { Surroundings } from './surroundings.js';
import { pitonVersion } from './version.js';

/** What the arguments ask for: a command, or words about piton. */
export type Request =
  | { kind: 'run'; entry: CommandEntry; globals: GlobalValues; prepared: Prepared }
  | { kind: 'tell'; name: 'help' | 'version'; outcome: Outcome };

/**
 * Understands the arguments, loading only what the command needs.
 * @param recognised is called with the command's name as soon as that is known, and again once it
 * is known whether standard output is to be left to another program
 * @throws {PitonError} `USAGE`
 */
export async function understand(
  { argv, env, cwd }: Pick<Surroundings, 'argv' | 'env' | 'cwd'>,
  recognised: (name: string, leavesOutput: boolean) => void,
): Promise<Request> {
  const found = findCommand(argv);
  const told = await toldWithoutCommand(found);
  if (told !== null) return told;
  const entry = commandOf(found);
  recognised(entry.name, false);
  const directory = cwd();
  const [command, { parseArguments }] = await Promise.all([
    entry.load(),
    import('./parse-arguments.js'),
  ]);
  recognised(entry.name, command.leavesOutput);
  const options = { ...GLOBAL_OPTIONS, ...optionsOf(command, entry.form) };
  const parsed = await parseArguments(found.args, options, directory);
  const globals = readOptions(GLOBAL_OPTIONS, parsed.options);
  if (globals.help) return tellHelp(entry, command);
  if (globals.version) return tellVersion();
  const named = readOptions(PLAN_OPTION, parsed.options);
  const plan = named.plan ?? variable(env, 'PITON_PLAN');
  const prepared = command.prepare(parsed, { form: entry.form, plan });
  return { kind: 'run', entry, globals, prepared };
}

/** `piton --version`, and `--help` for piton or a group of its commands. */
async function toldWithoutCommand(found: FoundCommand): Promise<Request | null> {
  const { words, entry, following, args } = found;
  if (entry !== undefined || following !== undefined) return null;
  if (args.includes('--version')) return tellVersion();
  if (!args.includes('--help') && !args.includes('-h')) return null;
  const { overview } = await import('./help.js');
  return tell('help', { text: overview(words, commandsOf(words)) });
}

async function tellHelp(entry: CommandEntry, command: Command): Promise<Request> {
  const { commandHelp } = await import('./help.js');
  return tell('help', { text: commandHelp(entry, command) });
}

function tellVersion(): Request {
  const version = pitonVersion();
  return tell('version', { version, text: `piton ${version}\n` });
}

function tell(
  name: 'help' | 'version',
  { text, ...data }: { text: string; version?: string },
): Request {
  const outcome = {
    data: name === 'help' ? { text } : data,
    render: () => text,
    failure: undefined,
    exitCode: 0,
  };
  return { kind: 'tell', name, outcome };
}
