import type { Readable, Writable } from 'node:stream';
import type { HookRunData } from '../api/hook-data.js';
import type { HookRunOptions } from '../api/types.js';
import type { Workspace } from '../api/workspace.js';
import { PitonError } from '../core/errors.js';
import type { Progress, Warning } from '../core/types.js';
import type { ProgramEnd } from '../process/run-program.js';
import { missing, readOptions, type Options, type ReadText, type ValuesOf } from './option.js';
import { PLAN_OPTION } from './global-options.js';
import type { ParsedArguments } from './parse-arguments.js';
import type { View } from './render/view.js';
import type { ProgramRequest } from './run-program.js';
import { PLAN } from './selectors.js';
import { readText } from './values.js';

/** An argument that is known by its place. */
export interface Positional<T> {
  summary: string;
  required: boolean;
  /** Whether it takes all arguments from its place on; only the last one can. */
  repeats: boolean;
  /** @throws {PitonError} `USAGE` */
  read: (texts: readonly string[], name: string) => T;
}

export type Positionals = Readonly<Record<string, Positional<unknown>>>;

type PositionalsOf<P extends Positionals> = {
  [K in keyof P]: P[K] extends Positional<infer T> ? T : never;
};

/** `long`: the plan is the first argument. `short`: the current plan, or the one of `--plan`. */
export type Form = 'long' | 'short';

/** What a command was given. */
export interface Given<O extends Options, P extends Positionals> {
  form: Form;
  options: ValuesOf<O>;
  positionals: PositionalsOf<P>;
  /** The plan named by argument, by `--plan`, or by the environment. */
  plan: string | undefined;
  /** What followed `--`. */
  rest: readonly string[];
}

/** What every verb of the library accepts besides its own arguments. */
export interface Operation {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** What a command may use before a workspace is opened. */
export interface Setting {
  /** Opens the workspace that the user stands in. */
  open: () => Promise<Workspace>;
  /** Handles a call of a hook, which names its workspaces itself. */
  runHook: (options: HookRunOptions) => Promise<HookRunData>;
  /** Where relative paths of the user's begin. */
  directory: string;
  operation: Operation;
  json: boolean;
  /** Whether `--yes` was given. */
  yes: boolean;
  /** Asks a person a yes-or-no question; the answer is null when there is nobody to ask. */
  confirm: (question: string) => Promise<boolean | null>;
  /** Standard input, opened when first asked for. */
  stdin: () => Readable & { isTTY?: boolean };
  /** For a command with `ownsOutput`. */
  stdout: Writable;
  /** The warnings so far, which this takes away: none of them is told again. */
  takeWarnings: () => Warning[];
  /** Tells of a part of the work that is done; for commands that go on until they are stopped. */
  tell: (data: unknown, render: (view: View) => string) => Promise<void>;
  /** Runs a program on piton's own streams. */
  runProgram: (request: ProgramRequest) => Promise<ProgramEnd>;
}

/** What a command may use while it runs. */
export interface Context extends Setting {
  workspace: Workspace;
}

/** A command: what it takes and how help shows it, what it does, how people see the outcome. */
export interface CommandDefinition<
  O extends Options,
  P extends Positionals,
  D,
  C extends Setting = Context,
> {
  /** Whether the long form must name a plan, may, or there is none to name in either form. */
  plan: 'required' | 'optional' | 'none';
  positionals: P;
  options: O;
  /** What follows `--`, when that is something of its own; otherwise it is positionals. */
  rest?: Rest;
  /** Whether it speaks on standard output itself; what is told goes to standard error. */
  ownsOutput?: boolean;
  /** The file that the JSON document goes to. A relative one begins where the user stands. */
  reportFile?: (given: Given<O, P>) => string | undefined;
  /** What follows the command's words (and the plan), and what that does. */
  examples: readonly (readonly [string, string])[];
  /** It tells of what it does as it goes, with a document each time, and none at its end. */
  isLasting?: true;
  /** What no single option can tell. @throws {PitonError} `USAGE` */
  check?: (given: Given<O, P>) => void;
  /** Gives exactly the `data` of the JSON document. @throws {PitonError} */
  run: (context: C, given: Given<O, P>) => Promise<D>;
  /** Whether what was found makes a failure of it; the document then has the data as details. */
  judge?: (data: D) => PitonError | undefined;
  /** Of a success, when that is not 0. */
  exitCode?: (data: D) => number;
  /** The outcome for people, lines ended by line feeds. */
  render: (data: D, view: View, given: Given<O, P>) => string;
}

/** What can follow `--`: paths, words of a command line, or a command to run, to which standard
 * output is then left. */
export type Rest = 'paths' | 'words' | 'command';

/** A command's outcome: its data, and those for people. */
export interface Outcome {
  data: unknown;
  render: (view: View) => string;
  failure: PitonError | undefined;
  /** Of a success. */
  exitCode: number;
}

/** What is ready to run: everything that could be wrong with the arguments has been looked at. */
export interface Prepared {
  run: (setting: Setting) => Promise<Outcome>;
  reportFile: string | undefined;
  /** Whether the documents were told on the way. */
  isLasting: boolean;
}

/** What is given to a command besides its own arguments. */
export interface Calling {
  form: Form;
  plan: string | undefined;
}

/** A command as the rest of the command line sees it, whatever its arguments and data. */
export interface Command {
  plan: 'required' | 'optional' | 'none';
  positionals: Positionals;
  options: Options;
  rest: Rest | undefined;
  /** Whether standard output is not for what piton tells. */
  leavesOutput: boolean;
  examples: readonly (readonly [string, string])[];
  /** @throws {PitonError} `USAGE` */
  prepare: (parsed: ParsedArguments, calling: Calling) => Prepared;
}

/** A positional that must be given. */
export function required<T>(summary: string, read: ReadText<T>): Positional<T> {
  return {
    summary,
    required: true,
    repeats: false,
    read: ([text], name) => {
      if (text !== undefined) return read(text, name);
      throw missing(name);
    },
  };
}

/** The last positional, of which at least one must be given. */
export function several<T>(summary: string, read: ReadText<T>): Positional<T[]> {
  return {
    summary,
    required: true,
    repeats: true,
    read: (texts, name) => {
      if (texts.length > 0) return texts.map((text) => read(text, name));
      throw missing(name);
    },
  };
}

/** A positional that may be left out. */
export function optional<T>(summary: string, read: ReadText<T>): Positional<T | undefined> {
  return {
    summary,
    required: false,
    repeats: false,
    read: ([text], name) => (text === undefined ? undefined : read(text, name)),
  };
}

/** Closes over the types of a command, so that commands can be handled alike. */
export function defineCommand<O extends Options, P extends Positionals, D>(
  definition: CommandDefinition<O, P, D>,
): Command {
  const { run } = definition;
  return defineWithoutWorkspace({
    ...definition,
    run: async (setting, given) => run({ ...setting, workspace: await setting.open() }, given),
  });
}

/** As `defineCommand`, for a command that does not begin with the workspace it is called in. */
export function defineWithoutWorkspace<O extends Options, P extends Positionals, D>(
  definition: CommandDefinition<O, P, D, Setting>,
): Command {
  return {
    plan: definition.plan,
    positionals: definition.positionals,
    options: definition.options,
    rest: definition.rest,
    leavesOutput: definition.rest === 'command' || definition.ownsOutput === true,
    examples: definition.examples,
    prepare: (parsed, calling) => {
      const given = readGiven(definition, parsed, calling);
      definition.check?.(given);
      const run = async (setting: Setting): Promise<Outcome> => {
        const data = await definition.run(setting, given);
        const render = (view: View): string => definition.render(data, view, given);
        const exitCode = definition.exitCode?.(data) ?? 0;
        return { data, render, failure: definition.judge?.(data), exitCode };
      };
      const { isLasting = false } = definition;
      return { run, reportFile: definition.reportFile?.(given), isLasting };
    },
  };
}

function readGiven<O extends Options, P extends Positionals, D>(
  definition: CommandDefinition<O, P, D, Setting>,
  parsed: ParsedArguments,
  calling: Calling,
): Given<O, P> {
  const { positionals: plain, rest } = parsed;
  const texts = definition.rest === undefined ? [...plain, ...rest] : plain;
  const wanted = positionalsOf(definition, calling.form);
  const positionals = wanted.map(([name, positional], index) => [
    name,
    positional.read(texts.slice(index, positional.repeats ? undefined : index + 1), `<${name}>`),
  ]);
  const excess = wanted.at(-1)?.[1].repeats === true ? undefined : texts[wanted.length];
  if (excess !== undefined) throw unexpectedArgument(excess, definition.rest);
  const values = Object.fromEntries(positionals) as PositionalsOf<P> & { plan?: string };
  return {
    form: calling.form,
    options: readOptions(definition.options, parsed.options),
    positionals: values,
    plan: calling.form === 'long' ? values.plan : calling.plan,
    rest: parsed.rest,
  };
}

/** What a command in one of its forms takes besides what all take. */
export function optionsOf(command: Pick<Command, 'plan' | 'options'>, form: Form): Options {
  const planned = form === 'short' && command.plan !== 'none';
  return planned ? { ...command.options, ...PLAN_OPTION } : command.options;
}

/** The positionals of a command in one of its forms, in order. */
export function positionalsOf(
  command: Pick<Command, 'plan' | 'positionals'>,
  form: Form,
): [string, Positional<unknown>][] {
  const own = Object.entries(command.positionals);
  if (form === 'short' || command.plan === 'none') return own;
  const make = command.plan === 'required' ? required : optional;
  return [['plan', make(PLAN, readText)], ...own];
}

function unexpectedArgument(text: string, rest: Rest | undefined): PitonError {
  return new PitonError('USAGE', `unexpected argument ${JSON.stringify(text)}`, {
    hint:
      rest === 'command'
        ? 'write -- before the command that is to be run'
        : 'see --help for the arguments; text with spaces goes in quotes',
    details: { argument: text },
  });
}
