import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const PROGRAM = fileURLToPath(new URL('./fake-program.js', import.meta.url));
const MAIN_PROGRAM = fileURLToPath(new URL('./main-program.js', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(behaviour: string, ...args: string[]): ChildProcess {
  return startIn({}, behaviour, ...args);
}

function startIn(env: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { env: { ...TEST_ENV, ...env } });
}

/** Waits for the end; `onWorking` is called each time the program says that it works. */
async function end(child: ChildProcess, onWorking: () => void = () => undefined): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (chunk.includes('working')) onWorking();
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

function shell(script: string, cwd?: string): Ended {
  const run = spawnSync('bash', ['-c', script, process.execPath, PROGRAM], { env: TEST_ENV, cwd });
  return { code: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

function errorIn(stdout: string): Record<string, unknown> {
  expect(stdout).to.match(/^[^\n]+\n$/);
  const document = JSON.parse(stdout) as { ok: boolean; error: Record<string, unknown> };
  expect(document.ok).to.equal(false);
  return document.error;
}

describe('cli: as a process', () => {
  it('exits with the code of the run', async () => {
    expect(await end(start('answers', 'status', '--json'))).to.include({ code: 0, stderr: '' });
    expect(await end(start('answers', 'frob'))).to.include({ code: 2, stdout: '' });
  });

  it('speaks the same language everywhere', async () => {
    const german = { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' };
    const { stderr } = await end(startIn(german, 'answers', 'status', '--bogus'));
    expect(stderr).to.match(/^error: unknown option --bogus\n/);
  });

  it('lets large output arrive whole', async () => {
    const { stdout, code } = await end(start('large', 'status', '--json'));
    expect(code).to.equal(0);
    expect((JSON.parse(stdout) as { data: { large: string } }).data.large).to.have.lengthOf(
      4 * 1024 * 1024,
    );
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`stops cleanly on ${signal}`, async () => {
      const json = start('stops-cleanly', 'status', '--json');
      const ended = await end(json, () => json.kill(signal));
      expect(ended.code).to.equal(code);
      expect(errorIn(ended.stdout)).to.deep.include({ code: 'IO_FAILED', details: { signal } });
      const people = start('stops-cleanly', 'status');
      const { stderr, ...rest } = await end(people, () => people.kill(signal));
      expect(rest).to.deep.equal({ code, stdout: '' });
      expect(stderr).to.include(`error: interrupted by ${signal}\n`);
    });
  }

  it('ends at once when told a second time', async () => {
    const child = start('never-stops', 'status', '--json');
    // Two that come before it has its turn are one.
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.includes('told to stop')) child.kill('SIGINT');
    });
    const ended = await end(child, () => child.kill('SIGINT'));
    expect(ended.code).to.equal(130);
    expect(errorIn(ended.stdout)).to.include({ message: 'interrupted by SIGINT' });
  });

  it('tells of what nobody caught', async () => {
    const ended = await end(start('throws-elsewhere', 'status', '--json'));
    expect(ended.code).to.equal(1);
    expect(errorIn(ended.stdout)).to.include({ code: 'INTERNAL', message: 'nobody caught this' });
  });

  it('does not hide what is thrown after its end', async () => {
    const { code, stderr } = await end(start('throws-later', 'status', '--json'));
    expect(code).not.to.equal(0);
    expect(stderr).to.include('after the end');
  });

  it('does not mind a reader that goes away', () => {
    const script = '"$0" "$1" large status --json | head -c1; echo " ${PIPESTATUS[0]}"';
    expect(shell(script)).to.deep.equal({ code: 0, stdout: '{ 0\n', stderr: '' });
  });

  it('fails when its output cannot be written', function () {
    if (!existsSync('/dev/full')) this.skip();
    const { code, stderr } = shell('"$0" "$1" answers status --json > /dev/full');
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: .*ENOSPC/);
  });

  it('says that the folder it stands in is gone', () => {
    const folder = tempDirectory();
    const script = 'rmdir "$PWD"; "$0" "$1" answers status --json';
    const { code, stdout } = shell(script, folder);
    expect(code).to.equal(3);
    expect(errorIn(stdout)).to.include({ code: 'WORKSPACE_MISSING' });
  });
});

describe('cli: main', () => {
  /** The modules of the command line that a run loads, as the engine's coverage lists them. */
  function loadedBy(...args: string[]): { stdout: string; files: string[]; packages: boolean } {
    const folder = tempDirectory();
    const env = { ...TEST_ENV, NODE_V8_COVERAGE: folder };
    const run = spawnSync(process.execPath, [MAIN_PROGRAM, ...args], { env, cwd: folder });
    const [report = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const { result } = JSON.parse(readFileSync(join(folder, report), 'utf8')) as {
      result: { url: string }[];
    };
    const urls = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
    return {
      stdout: run.stdout.toString(),
      files: urls.flatMap((url) => /src\/(?:cli\/)?(.*)\.js$/.exec(url)?.[1] ?? []),
      packages: urls.some((url) => url.includes('node_modules')),
    };
  }

  it('tells the version and loads nothing else for it', () => {
    const { stdout, files, packages } = loadedBy('--version');
    expect(stdout).to.match(/^piton [0-9]+\.[0-9]+\.[0-9]+\n$/);
    expect(files.sort()).to.deep.equal(['main', 'version']);
    expect(packages).to.equal(false);
  });

  it('loads one command, and help only to show it', () => {
    const wrong = loadedBy('undo', 'x', '--json');
    expect(wrong.files.filter((file) => file.startsWith('commands/'))).to.deep.equal([
      'commands/undo',
    ]);
    expect(wrong.files).not.to.include('help').and.not.include('api/open');
    expect(loadedBy('--help')).to.include({ packages: false });
  });
});
