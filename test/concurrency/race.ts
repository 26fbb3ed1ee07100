import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TEST_ENV } from '../helpers/git.js';

const PITON = fileURLToPath(new URL('../../../../bin/piton.js', import.meta.url));

export interface End {
  code: number | null;
  document: {
    ok: boolean;
    data?: Record<string, unknown>;
    error?: { code: string; message: string };
  };
}

/** Runs piton to its end; whatever happens, it must say one document. */
export async function piton(workspace: string, ...args: string[]): Promise<End> {
  const command = [PITON, '--json', '--lock-timeout', '100', ...args];
  const child = spawn(process.execPath, command, { cwd: workspace, env: TEST_ENV });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  try {
    return { code, document: JSON.parse(said.out) as End['document'] };
  } catch (error) {
    throw new Error(`piton ${args.join(' ')}: ${code} ${said.out}${said.err}`, { cause: error });
  }
}

/** Runs piton to an end that must be a good one, and gives what it said. */
export async function succeeds(
  root: string,
  ...args: string[]
): Promise<NonNullable<End['document']['data']>> {
  const { code, document } = await piton(root, ...args);
  if (code !== 0) throw new Error(`piton ${args.join(' ')}: ${code} ${JSON.stringify(document)}`);
  return document.data ?? {};
}

/** Starts a script beside this file, and gives it when it has begun its work. */
export async function startScript(name: string, ...args: string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: TEST_ENV,
  });
  await once(child.stdout, 'data');
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new Error('it had ended before it was stopped');
  }
  child.kill('SIGKILL');
  await once(child, 'close');
}

const IS_LONG = process.env['CI'] !== undefined || process.env['PITON_TEST_LONG'] === '1';

/** Does something again and again for some seconds, more where there is time; at least twice. */
export async function race(
  seconds: { short: number; long: number },
  round: (number: number) => Promise<void>,
): Promise<number> {
  const end = performance.now() + (IS_LONG ? seconds.long : seconds.short) * 1_000;
  let rounds = 0;
  do await round(++rounds);
  while (rounds < 2 || performance.now() < end);
  return rounds;
}
