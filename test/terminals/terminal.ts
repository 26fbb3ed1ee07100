import { spawn, type ChildProcess } from 'node:child_process';

/** A program at work in a terminal of its own, with somebody in front of it. */
export interface Terminal {
  /** The program that has made the terminal. */
  script: ChildProcess;
  /** What is on the screen. */
  screen: () => string;
  /** Waits until something is on the screen, from where the last wait ended. */
  until: (what: RegExp) => Promise<void>;
  /** Types. */
  type: (text: string) => void;
  /** The exit status, once it has ended. */
  ended: Promise<number | null>;
}

const open = new Set<ChildProcess>();

/** Hangs up wherever somebody is still being waited for: for tests that have failed. */
export function closeTerminals(): void {
  for (const script of open) script.kill('SIGHUP');
}

/** Runs a command line in a terminal, by script(1) of util-linux. */
export function openTerminal(command: string, cwd: string, env: NodeJS.ProcessEnv): Terminal {
  const script = spawn('script', ['-qec', command, '/dev/null'], {
    ...{ cwd, env: { ...env, SHELL: '/bin/bash', TERM: 'dumb' }, stdio: 'pipe' },
  });
  open.add(script);
  script.on('close', () => open.delete(script));
  let screen = '';
  let seen = 0;
  let look = (): void => undefined;
  script.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    look();
  });
  const ended = new Promise<number | null>((done) => script.on('close', done));
  const until = async (what: RegExp): Promise<void> =>
    new Promise((done, fail) => {
      look = () => {
        const found = what.exec(screen.slice(seen));
        if (found === null) return;
        seen += found.index + found[0].length;
        look = () => undefined;
        done();
      };
      look();
      void ended.then(() => fail(new Error(`it ended before it said ${what}:\n${screen}`)));
    });
  const type = (text: string): void => void script.stdin.write(text);
  return { script, screen: () => screen, until, type, ended };
}

/** Answers the questions of a program in their order, and waits for its end. */
export async function answer(
  terminal: Terminal,
  ...answers: readonly [question: RegExp, answer: string][]
): Promise<{ status: number | null; screen: string }> {
  for (const [question, text] of answers) {
    await terminal.until(question);
    terminal.type(`${text}\n`);
  }
  return { status: await terminal.ended, screen: terminal.screen() };
}
