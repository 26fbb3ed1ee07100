import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runGit } from '../process/run-git.js';
import type { Connection } from './connection.js';

/** Longer than the work between two runs of git takes. */
const REMEMBERED_SECONDS = 3_600;

/** What opens windows to ask in. `GIT_ASKPASS` may as well be a script that knows the answer. */
const ASKING = ['SSH_ASKPASS', 'SSH_ASKPASS_REQUIRE'];

export interface Login {
  /** Whether a person is there to answer. */
  asks: boolean;
  /** Whether the user's config says how ssh is to be started. */
  hasOwnSsh: boolean;
}

/** Variables for git and what it starts; `own` are the user's. */
export function loginEnvironment(
  own: Readonly<Record<string, string>>,
  { asks, hasOwnSsh }: Login,
): Record<string, string> {
  if (asks) return { ...own };
  const quiet = Object.entries(own).filter(([name]) => !ASKING.includes(name));
  return {
    // Git's credential manager asks in a window.
    GCM_INTERACTIVE: 'never',
    ...(hasOwnSsh ? {} : { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }),
    ...Object.fromEntries(quiet),
  };
}

/**
 * Does work in which git speaks with the other repository more than once: a person who is asked
 * for a password is asked once. Meanwhile git's own cache has it, in memory.
 */
export async function askingOnce<T>(
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { access, program } = connection;
  if (!access.asks) return work(connection);
  const folder = mkdtempSync(join(program.temporaryFolder, `piton-login-${process.pid}-`));
  const socket = join(folder, 'socket');
  const quoted = `'${socket.replaceAll("'", "'\\''")}'`;
  const helper = `cache --timeout=${REMEMBERED_SECONDS} --socket=${quoted}`;
  try {
    return await work({ ...connection, config: { 'credential.helper': helper } });
  } finally {
    const args = ['credential-cache', '--socket', socket, 'exit'];
    // A git that was built without it has remembered nothing.
    await runGit(program, { args, allowedExitCodes: [1] });
    rmSync(folder, { recursive: true, force: true });
  }
}
