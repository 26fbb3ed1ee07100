import { expect } from 'chai';
import { orDataOfFailure } from '../../src/cli/data-of-failure.js';
import { PitonError } from '../../src/core/errors.js';
import { rejectionOf } from '../disk/thrown.js';

interface Found {
  damaged: string[];
}

const failing = async (error: Error): Promise<Found> => {
  throw error;
};

describe('cli: the data of a failure', () => {
  it('is what the verb found, when it puts that into its error', async () => {
    const found = { damaged: ['a'] };
    const ask = async (verb: Promise<Found>) => orDataOfFailure(verb, 'OBJECT_DAMAGED', 'damaged');
    expect(await ask(Promise.resolve(found))).to.equal(found);
    const told = new PitonError('OBJECT_DAMAGED', 'm', { details: { ...found } });
    expect(await ask(failing(told))).to.deep.equal(found);
    const others = [
      new PitonError('OBJECT_DAMAGED', 'without what was found'),
      new PitonError('STATE_DAMAGED', 'm', { details: { ...found } }),
      new TypeError('a defect'),
    ];
    for (const error of others) expect(await rejectionOf(ask(failing(error)))).to.equal(error);
  });
});
