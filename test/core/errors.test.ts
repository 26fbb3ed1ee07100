import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import {
  EXIT_CODE_BY_ERROR,
  PitonError,
  systemErrorCode,
  toPitonError,
  type ErrorCode,
} from '../../src/core/errors.js';
import { thrownBy } from '../disk/thrown.js';

/** As written down in the contract of the command line. */
const CONTRACT: Record<number, string> = {
  1: 'NO_SPACE PERMISSION_DENIED IO_FAILED GIT_FAILED INTERNAL',
  2: 'USAGE',
  3:
    'WORKSPACE_MISSING PLAN_NOT_FOUND CHECKPOINT_NOT_FOUND DECISION_NOT_FOUND ' +
    'NOTHING_TO_UNDO NOTHING_TO_REDO',
  4:
    'PLAN_CLOSED REVERSION_LIMIT WRONG_PLAN UNSAFE_WORKSPACE OPERATION_IN_PROGRESS STALE_TOKEN ' +
    'NAME_TAKEN UNSUPPORTED_REPOSITORY GIT_REQUIRED',
  5: 'LOCKED',
  6: 'OBJECT_DAMAGED STATE_DAMAGED UNSAFE_PATH UNSUPPORTED_FORMAT RECOVERY_FAILED',
};

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: a system error`), { code });
}

describe('core: errors', () => {
  it('have the exit codes of the contract', () => {
    const contract = Object.entries(CONTRACT).flatMap(([exit, codes]) =>
      codes.split(' ').map((code) => [code, Number(exit)]),
    );
    expect(EXIT_CODE_BY_ERROR).to.deep.include(Object.fromEntries(contract));
    for (const [code, exit] of contract) {
      expect(new PitonError(code as ErrorCode, '').exitCode).to.equal(exit);
    }
  });

  it('always say what to do next', () => {
    for (const code of Object.keys(EXIT_CODE_BY_ERROR) as ErrorCode[]) {
      expect(new PitonError(code, 'm').hint, code).to.match(/^.{5,}[^.]$/);
      expect(new PitonError(code, 'm', { hint: 'wait' }).hint).to.equal('wait');
    }
    expect(toPitonError(systemError('ENOSPC')).hint).to.match(/make room/);
    expect(toPitonError(systemError('EROFS')).hint).to.match(/may read and write/);
  });

  it('carry details and cause when they have them', () => {
    const bare = new PitonError('LOCKED', 'message');
    expect(bare).to.include({ name: 'PitonError', code: 'LOCKED', message: 'message' });
    expect(bare.details).to.deep.equal({});
    expect(Object.hasOwn(bare, 'cause')).to.equal(false);
    const cause = new Error('why');
    const full = new PitonError('LOCKED', 'm', { hint: 'wait', details: { pid: 1 }, cause });
    expect(full).to.include({ hint: 'wait', cause });
    expect(full.details).to.deep.equal({ pid: 1 });
  });

  it('tell the code of a system error and of nothing else', () => {
    expect(systemErrorCode(thrownBy(() => readFileSync('/nowhere/at/all')))).to.equal('ENOENT');
    expect(systemErrorCode(new Error('plain'))).to.equal(undefined);
    expect(systemErrorCode({ code: 'ENOENT' })).to.equal(undefined);
    expect(systemErrorCode(Object.assign(new Error(), { code: 7 }))).to.equal(undefined);
  });

  it('are made of whatever is thrown', () => {
    const own = new PitonError('LOCKED', 'm');
    expect(toPitonError(own)).to.equal(own);
    const codes = [
      ['ENOSPC', 'NO_SPACE'],
      ['EDQUOT', 'NO_SPACE'],
      ['EACCES', 'PERMISSION_DENIED'],
      ['EPERM', 'PERMISSION_DENIED'],
      ['EROFS', 'PERMISSION_DENIED'],
      ['EIO', 'IO_FAILED'],
      ['EMFILE', 'IO_FAILED'],
    ] as const;
    for (const [system, code] of codes) {
      const error = toPitonError(systemError(system));
      expect(error).to.include({ code, message: `${system}: a system error` });
      expect(error.details).to.deep.equal({ system_code: system });
      expect(error.cause).to.be.instanceOf(Error);
    }
  });

  it('are defects when nobody expected them', () => {
    const odd = [new TypeError('oops'), 'oops', systemError('ERR_INVALID_ARG_TYPE')];
    for (const thrown of odd) {
      const error = toPitonError(thrown);
      expect(error).to.include({ code: 'INTERNAL', cause: thrown });
      expect(error.hint).to.match(/report/);
      expect(error.message).to.match(/oops|system error/);
    }
  });
});
