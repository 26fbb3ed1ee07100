import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** Shows each command as one would type it, runs it, and shows what it says. */
export class Shell {
  readonly #directory: string;
  readonly #env: NodeJS.ProcessEnv;

  /** @param env the whole environment of the commands */
  constructor(directory: string, env: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#env = env;
  }

  /**
   * Runs a program with its arguments; quotes hold words together, and nothing else is special.
   * @returns what it printed
   * @throws when it fails
   */
  run(line: string): string {
    say(`\n  $ ${line}`);
    const output = this.read(line);
    for (const printed of output.replace(/\n$/, '').split('\n')) {
      if (output !== '') say(`    ${printed}`);
    }
    return output;
  }

  /** The same without showing it. */
  read(line: string): string {
    const [program = '', ...args] = wordsOf(line);
    const options = { cwd: this.#directory, env: this.#env, encoding: 'utf8' } as const;
    const done = spawnSync(program, args, options);
    if (done.error) throw done.error;
    if (done.status === 0) return done.stdout;
    throw new Error(`${line} ended with ${done.status}: ${done.stdout}${done.stderr}`);
  }

  has(program: string): boolean {
    const env = this.#env;
    const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
    return folders.some((folder) => {
      const found = spawnSync(`${folder}/${program}`, ['--version'], { env });
      return found.status === 0;
    });
  }
}

function wordsOf(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

export function say(line = ''): void {
  console.log(line);
}
