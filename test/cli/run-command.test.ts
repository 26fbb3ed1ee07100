import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { tempDirectory } from '../helpers/temp.js';
import { documentOf, runFake, type FakeOptions } from './run-fake.js';

type Work = () => Promise<boolean>;

async function run(args: string[], options: FakeOptions = {}) {
  return runFake(['run', ...args, '--', 'npm', 'test'], options);
}

describe('cli: run', () => {
  it('runs the command where the user stands, and is silent when it succeeds', async () => {
    const ran = await run([]);
    expect(ran).to.include({ code: 0, stdout: '', stderr: '' });
    expect(ran.ran).to.have.lengthOf(1);
    expect(ran.ran[0]).to.have.property('directory').match(/\/w$/);
    expect(ran.ran[0]?.command).to.deep.equal(['npm', 'test']);
    expect(ran.calls[0]).to.deep.equal(['attempt', 'work', { reason: 'before running npm' }]);
    expect((await run(['-v'])).stderr).to.match(/^Checkpoint .* was taken before the command\n$/);
  });

  it('passes the exit code of the command on, and says what became of its changes', async () => {
    const failed = await run([], { programEnd: { exitCode: 9 } });
    expect(failed).to.include({ code: 9, stdout: '' });
    expect(failed.stderr).to.match(/^The command failed \(9\)\. Rolled back to checkpoint/);
    expect(failed.stderr).to.match(/^piton undo --plan \w+ takes it back$/m);
    const ended = await run([], { programEnd: { exitCode: null, signal: 'SIGKILL' } });
    expect(ended.code).to.equal(137);
    expect(ended.stderr).to.match(/^The command was ended by SIGKILL\. Rolled back/);
    const programEnd = { exitCode: 1 };
    const answer = (outcome: string) => async (work: Work) => {
      await work();
      return { checkpoint: { checkpoint_id: 'X', name: null }, outcome, rollback: null };
    };
    const unchanged = await run([], { programEnd, answers: { attempt: answer('unchanged') } });
    expect(unchanged.stderr).to.equal('The command failed (1); it had changed nothing\n');
    const kept = await run([], { programEnd, answers: { attempt: answer('kept') } });
    expect(kept.stderr).to.match(/its changes stay\. What was there before: checkpoint X\n$/);
  });

  it('keeps standard output for the command, whatever is wrong', async () => {
    const json = await run(['--json'], { programEnd: { exitCode: 2 } });
    expect(json).to.include({ code: 2, stdout: '' });
    const { data } = documentOf({ ...json, stdout: json.stderr }) as { data: object };
    expect(data).to.deep.include({ command: ['npm', 'test'], exit_code: 2, signal: null });
    const nothing = await runFake(['run', '--json']);
    expect(nothing).to.include({ code: 2, stdout: '' });
    expect(documentOf({ ...nothing, stdout: nothing.stderr })['error'])
      .property('hint')
      .match(/piton run -- npm test/);
    const bare = await runFake(['run', 'npm', 'test']);
    expect(bare.stderr).to.include('write -- before the command');
    const help = await runFake(['run', '--help']);
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.include('Usage: piton run [options] -- <command>…');
  });

  it('says that a command could not be started, as shells do', async () => {
    for (const [notStarted, code] of [
      ['ENOENT', 127],
      ['EACCES', 126],
    ] as const) {
      const ran = await run(['--json'], { programEnd: { exitCode: null, notStarted } });
      expect(ran.code).to.equal(code);
      const { error } = documentOf({ ...ran, stdout: ran.stderr }) as { error: object };
      expect(error).to.deep.include({ code: 'USAGE' }).and.have.nested.property('hint');
      expect(error).nested.property('details.system_code', notStarted);
    }
  });

  it('ends with the exit code of the command when the rollback fails', async () => {
    const attempt = async (work: Work) => {
      await work();
      throw new PitonError('LOCKED', 'another process works here', {
        hint: 'wait',
        details: { pid: 1 },
      });
    };
    const ran = await run(['--json'], { programEnd: { exitCode: 4 }, answers: { attempt } });
    expect(ran.code).to.equal(4);
    const { error } = documentOf({ ...ran, stdout: ran.stderr }) as { error: object };
    expect(error).to.deep.equal({
      code: 'LOCKED',
      message: 'another process works here',
      hint: 'wait',
      details: { pid: 1, exit_code: 4, signal: null },
    });
    const before = () => {
      throw new PitonError('LOCKED', 'another process works here', { hint: 'wait' });
    };
    const refused = await run([], { answers: { attempt: before } });
    expect(refused).to.include({ code: 5, stdout: '' });
    expect(refused.ran).to.deep.equal([]);
    const late = async (work: Work) => {
      await work();
      throw new PitonError('LOCKED', 'another process works here', { hint: 'wait' });
    };
    const said = await run([], { programEnd: { exitCode: 4 }, answers: { attempt: late } });
    expect(said.stderr).to.match(/hint: wait/);
  });

  it('writes the document into a file, from where the user stands', async () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'sub'));
    const options = { cwd: folder, programEnd: { exitCode: 5 } };
    const ran = await run(['-C', 'sub', '--report', 'r.json', '--json'], options);
    expect(ran).to.include({ code: 5, stdout: '', stderr: '' });
    const text = readFileSync(join(folder, 'sub/r.json'), 'utf8');
    expect(documentOf({ ...ran, stdout: text })).to.include({ ok: true, command: 'run' });
    const people = await run(['--report', 'sub/r.json'], options);
    expect(people.stderr).to.match(/^The command failed \(5\)/);
    const failure = new PitonError('IO_FAILED', 'no');
    const fail = () => {
      throw failure;
    };
    const failed = await run(['--report', 'sub/r.json'], {
      ...options,
      answers: { attempt: fail },
    });
    expect(failed.code).to.equal(1);
    expect(readFileSync(join(folder, 'sub/r.json'), 'utf8')).to.match(/^{"ok":false/);
  });

  it('refuses a report that cannot be written, and tells of one that was lost', async () => {
    const folder = tempDirectory();
    writeFileSync(join(folder, 'plain'), '');
    for (const report of ['no/where/r.json', 'plain/r.json']) {
      const ran = await run(['--report', report], { cwd: folder });
      expect(ran.code, report).to.equal(2);
      expect(ran.stderr).to.include('--report cannot write');
      expect(ran.ran).to.deep.equal([]);
    }
    const attempt = async (work: Work) => {
      mkdirSync(join(folder, 'r.json'));
      await work();
      return { outcome: 'kept', rollback: null, checkpoint: { checkpoint_id: 'X', name: null } };
    };
    const lost = await run(['--report', 'r.json'], { cwd: folder, answers: { attempt } });
    expect(lost.code).to.equal(1);
    expect(lost.stderr).to.match(/^error: EISDIR/);
  });
});
