import { expect } from 'chai';
import { suggestion } from '../../src/cli/suggest.js';

describe('cli: suggestion', () => {
  it('finds the word that was meant', () => {
    const words = ['status', 'step', 'show', 'log', 'undo', 'rollback'];
    const slips = {
      ...{ statsu: 'status', stauts: 'status', stat: 'status', shwo: 'show' },
      ...{ rolback: 'rollback', rollbacks: 'rollback', unod: 'undo', lgo: 'log', step: 'step' },
    };
    for (const [slip, word] of Object.entries(slips)) {
      expect(suggestion(slip, words), slip).to.equal(word);
    }
  });

  it('is silent when nothing is near', () => {
    expect(suggestion('frobnicate', ['status', 'log'])).to.equal(undefined);
    expect(suggestion('', ['a', 'ab'])).to.equal(undefined);
    expect(suggestion('xy', ['ab'])).to.equal(undefined);
    expect(suggestion('x', [])).to.equal(undefined);
  });
});
