import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PitonError } from '../../src/core/errors.js';
import { runGit } from '../../src/process/run-git.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failureOf, rejectionOf } from './errors.js';
import { fakeGit, isRunning, realGit, repositoryAt } from './programs.js';

describe('runGit', () => {
  it('gives the output as bytes, whole', async () => {
    const directory = makeRepository();
    const data = Buffer.from([0, 255, 10, 10]);
    const repository = repositoryAt(directory);
    const args = ['hash-object', '-w', '--stdin'];
    const written = await runGit(realGit(), { repository, args, input: data });
    const oid = written.stdout.toString().trim();
    const read = await runGit(realGit(), { repository, args: ['cat-file', 'blob', oid] });
    expect(read.stdout).to.deep.equal(data);
    expect(read).to.include({ exitCode: 0 });
    expect(read.stderr).to.have.length(0);
  });

  it('takes text as input, and gives none without it', async () => {
    const program = fakeGit('cat');
    expect((await runGit(program, { args: [], input: 'é' })).stdout.toString()).to.equal('é');
    expect((await runGit(program, { args: [] })).stdout).to.have.length(0);
  });

  it('is not disturbed by a git that does not read its input', async () => {
    const input = Buffer.alloc(1_000_000);
    const run = await runGit(fakeGit('echo done'), { args: [], input });
    expect(run.stdout.toString()).to.equal('done\n');
  });

  it('throws when git fails, with what git said', async () => {
    const repository = repositoryAt(makeRepository());
    const args = ['rev-parse', '--verify', 'nothing'];
    const error = await failureOf(runGit(realGit(), { repository, args }));
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.message).to.equal('git rev-parse failed: fatal: Needed a single revision');
    expect(error.details).to.deep.equal({
      args,
      exit_code: 128,
      signal: null,
      timed_out: false,
      stderr: 'fatal: Needed a single revision',
    });
  });

  it('gives other exit codes back where they are answers', async () => {
    const program = fakeGit('exit 3');
    const run = await runGit(program, { args: ['x'], allowedExitCodes: [1, 3] });
    expect(run.exitCode).to.equal(3);
    const error = await failureOf(runGit(program, { args: ['x'], allowedExitCodes: [1] }));
    expect(error.message).to.equal('git x failed: exit code 3');
  });

  it('keeps passwords in addresses out of the error', async () => {
    const url = 'https://me:secret@example.com/x';
    const program = fakeGit(`echo "cannot reach ${url}" >&2; exit 1`);
    const error = await failureOf(runGit(program, { args: ['fetch', url] }));
    expect(error.details['args']).to.deep.equal(['fetch', 'https://***@example.com/x']);
    expect(JSON.stringify([error.message, error.details])).not.to.contain('secret');
  });

  it('shows no more of what git said than a page', async () => {
    const program = fakeGit('head -c 100000 /dev/zero | tr "\\0" x >&2; exit 1');
    const error = await failureOf(runGit(program, { args: [] }));
    expect(error.details['stderr']).to.have.length(4_096);
  });

  it('asks for git when there is none', async () => {
    const nowhere = { searchPath: tempDirectory(), temporaryFolder: tempDirectory() };
    const error = await failureOf(runGit({ file: 'git', ...nowhere }, { args: ['version'] }));
    expect(error.code).to.equal('GIT_REQUIRED');
    expect(error.hint).to.contain('embedded');
    const file = join(tempDirectory(), 'git');
    writeFileSync(file, '', { mode: 0o644 });
    const notExecutable = await failureOf(runGit({ file, ...nowhere }, { args: ['version'] }));
    expect(notExecutable.code).to.equal('GIT_REQUIRED');
  });

  it('tells a workspace that is gone from a git that is missing', async () => {
    const directory = makeRepository();
    rmSync(directory, { recursive: true });
    const repository = repositoryAt(directory);
    const error = await failureOf(runGit(realGit(), { repository, args: ['version'] }));
    expect(error.code).to.equal('WORKSPACE_MISSING');
    expect(error.details).to.deep.equal({ path: repository.gitDir });
  });

  it('fails when the system cannot start git like that', async () => {
    const args = ['x', 'y'.repeat(3_000_000)];
    const error = await failureOf(runGit(realGit(), { args }));
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.message).to.contain('E2BIG');
  });

  it('fails when git is killed', async () => {
    const error = await failureOf(runGit(fakeGit('kill -KILL $$'), { args: ['x'] }));
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.details).to.include({ exit_code: null, signal: 'SIGKILL' });
  });

  it('ends a git that says more than was expected', async () => {
    const call = { args: ['x'], maxBytes: 1_000 };
    const error = await failureOf(runGit(fakeGit('exec yes'), call));
    expect(error.message).to.equal('git x failed: it said more than was expected');
    const enough = await runGit(fakeGit('head -c 1000 /dev/zero'), call);
    expect(enough.stdout).to.have.length(1_000);
  });

  it('works in the worktree, and in the git dir without one', async () => {
    const directory = makeRepository();
    const repository = repositoryAt(directory);
    const where = async (call: { repository?: typeof repository; workTree?: string }) =>
      (await runGit(fakeGit('pwd'), { ...call, args: [] })).stdout.toString().trim();
    expect(await where({ repository, workTree: directory })).to.equal(directory);
    expect(await where({ repository })).to.equal(repository.gitDir);
    expect(await where({})).to.equal('/');
    writeFileSync(join(directory, 'f'), '');
    const args = ['ls-files', '--others'];
    const run = await runGit(realGit(), { repository, workTree: directory, args });
    expect(run.stdout.toString()).to.equal('f\n');
  });

  it('removes what it has made for itself', async () => {
    const temporary = tempDirectory();
    const repository = repositoryAt(makeRepository());
    await runGit(realGit(temporary), { repository, args: ['for-each-ref'] });
    await rejectionOf(runGit(realGit(temporary), { repository, args: ['nonsense'] }));
    await rejectionOf(runGit({ ...realGit(temporary), file: 'none' }, { repository, args: [] }));
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  describe('when stopped', () => {
    /** Says where its processes are noted, and starts one that does not want to end. */
    const STUBBORN = `trap "" TERM; echo $$ > "$1"; sleep 60 & echo $! >> "$1"; wait; sleep 60`;
    let notes: string;
    beforeEach(() => {
      notes = join(tempDirectory(), 'pids');
    });

    function pids(): number[] {
      if (!existsSync(notes)) return [];
      return (readFileSync(notes, 'utf8').match(/.+(?=\n)/g) ?? []).map(Number);
    }

    /** The failure at a time limit before which both processes were noted, and then they. */
    async function timedOut(
      call: (timeoutMs: number) => Promise<unknown>,
    ): Promise<{ error: PitonError; noted: number[] }> {
      for (let timeoutMs = 300; ; timeoutMs *= 4) {
        rmSync(notes, { force: true });
        const error = await failureOf(call(timeoutMs));
        const noted = pids();
        if (noted.length === 2) return { error, noted };
      }
    }

    for (const asks of [false, true]) {
      const where = asks ? ' in its group, to ask on its terminal' : '';
      it(`has ended git and all it started${where} before it fails, at the timeout`, async () => {
        const remote = { protocols: [], environment: {}, configFiles: [], asks };
        const program = fakeGit(STUBBORN.replaceAll('$1', '$3'));
        const { error, noted } = await timedOut((timeoutMs) =>
          runGit(program, { args: ['--', notes], timeoutMs, remote }),
        );
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ timed_out: true });
        expect(error.hint).to.be.a('string');
        expect(noted.filter(isRunning)).to.deep.equal([]);
      });
    }

    it('ends also what has let go of its output', async () => {
      const program = fakeGit(
        `sh -c 'trap "" TERM; echo $$ > "$1"; echo 0 >> "$1"; sleep 300; sleep 300' \\
          x "$2" > /dev/null 2>&1 & while [ ! -s "$2" ]; do sleep 0.01; done; wait`,
      );
      const { error, noted } = await timedOut((timeoutMs) =>
        runGit(program, { args: [notes], timeoutMs }),
      );
      expect(error.details).to.include({ timed_out: true });
      // Nobody waits for its end.
      while (noted.some((pid) => pid > 0 && isRunning(pid))) await delay(5);
    });

    it('gives the reason of an abort', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const program = fakeGit('echo $$ > "$2"; echo $$ >> "$2"; exec sleep 60');
      const call = { args: [notes], signal: abort.signal };
      const failing = rejectionOf(runGit(program, call));
      while (pids().length < 2) await delay(5);
      abort.abort(reason);
      expect(await failing).to.equal(reason);
      expect(pids().filter(isRunning)).to.deep.equal([]);
      expect(await rejectionOf(runGit(program, call))).to.equal(reason);
    });

    it('notices an abort while git is being started', async () => {
      const abort = new AbortController();
      const failing = rejectionOf(
        runGit(fakeGit('exec sleep 60'), { args: [], signal: abort.signal }),
      );
      abort.abort(new Error('at once'));
      expect(await failing).to.have.property('message', 'at once');
    });
  });
});
