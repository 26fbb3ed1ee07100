import { PitonError } from '../core/errors.js';

/** An option of a command, or of all of them: how help shows it and how its text is read. */
export interface Option<T> {
  summary: string;
  /** The single letter that stands for it after one dash. */
  short: string | null;
  /** What stands for the value in help; null for a flag. */
  value: string | null;
  /** Whether it must be given. */
  mandatory: boolean;
  /** Whether each occurrence counts; of the others the last one does. */
  repeats: boolean;
  /** All that it takes, when that is a few words. */
  choices?: readonly string[];
  /**
   * @param texts what was given, one an occurrence (of a flag: `''`); empty when not given
   * @param name for messages, with its dashes
   * @throws {PitonError} `USAGE`
   */
  read(texts: readonly string[], name: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** What the values of a set of options are once read. */
export type ValuesOf<O extends Options> = {
  [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** Reads one value. @throws {PitonError} `USAGE`, naming the option or argument */
export interface ReadText<T> {
  (text: string, name: string): T;
  /** All that it takes, when that is a few words. */
  choices?: readonly string[];
}

/** An option that is there or not. */
export function flag(summary: string, short: string | null = null): Option<boolean> {
  const read = (texts: readonly string[]): boolean => texts.length > 0;
  return { summary, short, value: null, mandatory: false, repeats: false, read };
}

/** An option with a value; the last occurrence counts. */
export function valued<T>(
  value: string,
  summary: string,
  read: ReadText<T>,
  short: string | null = null,
): Option<T | undefined> {
  const readLast = (texts: readonly string[], name: string): T | undefined => {
    const last = texts.at(-1);
    return last === undefined ? undefined : read(last, name);
  };
  const { choices = [] } = read;
  return { summary, short, value, mandatory: false, repeats: false, choices, read: readLast };
}

/** An option with a value that must be given; the last occurrence counts. */
export function mandatory<T>(value: string, summary: string, read: ReadText<T>): Option<T> {
  const readLast = (texts: readonly string[], name: string): T => {
    const last = texts.at(-1);
    if (last === undefined) throw missing(name);
    return read(last, name);
  };
  return { summary, short: null, value, mandatory: true, repeats: false, read: readLast };
}

/** What to say of an option or argument that must be given and is not. */
export function missing(name: string): PitonError {
  return new PitonError('USAGE', `${name} is missing`, { hint: 'see --help for what to give' });
}

/** An option that may be given many times, all of which count. */
export function repeated<T>(
  value: string,
  summary: string,
  read: (texts: readonly string[], name: string) => T,
  short: string | null = null,
): Option<T> {
  return { summary, short, value, mandatory: false, repeats: true, read };
}

/**
 * Reads a set of options.
 * @param texts what was given, by name
 * @throws {PitonError} `USAGE`
 */
export function readOptions<O extends Options>(
  options: O,
  texts: ReadonlyMap<string, readonly string[]>,
): ValuesOf<O> {
  const values = Object.entries(options).map(([name, option]) => [
    name,
    option.read(texts.get(name) ?? [], `--${name}`),
  ]);
  return Object.fromEntries(values) as ValuesOf<O>;
}
