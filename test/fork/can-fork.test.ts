import { expect } from 'chai';
import { assertCanFork } from '../../src/fork/can-fork.js';

describe('fork: repositories', () => {
  const plain = { kind: 'main', refStorage: 'files', unknownExtensions: [] } as const;

  it('of the usual form will do', () => {
    expect(() => assertCanFork({ ...plain, unknownExtensions: [] })).not.to.throw();
  });

  it('of another form are refused, with all that speaks against it', () => {
    const other = { kind: 'submodule', refStorage: 'reftable', unknownExtensions: ['x'] } as const;
    expect(() => assertCanFork({ ...other, unknownExtensions: ['x'] }))
      .to.throw(/: it is a submodule, its refs are kept as reftable, it has the extension x$/)
      .with.property('code', 'UNSUPPORTED_REPOSITORY');
  });
});
