import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ROOT } from '../house/source.js';

/** A command of a document's `console` blocks and what it is said to print. */
export interface Shown {
  line: number;
  command: string;
  output: string[];
}

/** What a command really printed, its errors too. */
export interface Printed {
  output: string[];
  status: number;
}

const PROMPT = '$ ';
const MARK = 'end-of-command';

/** The commands of all blocks that begin with three backticks and `console`, in order. */
export function shownCommands(text: string): Shown[] {
  const shown: Shown[] = [];
  let inside = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) inside = line === '```console';
    else if (!inside) continue;
    else if (line.startsWith(PROMPT)) {
      shown.push({ line: index + 1, command: line.slice(PROMPT.length), output: [] });
    } else shown.at(-1)?.output.push(line);
  }
  return shown.map((one) => ({ ...one, output: withoutBlankEnd(one.output) }));
}

/** Blank lines in front of the next command are for readers. */
function withoutBlankEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

/** Runs the commands in one shell, in a home of its own, with the built piton at hand. */
export function runCommands(shown: readonly Shown[]): { home: string; printed: Printed[] } {
  const home = join(tempDirectory(), 'home');
  const programs = tempDirectory();
  mkdirSync(home);
  symlinkSync(process.execPath, join(programs, 'node'));
  for (const name of ['piton', 'git-piton']) {
    symlinkSync(join(ROOT, 'bin/piton.js'), join(programs, name));
  }
  const script = shown.map(({ command }) => `${command}\necho "${MARK} $?"\n`).join('');
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: home,
    env: {
      ...TEST_ENV,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      PATH: [programs, TEST_ENV['PATH']].join(delimiter),
    },
    encoding: 'utf8',
  });
  const parts = stdout.split(new RegExp(`${MARK} (\\d+)\\n`));
  const printed = shown.map((_, index) => ({
    output: (parts[2 * index] ?? '').split('\n').slice(0, -1),
    status: Number(parts[2 * index + 1] ?? -1),
  }));
  return { home, printed };
}

/** What differs from run to run, and machine to machine, as the same text. */
const VOLATILE: readonly [RegExp, string][] = [
  [/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, '<id>'],
  [/\b(?:[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{12}|[0-9a-f]{7})\b/g, '<hex>'],
  [/\bjust now\b|\b\d+ (?:second|minute)s? ago\b/g, '<ago>'],
  [/\bgit \d+\.\d+\.\d+/g, 'git <version>'],
  [/\b\d+(?:\.\d+)? (?:B|KiB)\b/g, '<bytes>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/"duration_ms":\d+/g, '"duration_ms":<ms>'],
  [/ {2,}/g, ' '],
];

/** Lines without what is volatile; the home is shown as `~`. */
export function settled(lines: readonly string[], home: string): string[] {
  return lines.map((line) =>
    VOLATILE.reduce(
      (text, [form, instead]) => text.replace(form, instead),
      line.replaceAll(home, '~').trimEnd(),
    ),
  );
}

/** Whether lines are as shown; a shown line of `…` stands for any number of lines. */
export function isAsShown(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first === '…') {
    return printed.some((_, at) => isAsShown(rest, printed.slice(at))) || isAsShown(rest, []);
  }
  return first === printed[0] && isAsShown(rest, printed.slice(1));
}

/** A command fails when and only when the document shows that it does. */
export function isFailureShown({ output }: Shown): boolean {
  return output.some((line) => line.startsWith('error:') || line.includes('"ok":false'));
}
