import { addAbortSignal, Readable } from 'node:stream';
import { PitonError, toPitonError } from '../core/errors.js';
import { DEFAULTS, LIMITS } from '../core/limits.js';
import { agentCall, gitCall, type HookCall } from '../hooks/call.js';
import { AGENTS, HOSTS, isAgentName } from '../hooks/hosts.js';
import { writeHookLog } from '../hooks/log.js';
import type { HookRunData } from './hook-data.js';
import { Session } from './session.js';
import { settingsFrom } from './settings.js';
import { takeHookCheckpoint } from './take-hook-checkpoint.js';
import type { HookRunOptions, OpenOptions } from './types.js';

/**
 * What hooks of git and of agents call: takes a checkpoint when the event calls for one, in every
 * workspace that the call names. Makes no repository, waits only briefly for others, and gives up
 * after 20 seconds. Unless strict, nothing that goes wrong makes it fail: it is in the data, and in
 * the log of the state directory.
 * @throws {PitonError} `USAGE` for a host that there is not; with `strict` the first failure
 */
export async function handleHook(open: OpenOptions, options: HookRunOptions): Promise<HookRunData> {
  assertHost(options.host);
  const limit = timeLimit(options.signal);
  try {
    return await runWithin(open, options, limit.signal);
  } finally {
    limit.end();
  }
}

async function runWithin(
  open: OpenOptions,
  options: HookRunOptions,
  signal: AbortSignal,
): Promise<HookRunData> {
  const call = await readCall(options, signal);
  const { host, event, moment, problem } = call;
  const reply = isAgentName(host) ? (HOSTS[host].replies[event] ?? null) : null;
  const run: HookRunData = { host, event, checkpoints: [], failures: [], reply };
  if (moment === 'nothing' && problem === null) return run;
  const errors: PitonError[] = [];
  for (const folder of sessionsOf(open, call, options)) {
    const { error, checkpoint } = await runIn(folder, call, signal);
    if (checkpoint !== null) run.checkpoints.push(checkpoint);
    if (error === null) continue;
    errors.push(error);
    run.failures.push({ workspace: folder.path, code: error.code, message: error.message });
  }
  if (options.strict === true && errors[0] !== undefined) throw errors[0];
  return run;
}

function assertHost(host: string): void {
  if (host === 'git' || isAgentName(host)) return;
  throw new PitonError('USAGE', `piton has no hooks for ${JSON.stringify(host)}`, {
    hint: `choose one of: git, ${AGENTS.join(', ')}`,
  });
}

/** Whoever started the hook waits for it, so it must end by itself. */
function timeLimit(stop: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
  const expiry = new AbortController();
  const timer = setTimeout(() => {
    const seconds = DEFAULTS.hookTimeLimitMs / 1_000;
    const reason = new PitonError('IO_FAILED', `gave up after ${seconds} seconds`, {
      hint: "take a checkpoint by hand: after the first one they are quick ('piton checkpoint')",
    });
    expiry.abort(reason);
  }, DEFAULTS.hookTimeLimitMs);
  const signals = stop === undefined ? [expiry.signal] : [stop, expiry.signal];
  return { signal: AbortSignal.any(signals), end: () => clearTimeout(timer) };
}

async function readCall(options: HookRunOptions, signal: AbortSignal): Promise<HookCall> {
  const { host, event, input } = options;
  if (!isAgentName(host)) return gitCall(event ?? '');
  try {
    return agentCall(host, event, input === undefined ? '' : await readInput(input, signal));
  } catch (error) {
    const { message } = toPitonError(signal.aborted ? signal.reason : error);
    return { ...agentCall(host, event, ''), problem: message };
  }
}

async function readInput(input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, Readable.from(input))) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > LIMITS.hookInputBytes) {
      throw new PitonError('USAGE', `standard input was above ${LIMITS.hookInputBytes} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A folder of the call: in a workspace, or not to be looked at. */
interface CalledFolder {
  path: string;
  session: Session | PitonError;
}

/** Each workspace once; where there is none there is nothing to do. */
function sessionsOf(open: OpenOptions, call: HookCall, options: HookRunOptions): CalledFolder[] {
  const named = [...call.folders, ...(options.projectDirectory ?? [])];
  const found = new Map<string, CalledFolder>();
  for (const directory of [...named, open.directory]) {
    // Hosts may start hooks in a folder that has nothing to do with the work.
    if (directory === open.directory && found.size > 0) break;
    const session = sessionAt(open, directory);
    if (session instanceof PitonError) found.set(directory, { path: directory, session });
    else if (session.found !== null) {
      const path = session.found.root;
      found.set(path, { path, session });
    }
  }
  return [...found.values()];
}

function sessionAt(open: OpenOptions, directory: string): Session | PitonError {
  try {
    const lockTimeoutMs = open.lockTimeoutMs ?? DEFAULTS.hookLockTimeoutMs;
    return new Session(settingsFrom({ ...open, directory, lockTimeoutMs }));
  } catch (error) {
    return toPitonError(error);
  }
}

interface RunIn {
  checkpoint: HookRunData['checkpoints'][number] | null;
  error: PitonError | null;
}

/** For a call that no host of those that piton knows makes. */
const NOT_KNOWN = "'piton hooks status' shows what is installed; the host may be newer than piton";

async function runIn(
  { path, session }: CalledFolder,
  call: HookCall,
  signal: AbortSignal,
): Promise<RunIn> {
  if (session instanceof PitonError) return { checkpoint: null, error: session };
  try {
    if (call.problem !== null) throw new PitonError('USAGE', call.problem, { hint: NOT_KNOWN });
    await session.ensureRepository(false);
    const taken = await session.locked((workspace) => takeHookCheckpoint(workspace, call, signal), {
      signal,
    });
    const { checkpoint, created, plan } = taken;
    const { checkpoint_id, plan_id } = checkpoint;
    const step = plan.last_completed_step;
    return { checkpoint: { workspace: path, plan_id, checkpoint_id, step, created }, error: null };
  } catch (error) {
    const failure = toPitonError(error);
    noteFailure(session, call, failure);
    return { checkpoint: null, error: failure };
  } finally {
    await session.close();
  }
}

function noteFailure(session: Session, call: HookCall, { code, message, hint }: PitonError): void {
  const { host, event } = call;
  const text = `${message}; ${hint}`;
  try {
    const { gitDir } = session.repository;
    writeHookLog(gitDir, { host, event, code, message: text }, session.settings.clock);
  } catch {
    // Where nothing can be written there is nobody left to tell, and the host must not suffer.
  }
}
