import { expect } from 'chai';
import fc from 'fast-check';
import { PitonError } from '../../../src/core/errors.js';
import {
  assertRefName,
  assertRefPrefix,
  isRefName,
} from '../../../src/store/repository/ref-name.js';
import { tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

describe('isRefName', () => {
  const directory = tempDirectory();
  const byGit = (name: string): boolean =>
    tryGit(directory, ['check-ref-format', name]).status === 0;

  const parts = ['a', 'B', 'é', '.', '..', '/', '//', '.lock', '@', '{', '@{', '~', '^', ':', '?'];
  const more = ['*', '[', ']', '\\', ' ', '\x01', '\x7f', '-', '.lock/', '/.', 'lock'];

  it('agrees with git', () => {
    const name = fc
      .array(fc.constantFrom(...parts, ...more), { maxLength: 5 })
      .map((pieces) => `refs/${pieces.join('')}`);
    fc.assert(
      fc.property(name, (one) => {
        expect(isRefName(one)).to.equal(byGit(one));
      }),
      { numRuns: 200, examples: [...parts, ...more].map((part) => [`refs/a${part}`]) },
    );
  });

  it('takes nothing else that would be a file of the git dir', () => {
    for (const name of [
      'HEAD',
      'config',
      'index',
      'head',
      'objects/x',
      '',
      'refs',
      '/refs/x',
      'refs/\0',
    ]) {
      expect(isRefName(name), name).to.equal(false);
    }
  });

  it('takes no name whose bytes were lost', () => {
    expect(isRefName('refs/heads/\ufffd')).to.equal(false);
  });
});

describe('assertRefName', () => {
  it('throws for a bad name only', () => {
    assertRefName('refs/heads/main');
    expect(() => {
      assertRefName('refs/../config');
    })
      .to.throw(PitonError)
      .with.property('code', 'UNSAFE_PATH');
  });
});

describe('assertRefPrefix', () => {
  it('takes folders of refs', () => {
    for (const prefix of ['refs/', 'refs/piton/', 'refs/piton/state/']) assertRefPrefix(prefix);
  });

  it('takes nothing else', () => {
    for (const prefix of ['', 'refs/piton', 'refs/../', 'refs//', 'objects/']) {
      expect(() => {
        assertRefPrefix(prefix);
      }).to.throw(PitonError);
    }
  });
});
