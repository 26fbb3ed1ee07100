import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { piton, read, workspace, write } from './run-piton.js';

const MAIN_PROGRAM = fileURLToPath(new URL('./main-program.js', import.meta.url));

function bash(directory: string, script: string): { code: number | null; stdout: string } {
  const env = { ...TEST_ENV, PITON: `${process.execPath} ${MAIN_PROGRAM}` };
  const run = spawnSync('bash', ['-c', script], { cwd: directory, env });
  return { code: run.status, stdout: run.stdout.toString() };
}

/** Starts `piton run`, sends it a signal once the command says that it works, waits for the end. */
async function signalled(
  directory: string,
  script: string,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; stderr: string }> {
  const args = [MAIN_PROGRAM, 'run', '--', 'bash', '-c', script];
  const child = spawn(process.execPath, args, { cwd: directory, env: TEST_ENV });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.once('data', () => child.kill(signal));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stderr };
}

/** Says that it works, and waits. A shell that says so may ignore what comes before its `exec`. */
const WAITING = 'echo go > said; exec tail -f said';

describe('cli: run, end to end', function () {
  this.timeout(120_000);

  it('gives the command its own input and output, in pipes too', () => {
    const directory = workspace();
    const script =
      'printf "b\\na\\n" | $PITON run -- sort | tr a-z A-Z; ' +
      '$PITON run --json -- echo out 2>report; cat report | wc -l; ' +
      '$PITON run -- sh -c "exit 7"; echo $?';
    expect(bash(directory, script).stdout).to.equal('A\nB\nout\n1\n7\n');
  });

  it('makes files, staging area and folders what they were when the command fails', () => {
    const directory = workspace();
    write(directory, { kept: 'one\n', gone: 'two\n' });
    const script = 'echo x > kept; rm gone; mkdir -p new/deep; git add -A; exit 3';
    const run = piton(directory, ['run', '--json', '--', 'sh', '-c', script]);
    expect(run).to.include({ code: 3, stdout: '' });
    expect(read(directory, 'kept') + read(directory, 'gone')).to.equal('one\ntwo\n');
    expect(existsSync(join(directory, 'new'))).to.equal(false);
    const report = JSON.parse(run.stderr) as { data: { outcome: string } };
    expect(report.data.outcome).to.equal('rolled_back');
    const kept = piton(directory, ['run', '--on-failure', 'keep', '--', 'sh', '-c', script]);
    expect(kept.code).to.equal(3);
    expect(read(directory, 'kept')).to.equal('x\n');
    expect(piton(directory, ['rollback']).code).to.equal(0);
    expect(read(directory, 'kept')).to.equal('one\n');
  });

  it('ends as a shell would have it, and writes its report where it is told to', () => {
    const directory = workspace();
    write(directory, { a: '1', plain: '' });
    const outside = tempDirectory();
    const cases: [number, string[], unknown][] = [
      [137, ['sh', '-c', 'echo 2 > a; kill -KILL $$'], 'rolled_back'],
      [255, ['sh', '-c', 'exit 255'], 'unchanged'],
      [127, ['no-such-program'], undefined],
      [126, ['./plain'], undefined],
      [0, ['sh', '-c', 'echo 1'], 'kept'],
    ];
    for (const [code, command, outcome] of cases) {
      const report = join(outside, `${code}.json`);
      const run = piton(directory, ['run', '--report', report, '--', ...command]);
      expect(run, command.join(' ')).to.include({ code, stdout: code === 0 ? '1\n' : '' });
      const document = JSON.parse(readFileSync(report, 'utf8')) as Record<string, unknown>;
      expect(document).to.include({ ok: outcome !== undefined, command: 'run', schema: 1 });
      expect((document['data'] as { outcome?: unknown } | undefined)?.outcome).to.equal(outcome);
      expect(read(directory, 'a')).to.equal('1');
    }
  });

  it('passes signals on, waits for the command, and rolls back', async () => {
    const directory = workspace();
    write(directory, { a: '1' });
    for (const [signal, code] of [
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGQUIT', 131],
      ['SIGUSR1', 138],
      ['SIGTERM', 143],
    ] as const) {
      const ended = await signalled(directory, `echo 2 > a; ${WAITING}`, signal);
      expect(ended.code, ended.stderr).to.equal(code);
      expect(ended.stderr).to.include(`was ended by ${signal}. Rolled back`);
      expect(read(directory, 'a')).to.equal('1');
    }
    const cleanly = 'trap "echo 3 > a; exit 0" TERM; echo go; sleep 30 >/dev/null 2>&1 & wait';
    expect(await signalled(directory, cleanly, 'SIGTERM')).to.deep.equal({ code: 0, stderr: '' });
    expect(read(directory, 'a')).to.equal('3\n');
  });

  it('gives the command its terminal, which interrupts it once', () => {
    const directory = workspace();
    const outside = tempDirectory();
    // All that work in the terminal get the signal, piton too, as Ctrl-C would have it.
    const inner = `n=0; trap 'n=$((n+1))' INT; test -t 0 && test -t 1 && echo tty > ${outside}/tty
      echo 2 > a; kill -INT 0; sleep 1; echo $n > ${outside}/count; exit 5\n`;
    write(directory, { a: '1', 'inner.sh': inner });
    const command = `${process.execPath} ${MAIN_PROGRAM} run -- bash inner.sh`;
    const env = { ...TEST_ENV, SHELL: '/bin/bash' };
    const run = spawnSync('script', ['-qec', command, '/dev/null'], { env, cwd: directory });
    expect(run.status, run.stdout.toString()).to.equal(5);
    expect(read(directory, 'a')).to.equal('1');
    expect(read(outside, 'tty') + read(outside, 'count')).to.equal('tty\n1\n');
  });
});
