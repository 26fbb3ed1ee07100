import { expect } from 'chai';
import { failureOf, Interruption } from '../../src/cli/interruption.js';
import { PitonError } from '../../src/core/errors.js';

describe('cli: interruption', () => {
  it('has the exit code that shells give a signal', () => {
    expect(new Interruption('SIGINT').exitCode).to.equal(130);
    expect(new Interruption('SIGTERM').exitCode).to.equal(143);
    expect(new Interruption('SIGHUP').exitCode).to.equal(129);
    expect(new Interruption('SIGINT')).to.deep.include({
      code: 'IO_FAILED',
      message: 'interrupted by SIGINT',
      details: { signal: 'SIGINT' },
    });
  });

  it('is what failed once a stop was asked for, unless the error says more', () => {
    const stop = new AbortController();
    const plain = new PitonError('GIT_FAILED', 'git was killed');
    expect(failureOf(plain, stop.signal)).to.equal(plain);
    expect(failureOf(new TypeError('x'), stop.signal).code).to.equal('INTERNAL');

    stop.abort(new Interruption('SIGINT'));
    const reason: unknown = stop.signal.reason;
    expect(failureOf(plain, stop.signal)).to.equal(reason);
    expect(failureOf(new DOMException('aborted', 'AbortError'), stop.signal)).to.equal(reason);
    expect(failureOf(reason, stop.signal)).to.equal(reason);
    const damaged = new PitonError('RECOVERY_FAILED', 'it cannot be put back');
    expect(failureOf(damaged, stop.signal)).to.equal(damaged);
  });
});
