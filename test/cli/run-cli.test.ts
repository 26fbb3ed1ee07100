import { expect } from 'chai';
import { Writable } from 'node:stream';
import type { OpenOptions } from '../../src/api/types.js';
import { asBytePath } from '../../src/core/byte-path.js';
import { EXIT_CODE_BY_ERROR, PitonError, type ErrorCode } from '../../src/core/errors.js';
import type { OperationOptions } from '../../src/core/types.js';
import { Interruption } from '../../src/cli/interruption.js';
import { documentOf, runFake, type FakeOptions } from './run-fake.js';
import { PLAN, STATUS } from './samples.js';

/** A verb that throws. */
function throwing(error: unknown) {
  return () => {
    throw error;
  };
}

async function failing(error: unknown, args: string[] = [], options: FakeOptions = {}) {
  return runFake(['status', ...args], { ...options, answers: { status: throwing(error) } });
}

describe('cli: run', () => {
  it('has the exit code of every error code, and tells of it', async () => {
    for (const [code, exitCode] of Object.entries(EXIT_CODE_BY_ERROR)) {
      const options = { hint: 'do this', details: { path: 'x' } };
      const error = new PitonError(code as ErrorCode, 'it happened', options);
      const json = await failing(error, ['--json']);
      expect(json, code).to.include({ code: exitCode, stderr: '' });
      expect(documentOf(json)).to.deep.equal({
        ok: false,
        command: 'status',
        schema: 1,
        error: { code, message: 'it happened', ...options },
      });
      const people = await failing(error);
      expect(people).to.include({ code: exitCode, stdout: '' });
      expect(people.stderr).to.equal('error: it happened\nhint: do this\n');
    }
  });

  it('tells of what is no error of ours', async () => {
    const system = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    const full = await failing(system);
    expect(full).to.have.property('code', 1);
    expect(full.stderr).to.match(/^error: disk full\nhint: make room/);
    for (const defect of [new TypeError('x is undefined'), 'text', undefined]) {
      const run = await failing(defect, ['--json']);
      expect(documentOf(run)['error']).to.have.keys('code', 'message', 'hint', 'details');
      expect(run.code).to.equal(1);
      expect(documentOf(run)['error']).to.include({ code: 'INTERNAL' });
    }
  });

  it('tells of data that is no JSON', async () => {
    const run = await runFake(['status', '--json'], { answers: { status: { size: 1n } } });
    expect(run.code).to.equal(1);
    expect(documentOf(run)['error']).to.include({ code: 'INTERNAL' });
  });

  it('closes the workspace whatever happens', async () => {
    for (const run of [await runFake(['status']), await failing(new Error('x'))]) {
      expect(run.calls.at(-1)).to.deep.equal(['close']);
    }
  });

  it('tells the library of its surroundings, and of nothing else', async () => {
    const env = {
      HOME: '/home/u',
      XDG_CONFIG_HOME: '/cfg',
      PATH: '/bin',
      PITON_ENGINE: 'embedded',
      GIT_DIR: '/elsewhere',
      PITON_PLAN: 'p',
    };
    const opened = async (
      args: string[],
      e: Record<string, string> = env,
    ): Promise<OpenOptions> => {
      const { onWarning, clock, program, agentFolders, ...rest } = (
        await runFake(args, { env: e, cwd: '/w' })
      ).opened[0]!;
      expect([typeof onWarning, typeof clock]).to.deep.equal(['function', 'object']);
      expect({ program, agentFolders }).to.deep.equal({ program: ['piton'], agentFolders: {} });
      return rest;
    };
    const found = {
      directory: '/w',
      engine: 'embedded',
      lockTimeoutMs: undefined,
      home: '/home/u',
      configHome: '/cfg',
      searchPath: '/bin',
      remoteEnvironment: {},
      terminalPrompts: false,
      command: 'piton plan list',
    };
    expect(await opened(['plan', 'list'])).to.deep.equal(found);
    const args = [
      '-C',
      'a',
      '--engine=native',
      'plan',
      '-C',
      '../b',
      'list',
      '--lock-timeout',
      '0.5',
    ];
    expect(await opened(args)).to.deep.equal({
      ...found,
      ...{ directory: '/w/b', engine: 'native', lockTimeoutMs: 500 },
    });
    expect(await opened(['plan', 'list'], { XDG_CONFIG_HOME: 'relative', HOME: '' })).to.deep.equal(
      {
        ...found,
        ...{ engine: undefined, home: undefined, configHome: undefined, searchPath: undefined },
      },
    );
  });

  it('understands options before, between and after the words', async () => {
    for (const line of [
      '--json plan list',
      'plan --json list',
      'plan list --json',
      '-v --json plan list',
    ]) {
      expect(documentOf(await runFake(line.split(' ')))).to.include({ command: 'plan.list' });
    }
    const { calls } = await runFake(['--plan', 'p', 'undo']);
    expect(calls[0]).to.deep.equal(['undo', { plan: 'p', dryRun: false }]);
  });

  it('knows an option from a value that looks like one', async () => {
    const run = await runFake(['checkpoint', '-m', '--json']);
    expect(run.stdout).to.match(/^Checkpoint /);
    expect(run.calls[0]?.[1]).to.include({ reason: '--json' });
  });

  it('collects warnings in the document, shows them to people at once', async () => {
    const warning = {
      code: 'ODD',
      message: 'odd\x1b names',
      paths: [asBytePath('a\xff'), asBytePath('b\n')],
    };
    const run = async (args: string[], after: unknown = STATUS) => {
      const surroundings: FakeOptions = { answers: {} };
      let warn: OpenOptions['onWarning'];
      surroundings.answers = {
        status: () => {
          warn?.(warning);
          warn?.({ code: 'PLAIN', message: 'plain' });
          if (after instanceof Error) throw after;
          return after;
        },
      };
      const { fakeWorkspace } = await import('./run-fake.js');
      return runFake(['status', ...args], {
        surroundings: {
          openWorkspace: async (options) => {
            warn = options.onWarning;
            return fakeWorkspace(surroundings, []);
          },
        },
      });
    };
    const expected = [
      {
        ...warning,
        paths: [{ base64: Buffer.from('a\xff', 'latin1').toString('base64') }, 'b\n'],
      },
      { code: 'PLAIN', message: 'plain' },
    ];
    const json = await run(['--json']);
    expect(json.stderr).to.equal('');
    expect(documentOf(json)['warnings']).to.deep.equal(expected);
    const failed = await run(['--json'], new PitonError('LOCKED', 'x'));
    expect(documentOf(failed)['warnings']).to.deep.equal(expected);
    expect((await run([])).stderr).to.equal(
      'warning: odd\\x1b names\npaths:\n  a\\xff\n  b\\n\nwarning: plain\n',
    );
    expect((await run(['-q'])).stderr).to.equal('');
  });

  it('prints nothing but errors when quiet', async () => {
    expect(await runFake(['status', '-q'])).to.include({ stdout: '', stderr: '', code: 0 });
    expect((await failing(new Error('m'), ['-q'])).stderr).to.match(/^error: m\nhint: /);
    expect(documentOf(await runFake(['status', '-q', '--json']))).to.include({ ok: true });
  });

  it('colours for terminals, unless told not to', async () => {
    const coloured = async (args: string[], options: FakeOptions) =>
      (await runFake(['plan', 'list', ...args], options)).stdout.includes('\x1b[');
    expect(await coloured([], { terminal: true })).to.equal(true);
    expect(await coloured([], { terminal: false })).to.equal(false);
    expect(await coloured(['--no-color'], { terminal: true })).to.equal(false);
    expect(await coloured([], { terminal: true, env: { NO_COLOR: '1' } })).to.equal(false);
    expect(await coloured([], { terminal: true, env: { NO_COLOR: '' } })).to.equal(true);
    expect(await coloured([], { terminal: true, env: { TERM: 'dumb' } })).to.equal(false);
    const wrong = await runFake(['frob', '--no-color'], { terminal: true });
    expect(wrong.stderr).to.match(/^error:/);
  });

  it('shows names to people harmless', async () => {
    const name = '\x1b]0;title\x07\u202e\n';
    const { stdout } = await runFake(['plan', 'list'], {
      answers: { listPlans: { plans: [{ ...PLAN, name }] } },
    });
    expect(stdout).to.include('\\x1b]0;title\\x07\\u202e\\n\n');
    const json = await runFake(['plan', 'show', 'p', '--json'], {
      answers: { showPlan: { ...PLAN, name: `\x9b${name}` } },
    });
    expect(json.stdout).not.to.match(/[^\P{Cc}\n]|\u202e/u);
    expect(documentOf(json)).nested.property('data.name').equal(`\x9b${name}`);
  });

  it('shows progress on terminals, and takes it away', async () => {
    const slow = async (options: FakeOptions, ...args: string[]) => {
      let time = 0;
      const status = ({ onProgress }: OperationOptions) => {
        for (time = 0; time <= 1_000; time += 500)
          onProgress?.({ phase: 'hashing', done: 1, total: 2 });
        return STATUS;
      };
      const clock = { now: () => time };
      return runFake(['status', ...args], {
        ...options,
        answers: { status },
        surroundings: { clock },
      });
    };
    const shown = await slow({ terminal: true });
    expect(shown.stderr)
      .to.match(/hashing .* 50%/)
      .and.satisfy((text: string) => text.endsWith('\r\x1b[K'));
    expect((await slow({ terminal: true }, '--json')).stderr).to.match(/50%/);
    expect((await slow({ terminal: true }, '-q')).stderr).to.equal('');
    expect((await slow({})).stderr).to.equal('');
  });

  it('passes the stop on and reports it as such', async () => {
    const stop = new AbortController();
    const status = async ({ signal }: OperationOptions) => {
      stop.abort(new Interruption('SIGINT'));
      signal?.throwIfAborted();
    };
    const json = await runFake(['status', '--json'], { stop: stop.signal, answers: { status } });
    expect(json.code).to.equal(130);
    expect(documentOf(json)['error']).to.deep.include({
      code: 'IO_FAILED',
      message: 'interrupted by SIGINT',
      details: { signal: 'SIGINT' },
    });
    expect(json.calls.at(-1)).to.deep.equal(['close']);
  });

  it('tells of success when the work was done before it could be stopped', async () => {
    const stop = new AbortController();
    const status = async () => {
      stop.abort(new Interruption('SIGINT'));
      return STATUS;
    };
    const run = await runFake(['status', '--json'], { stop: stop.signal, answers: { status } });
    expect(run.code).to.equal(0);
    expect(documentOf(run)).to.include({ ok: true });
  });

  it('does not wait for work when the stop is forced', async () => {
    const forced = new AbortController();
    const status = () => {
      forced.abort(new Interruption('SIGTERM'));
      return new Promise(() => undefined);
    };
    const run = await runFake(['status', '--json'], {
      forcedStop: forced.signal,
      answers: { status },
    });
    expect(run.code).to.equal(143);
    expect(documentOf(run)['error']).to.include({ message: 'interrupted by SIGTERM' });
  });

  it('fails when its output is lost, not when the reader goes away', async () => {
    const lost = async (code: string) => {
      const stdout = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      });
      return runFake(['status'], { surroundings: { stdout } });
    };
    expect((await lost('ENOSPC')).stderr).to.match(/^error: ENOSPC\nhint: make room/);
    expect((await lost('ENOSPC')).code).to.equal(1);
    expect(await lost('EPIPE')).to.include({ code: 0, stderr: '' });
  });

  it('says more when asked to', async () => {
    expect((await failing(new TypeError('x'), ['-v'])).stderr).to.include('TypeError: x\n    at ');
    expect((await failing(new TypeError('x'))).stderr).not.to.include('    at ');
    expect((await runFake(['frob', '--verbose'])).stderr).to.include('code: USAGE\n');
    expect((await runFake(['frob', '-v'])).stderr).to.include('code: USAGE\n');
  });
});
