import { PitonError } from '../core/errors.js';
import type { GitObject, ObjectId } from '../core/types.js';
import { BatchReader } from './batch-reader.js';
import { gitFailure } from './git-failure.js';
import type { GitProgram } from './git-program.js';
import type { GitRepository } from './isolated-repository.js';
import { spawnGit } from './spawn-git.js';

const ARGS = ['cat-file', '--batch'];
const OPTIONS = { stdin: 'pipe', buffer: { stdout: false }, maxBuffer: 1024 * 1024 } as const;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

interface Waiting {
  resolve: (answer: GitObject | null) => void;
  reject: (error: unknown) => void;
}

interface Running {
  /** Requests are answered in their order. */
  ask: (oid: ObjectId) => Promise<GitObject | null>;
  finish: () => void;
  ended: Promise<void>;
}

/**
 * Reads objects through one git process that stays, started with the first request and anew after
 * it has died. To be closed, or it keeps the program from ending.
 */
export class GitBatch {
  readonly #program: GitProgram;
  readonly #repository: GitRepository;
  #running: Promise<Running> | null = null;
  #closed = false;

  constructor(program: GitProgram, repository: GitRepository) {
    this.#program = program;
    this.#repository = repository;
  }

  /**
   * An object as git has it, not verified; null when git calls it missing, which it may do of one
   * that is damaged.
   * @throws {PitonError} `GIT_FAILED` when git dies before it has answered, which is the other
   * thing it does of a damaged one; `GIT_REQUIRED` without a git program.
   */
  async readObject(oid: ObjectId): Promise<GitObject | null> {
    if (this.#closed || !OBJECT_ID.test(oid)) {
      throw new PitonError('INTERNAL', `cannot ask for the object ${JSON.stringify(oid)}`);
    }
    const starting = this.#running ?? this.#begin();
    return (await starting).ask(oid);
  }

  /** Waits for what was asked for and ends git. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#running;
    running?.finish();
    await running?.ended;
  }

  #begin(): Promise<Running> {
    const over = () => {
      if (this.#running === starting) this.#running = null;
    };
    const starting = this.#start(over);
    this.#running = starting;
    starting.catch(over);
    return starting;
  }

  async #start(over: () => void): Promise<Running> {
    const surroundings = { repository: this.#repository };
    const git = await spawnGit(this.#program, ARGS, surroundings, OPTIONS);
    const { stdin, stdout } = git.subprocess;
    const waiting: Waiting[] = [];
    let failure: unknown;
    const reader = new BatchReader((answer) => waiting.shift()?.resolve(answer));
    stdout.on('data', (chunk: Buffer) => {
      try {
        if (failure === undefined) reader.push(chunk);
      } catch (error) {
        failure = error;
        git.stop();
      }
    });
    // Writing to a git that has died fails; that it has died is told below.
    stdin.on('error', () => undefined);
    const ended = git.subprocess.then((end) => {
      over();
      git.cleanUp();
      failure ??= gitFailure(this.#program, ARGS, end);
      for (const { reject } of waiting.splice(0)) reject(failure);
    });
    return {
      ask: (oid) =>
        new Promise((resolve, reject) => {
          if (failure !== undefined) {
            reject(failure);
            return;
          }
          waiting.push({ resolve, reject });
          stdin.write(`${oid}\n`);
        }),
      finish: () => stdin.end(),
      ended,
    };
  }
}
