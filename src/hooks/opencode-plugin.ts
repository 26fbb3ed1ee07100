import { createHash } from 'node:crypto';

/** The first line of a plugin of piton's: a D for each folder made for it, a digest of the rest. */
const HEAD = /^\/\/ piton-hook:(D*) made by 'piton hooks install' \(([0-9a-f]{64})\)\n/;

const TIMEOUT_MS = 30_000;

/**
 * The module that opencode loads. It has no parts of its own: it gives each event to piton and
 * waits. Nothing in it throws unless it is strict, for what a hook throws stops the tool.
 */
export function pluginText(
  program: readonly string[],
  strict: boolean,
  madeFolders: number,
): string {
  const words = [...program, 'hooks', 'run', 'opencode'];
  const body = BODY.replace('PROGRAM', JSON.stringify(words))
    .replace('TIMEOUT', String(TIMEOUT_MS))
    .replace('STRICT', String(strict));
  const folders = 'D'.repeat(madeFolders);
  return `// piton-hook:${folders} made by 'piton hooks install' (${digestOf(body)})\n${body}`;
}

/** Whether a plugin is piton's, as piton wrote it: `changed` when somebody has been at it since. */
export function pluginState(text: string): 'own' | 'changed' | 'foreign' {
  const head = HEAD.exec(text);
  if (head === null) return 'foreign';
  return digestOf(text.slice(head[0].length)) === head[2] ? 'own' : 'changed';
}

/** How many folders were made for a plugin of piton's. */
export function pluginFolders(text: string): number {
  return HEAD.exec(text)?.[1]?.length ?? 0;
}

export function isPluginStrict(text: string): boolean {
  return text.includes('const strict = true;');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

const BODY = `// It has piton take a checkpoint before a tool runs and when a turn begins and ends.
// 'piton hooks uninstall --agent opencode' removes it.
import { spawn } from 'node:child_process';

const program = PROGRAM;
const strict = STRICT;

function call(event, payload) {
  return new Promise((resolve, reject) => {
    const args = [...program.slice(1), event, ...(strict ? ['--strict'] : [])];
    const child = spawn(program[0], args, {
      stdio: ['pipe', 'ignore', strict ? 'pipe' : 'ignore'],
    });
    const timer = setTimeout(() => child.kill(), TIMEOUT);
    let said = '';
    child.stderr?.on('data', (chunk) => (said += chunk));
    const fail = (why) => (strict ? reject(new Error('piton: ' + why)) : resolve());
    child.on('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else fail(said || 'took no checkpoint');
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(payload));
  });
}

export const Piton = async ({ directory, worktree }) => ({
  event: async ({ event }) => {
    if (event.type !== 'session.idle') return;
    const sessionID = event.properties?.sessionID;
    await call('session.idle', { sessionID, directory, worktree }).catch(() => undefined);
  },
  'chat.message': async ({ sessionID }) => {
    await call('chat.message', { sessionID, directory, worktree });
  },
  'tool.execute.before': async ({ tool, sessionID }) => {
    await call('tool.execute.before', { tool, sessionID, directory, worktree });
  },
});
`;
