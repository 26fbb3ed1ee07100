import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { OpenOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import { openTest } from '../api/workspaces.js';
import { git, TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

/** Two clones of one bare repository, as two machines have them. */
export interface Clones {
  bare: string;
  left: string;
  right: string;
}

export function makeClones(): Clones {
  const folder = tempDirectory();
  const [bare, left, right] = ['bare.git', 'left', 'right'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  git(folder, 'init', '-q', '--bare', '-b', 'main', bare);
  git(folder, 'clone', '-q', bare, left);
  git(left, 'checkout', '-q', '-b', 'main');
  writeFileSync(join(left, 'a'), 'one\n');
  git(left, 'add', '.');
  git(left, 'commit', '-q', '-m', 'one');
  git(left, 'push', '-q', 'origin', 'main');
  git(folder, 'clone', '-q', bare, right);
  return { bare, left, right };
}

/** A workspace with the git program, and the codes of its warnings. */
export async function openNative(
  directory: string,
  options: Partial<OpenOptions> = {},
): Promise<{ workspace: Workspace; warnings: string[] }> {
  const warnings: string[] = [];
  const workspace = await openTest(directory, {
    engine: 'native',
    onWarning: ({ code }) => warnings.push(code),
    ...options,
  });
  return { workspace, warnings };
}

/** The code and all of an error that something must fail with. */
export async function failureOf(promise: Promise<unknown>): Promise<PitonError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** All that a fetch could change: refs, objects, plans, the current plan. */
export function stateOf(directory: string): unknown {
  const plans = join(directory, '.git/piton/plans');
  return {
    refs: git(directory, 'for-each-ref'),
    packs: readdirSync(join(directory, '.git/objects/pack')),
    plans: existsSync(plans) ? readdirSync(plans) : [],
    incoming: existsSync(join(directory, '.git/piton/incoming'))
      ? readdirSync(join(directory, '.git/piton/incoming'))
      : [],
  };
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Serves the repositories below a folder with git's own daemon, on the loopback. */
export async function serve(folder: string): Promise<{ url: string; daemon: ChildProcess }> {
  for (;;) {
    const port = await freePort();
    const args = ['daemon', '--reuseaddr', '--listen=127.0.0.1', `--port=${port}`];
    const rest = ['--export-all', '--enable=receive-pack', `--base-path=${folder}`, '--verbose'];
    const options = { env: TEST_ENV, detached: true } as const;
    const daemon = spawn('git', [...args, ...rest, folder], options);
    let said = '';
    const isReady = await new Promise<boolean>((done) => {
      daemon.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Ready')) done(true);
      });
      daemon.once('close', () => done(false));
    });
    if (isReady) return { url: `git://127.0.0.1:${port}`, daemon };
    // Another process has taken the port meanwhile.
    if (!/address already in use|unable to (allocate|bind)/i.test(said)) throw new Error(said);
  }
}
