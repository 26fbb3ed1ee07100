import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeRepository } from '../helpers/git.js';
import { installPiton, piton, type Installed } from '../hosts/installed.js';
import { processesWith } from './programs.js';
import { answer, closeTerminals, openTerminal } from './terminal.js';

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';

describe('terminals: run', () => {
  let user: Installed;
  let root: string;

  beforeEach(() => {
    user = installPiton();
    root = makeRepository();
    writeFileSync(join(root, 'a'), 'one\n');
  });
  afterEach(closeTerminals);

  function file(): string {
    return readFileSync(join(root, 'a'), 'utf8');
  }

  it('gives the command the terminal, to read from and to write to', async () => {
    const script = 'test -t 0 -a -t 1 -a -t 2 && read -p "name? " name && echo "hello $name"';
    const terminal = openTerminal(`piton run -- bash -c '${script}'`, root, user.env);
    const { status, screen } = await answer(terminal, [/name\? $/, 'you']);
    expect(status, screen).to.equal(0);
    expect(screen).to.match(/hello you/);
  });

  it('leaves Ctrl-C to the command, and rolls back once', async () => {
    const script = 'trap "echo interrupted; exit 130" INT; echo two > a; echo go; sleep 60 & wait';
    writeFileSync(join(root, 'work.sh'), script);
    const line = 'piton run -- bash work.sh';
    const terminal = openTerminal(line, root, user.env);
    await terminal.until(/go\r\n/);
    terminal.type(CTRL_C);
    expect(await terminal.ended, terminal.screen()).to.equal(130);
    expect(terminal.screen().match(/interrupted/g), terminal.screen()).to.have.length(1);
    expect(terminal.screen().match(/Rolled back/g)).to.have.length(1);
    expect(file()).to.equal('one\n');
  });

  it('does not end before a command that takes Ctrl-C for something else', async () => {
    const script = 'trap "echo three > a; exit 0" INT; echo two > a; echo go; sleep 60 & wait';
    writeFileSync(join(root, 'work.sh'), script);
    const terminal = openTerminal('piton run -- bash work.sh', root, user.env);
    await terminal.until(/go\r\n/);
    terminal.type(CTRL_C);
    expect(await terminal.ended, terminal.screen()).to.equal(0);
    expect(file()).to.equal('three\n');
  });

  it('rolls back when the terminal is closed, and tells nobody', async () => {
    writeFileSync(join(root, 'work.sh'), 'echo two > a; echo go; sleep 60');
    const env = { ...user.env, LOGNAME: `mark-${process.pid}-closed` };
    const terminal = openTerminal('piton run -- bash work.sh', root, env);
    await terminal.until(/go\r\n/);
    // The kernel hangs up on all that work in a terminal that is gone.
    terminal.script.kill('SIGKILL');
    while (processesWith(env.LOGNAME).length > 0) await delay(20);
    expect(file()).to.equal('one\n');
    const { plans } = piton(user, root, 'plan', 'list') as { plans: object[] };
    expect(plans[0]).to.include({ reversion_count: 1 });
    expect(piton(user, root, 'status')).to.include({ unfinished: null, lock: null });
  });

  it('stops and goes on with the command', async () => {
    const script = 'echo two > a; echo "go" "on"; read line; echo "read $line"; exit 4';
    writeFileSync(join(root, 'work.sh'), script);
    const shell = openTerminal('bash --norc --noprofile -i', root, user.env);
    // What is typed before a shell has set its terminal up may get lost.
    await shell.until(/[#$] /);
    shell.type('piton run -- bash work.sh\n');
    await shell.until(/go on\r\n/);
    shell.type(CTRL_Z);
    await shell.until(/Stopped[\s\S]*[#$] /);
    shell.type('echo "st""ill here"; fg\n');
    await shell.until(/still here[\s\S]*piton run/);
    shell.type('line\n');
    await shell.until(/read line/);
    await shell.until(/Rolled back[\s\S]*[#$] /);
    shell.type('echo "ended: $?"; exit\n');
    await shell.until(/ended: 4/);
    await shell.ended;
    expect(file()).to.equal('one\n');
  });
});
