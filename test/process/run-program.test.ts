import { expect } from 'chai';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf, startProgram, type ProgramEnd } from '../../src/process/run-program.js';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

async function end(cwd: string, ...command: [string, ...string[]]): Promise<ProgramEnd> {
  const program = await startProgram({ command, cwd, env: TEST_ENV, stdio: 'ignore' });
  return program.ended;
}

describe('process: programs of the user', () => {
  it('run in their folder, with their arguments and environment as they are', async () => {
    const folder = tempDirectory();
    const script = 'test "$1" = "a b" && test -z "$ABSENT" && test "$HOME" = "$2" && touch here';
    const args = ['-c', script, 'sh', 'a b', TEST_ENV['HOME'] ?? ''];
    expect(await end(folder, 'sh', ...args)).to.deep.equal({
      ...{ exitCode: 0, signal: null, notStarted: null },
    });
    expect(existsSync(join(folder, 'here'))).to.equal(true);
  });

  it('tell how they ended', async () => {
    const folder = tempDirectory();
    const three = await end(folder, 'sh', '-c', 'exit 3');
    expect(three).to.deep.equal({ exitCode: 3, signal: null, notStarted: null });
    expect(exitCodeOf(three)).to.equal(3);
    const killed = await end(folder, 'sh', '-c', 'kill -KILL $$');
    expect(killed).to.deep.equal({ exitCode: null, signal: 'SIGKILL', notStarted: null });
    expect(exitCodeOf(killed)).to.equal(137);
    const missing = await end(folder, 'no-such-program');
    expect(missing).to.deep.equal({ exitCode: null, signal: null, notStarted: 'ENOENT' });
    expect(exitCodeOf(missing)).to.equal(127);
    writeFileSync(join(folder, 'plain'), '');
    chmodSync(join(folder, 'plain'), 0o644);
    const plain = await end(folder, './plain');
    expect(plain).to.include({ notStarted: 'EACCES' });
    expect(exitCodeOf(plain)).to.equal(126);
  });

  it('can be sent signals, also when they have ended', async () => {
    const call = { cwd: '/', env: TEST_ENV, stdio: 'ignore' } as const;
    const program = await startProgram({ ...call, command: ['sleep', '20'] });
    program.send('SIGHUP');
    expect(await program.ended).to.include({ signal: 'SIGHUP' });
    program.send('SIGHUP');
  });
});
