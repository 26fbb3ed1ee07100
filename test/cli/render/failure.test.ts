import { expect } from 'chai';
import { renderFailure } from '../../../src/cli/render/failure.js';
import { PitonError } from '../../../src/core/errors.js';
import { lines, PLAIN, TERMINAL, VERBOSE } from './views.js';

describe('cli: failures for people', () => {
  it('says what happened and what to do', () => {
    const error = new PitonError('LOCKED', 'another process\x1b is at work', { hint: 'wait' });
    expect(renderFailure(error, PLAIN)).to.equal(
      lines('error: another process\\x1b is at work', 'hint: wait'),
    );
    expect(renderFailure(error, TERMINAL)).to.include('\x1b[31merror:\x1b[39m another');
    expect(renderFailure(new PitonError('LOCKED', 'x'), PLAIN)).to.match(/^error: x\nhint: .+\n$/);
  });

  it('lists what the details list', () => {
    const details = {
      candidates: ['01A', { checkpoint_id: '01B\n', name: null, step: 3, gone: undefined }],
      path: 'x',
      none: [],
    };
    expect(
      renderFailure(new PitonError('CHECKPOINT_NOT_FOUND', 'x', { hint: 'h', details }), PLAIN),
    ).to.equal(lines('error: x', 'candidates:', '  01A', '  01B\\n  null  3  null', 'hint: h'));
  });

  it('shows where it came from to those who ask for more', () => {
    const shown = renderFailure(
      new PitonError('INTERNAL', 'x', { cause: new Error('why') }),
      VERBOSE,
    );
    expect(shown).to.include('code: INTERNAL\nError: why\n    at ');
    expect(renderFailure(new PitonError('INTERNAL', 'x'), VERBOSE)).to.include('PitonError: x\n');
    const stackless = new PitonError('INTERNAL', 'x');
    delete stackless.stack;
    expect(renderFailure(stackless, VERBOSE)).to.match(/^error: x\nhint: .+\ncode: INTERNAL\n\n$/);
  });
});
