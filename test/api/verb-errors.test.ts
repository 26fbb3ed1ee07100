import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { withPitonErrors } from '../../src/api/verb-errors.js';
import { PitonError } from '../../src/core/errors.js';
import { rejectionOf } from '../disk/thrown.js';

interface Options {
  signal?: AbortSignal;
}

function verbThrowing(thrown: () => never) {
  return withPitonErrors({
    verb: async (_name?: string, _options?: Options): Promise<void> => thrown(),
  });
}

function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe('api: what verbs throw', () => {
  it('is their result when there is one', async () => {
    const { double } = withPitonErrors({ double: async (value: number) => value * 2 });
    expect(await double(21)).to.equal(42);
  });

  it('is a PitonError, whatever was thrown', async () => {
    const own = new PitonError('LOCKED', 'mine');
    expect(await rejectionOf(verbThrowing(thrower(own)).verb())).to.equal(own);
    const missing = verbThrowing(() => {
      readFileSync('/nowhere/at/all');
      throw new Error('not reached');
    });
    expect(await rejectionOf(missing.verb())).to.include({ code: 'IO_FAILED' });
    const defect = verbThrowing(thrower(new TypeError('oops')));
    expect(await rejectionOf(defect.verb())).to.include({ code: 'INTERNAL' });
  });

  it('is the caller’s own reason when the caller stopped it', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const { verb } = verbThrowing(thrower(reason));
    const options = { signal: abort.signal };
    expect(await rejectionOf(verb('x', options))).to.include({ code: 'INTERNAL' });
    abort.abort(reason);
    expect(await rejectionOf(verb('x', options))).to.equal(reason);
    expect(await rejectionOf(verb('x', {}))).to.include({ code: 'INTERNAL' });
    const other = verbThrowing(thrower(new Error('another')));
    expect(await rejectionOf(other.verb('x', options))).to.include({ code: 'INTERNAL' });
  });
});
