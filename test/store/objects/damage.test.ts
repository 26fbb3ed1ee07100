import { expect } from 'chai';
import { PitonError } from '../../../src/core/errors.js';
import { damaged, isDamage, objectDamage } from '../../../src/store/objects/damage.js';

describe('damage', () => {
  it('is an error of its own code that says what to do', () => {
    const error = damaged('a tree is cut short', { file: '/x' });
    expect(error.code).to.equal('OBJECT_DAMAGED');
    expect(error.hint).to.contain('piton verify');
    expect(error.details).to.deep.equal({ problem: 'damaged', file: '/x' });
  });

  it('is told from other errors', () => {
    expect(isDamage(damaged('x'))).to.equal(true);
    expect(isDamage(new PitonError('INTERNAL', 'x'))).to.equal(false);
    expect(isDamage(new Error('x'))).to.equal(false);
  });

  it('is given to an object once', () => {
    const error = objectDamage('abc', damaged('it is cut short', { file: '/x' }));
    expect(error.message).to.equal('object abc is damaged: it is cut short');
    expect(error.details).to.deep.equal({ problem: 'damaged', file: '/x', object: 'abc' });
    expect(objectDamage('def', error)).to.equal(error);
  });
});
