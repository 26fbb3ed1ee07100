import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { runProgram } from '../../src/cli/run-program.js';
import { Signals } from '../../src/cli/signals.js';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

function signals(): { own: Signals; send: (signal: string) => void; emitter: EventEmitter } {
  const emitter = new EventEmitter();
  const own = new Signals(emitter as unknown as NodeJS.Process);
  return { own, emitter, send: (signal) => void emitter.emit(signal) };
}

describe('cli: signals', () => {
  it('stop cleanly at first, and at once the second time', () => {
    const { own, send } = signals();
    send('SIGTERM');
    expect(own.stop.reason).to.include({ message: 'interrupted by SIGTERM' });
    expect(own.forcedStop.aborted).to.equal(false);
    send('SIGINT');
    expect(own.forcedStop.reason).to.include({ message: 'interrupted by SIGINT' });
  });

  it('are passed on while another program works, and then stop piton again', async () => {
    const { own, send, emitter } = signals();
    const passed: string[] = [];
    let done: (value: number) => void = () => undefined;
    const work = new Promise<number>((resolve) => (done = resolve));
    const during = own.passOnDuring((signal) => passed.push(signal), work);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
      send(signal);
    }
    expect(passed).to.have.lengthOf(6);
    expect(own.stop.aborted).to.equal(false);
    done(7);
    expect(await during).to.equal(7);
    // The end of the program may be known before the signal that ended it.
    send('SIGINT');
    expect(own.stop.aborted).to.equal(false);
    while (emitter.listenerCount('SIGUSR1') > 0) await delay(20);
    passed.length = 0;
    send('SIGINT');
    expect(passed).to.be.empty;
    expect(own.stop.aborted).to.equal(true);
  });

  it('reach a program, but for those that its terminal has given it already', async function () {
    this.timeout(120_000);
    const { own, send } = signals();
    const ask = async (terminal: boolean, ...sent: string[]) => {
      const request = { command: ['sleep', '20'] as const, directory: tempDirectory() };
      const ended = runProgram(request, { signals: own, env: TEST_ENV, terminal });
      // Also before it has started.
      sent.forEach(send);
      return (await ended).signal;
    };
    expect(await ask(false, 'SIGINT')).to.equal('SIGINT');
    expect(await ask(true, 'SIGINT', 'SIGQUIT', 'SIGTERM')).to.equal('SIGTERM');
    const later = runProgram(
      {
        command: ['sh', '-c', 'trap "exit 9" USR1; kill -USR1 $PPID; sleep 20 & wait'],
        directory: '/',
      },
      { signals: new Signals(process), env: TEST_ENV, terminal: true },
    );
    expect(await later).to.deep.equal({ exitCode: 9, signal: null, notStarted: null });
  });
});
