import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable, type Readable } from 'node:stream';
import type { OpenOptions, WatchOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { runCli } from '../../src/cli/run-cli.js';
import type { ProgramRequest } from '../../src/cli/run-program.js';
import type { Surroundings } from '../../src/cli/surroundings.js';
import type { ProgramEnd } from '../../src/process/run-program.js';
import { tempDirectory } from '../helpers/temp.js';
import {
  CHECKPOINT,
  COLLECTED,
  CORRECTED,
  CORRECTION,
  CREATED,
  DECISION,
  DIFF,
  FETCHED,
  FORKED,
  HEALTHY,
  HOOKS_CHANGED,
  HOOKS_STATUS,
  HOOK_RUN,
  INITIALISED,
  NOW,
  PLAN,
  PRUNED,
  PUSHED,
  RECOVERED,
  RESUMED,
  ROLLED_BACK,
  SOUND,
  STATUS,
} from './samples.js';

const ROOT = join(tempDirectory(), 'w');
mkdirSync(ROOT);

/** What the fake's verbs answer unless a test says otherwise. */
const ANSWERS: Record<Verb, unknown> = {
  init: INITIALISED,
  status: STATUS,
  createPlan: PLAN,
  listPlans: { plans: [PLAN] },
  showPlan: PLAN,
  usePlan: PLAN,
  setPlan: PLAN,
  deletePlan: PLAN,
  completeStep: { ...PLAN, checkpoint: CREATED },
  resumePlan: RESUMED,
  applyPlan: PLAN,
  abandonPlan: PLAN,
  addDecision: { decision: DECISION, checkpoint: CHECKPOINT, created: true, not_captured: [] },
  listDecisions: { decisions: [DECISION] },
  showDecision: { decision: DECISION },
  addArtifacts: { decision: DECISION },
  completeDecision: { decision: DECISION },
  correct: CORRECTED,
  listCorrections: { corrections: [{ ...CORRECTION, archived: [] }] },
  showCorrection: { correction: { ...CORRECTION, archived: [] } },
  createCheckpoint: CREATED,
  listCheckpoints: { checkpoints: [CHECKPOINT] },
  showCheckpoint: {
    checkpoint: CHECKPOINT,
    plan_state: {},
    manifest: {},
    changes: DIFF.changes,
  },
  diffCheckpoints: DIFF,
  nameCheckpoint: { checkpoint: CHECKPOINT },
  deleteCheckpoint: { checkpoint: CHECKPOINT },
  rollback: ROLLED_BACK,
  undo: ROLLED_BACK,
  redo: ROLLED_BACK,
  attempt: async (work: () => Promise<boolean>) => ({
    ...CREATED,
    ...((await work())
      ? { outcome: 'kept', rollback: null }
      : { outcome: 'rolled_back', rollback: ROLLED_BACK }),
  }),
  watch: async ({ onCheckpoint }: WatchOptions) => {
    await onCheckpoint?.(CREATED);
    return { checkpoints: 1 };
  },
  prune: PRUNED,
  gc: COLLECTED,
  fork: FORKED,
  listForks: { forks: [FORKED] },
  push: PUSHED,
  fetch: FETCHED,
  createBundle: { file: '/w/x.bundle', checkpoints: 2, bytes: 2048 },
  importBundle: FETCHED,
  recover: RECOVERED,
  verify: SOUND,
  doctor: HEALTHY,
  installHooks: HOOKS_CHANGED,
  uninstallHooks: HOOKS_CHANGED,
  hooksStatus: HOOKS_STATUS,
  close: undefined,
};

export type Verb = Exclude<keyof Workspace, 'root'>;

export interface FakeOptions {
  env?: Record<string, string>;
  cwd?: string;
  root?: string | null;
  stdin?: string | Readable;
  /** Whether standard input, output and error are terminals. */
  terminal?: boolean;
  columns?: number;
  stop?: AbortSignal;
  forcedStop?: AbortSignal;
  /** Replaces answers of the fake; a function gets the verb's arguments. */
  answers?: Partial<Record<Verb, unknown>>;
  /** How the program that `run` runs ends, if not well. */
  programEnd?: Partial<ProgramEnd>;
  surroundings?: Partial<Surroundings>;
}

export interface FakeRun {
  code: number;
  stdout: string;
  stderr: string;
  /** The verb and its arguments, signals and listeners left out. */
  calls: [Verb | 'runHook', ...unknown[]][];
  opened: OpenOptions[];
  /** The programs that were run. */
  ran: ProgramRequest[];
}

/** Runs the command line against a workspace that only answers. */
export async function runFake(
  argv: readonly string[],
  options: FakeOptions = {},
): Promise<FakeRun> {
  const calls: FakeRun['calls'] = [];
  const opened: OpenOptions[] = [];
  const ran: ProgramRequest[] = [];
  const terminal = options.terminal ?? false;
  const stdout = new Captured(terminal, options.columns);
  const stderr = new Captured(terminal, options.columns);
  const never = new AbortController().signal;
  const code = await runCli({
    argv,
    env: options.env ?? {},
    cwd: () => options.cwd ?? ROOT,
    stdin: () => inputOf(options),
    stdout,
    stderr,
    isAttended: terminal,
    clock: { now: () => NOW },
    stop: options.stop ?? never,
    forcedStop: options.forcedStop ?? never,
    runProgram: async (request) => {
      ran.push(request);
      return { exitCode: 0, signal: null, notStarted: null, ...options.programEnd };
    },
    program: ['piton'],
    runHook: async (_open, call) => {
      calls.push(['runHook', withoutOperation({ ...call, input: undefined })]);
      return HOOK_RUN;
    },
    openWorkspace: async (openOptions) => {
      opened.push(openOptions);
      return fakeWorkspace(options, calls);
    },
    ...options.surroundings,
  });
  return { code, stdout: stdout.text, stderr: stderr.text, calls, opened, ran };
}

/** The single document that a run printed. */
export function documentOf(run: FakeRun): Record<string, unknown> {
  if (!/^[^\n]+\n$/.test(run.stdout)) throw new Error(`not one line: ${run.stdout}`);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

class Captured extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns?: number;

  constructor(terminal: boolean, columns: number | undefined) {
    super({ decodeStrings: false });
    this.isTTY = terminal;
    if (columns !== undefined) this.columns = columns;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function inputOf({ stdin = '', terminal = false }: FakeOptions): Readable & { isTTY?: boolean } {
  if (typeof stdin !== 'string') return Object.assign(stdin, { isTTY: terminal });
  const stream = new PassThrough();
  stream.end(stdin);
  return Object.assign(stream, { isTTY: terminal });
}

export function fakeWorkspace(
  options: Pick<FakeOptions, 'answers' | 'root'>,
  calls: FakeRun['calls'],
): Workspace {
  const answers = { ...ANSWERS, ...options.answers };
  const verbs = Object.entries(answers).map(([verb, answer]) => [
    verb,
    async (...args: unknown[]) => {
      calls.push([verb as Verb, ...args.map(withoutOperation)]);
      return typeof answer === 'function'
        ? (answer as (...a: unknown[]) => unknown)(...args)
        : answer;
    },
  ]);
  const root = options.root === undefined ? ROOT : options.root;
  return { root, ...Object.fromEntries(verbs) } as Workspace;
}

function withoutOperation(value: unknown): unknown {
  // What an attempt does: the only function that a verb is given.
  if (typeof value === 'function') return 'work';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, each]) => key !== 'signal' && typeof each !== 'function' && each !== undefined,
  );
  return Object.fromEntries(kept);
}
