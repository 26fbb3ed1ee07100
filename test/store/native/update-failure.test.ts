import { expect } from 'chai';
import { PitonError } from '../../../src/core/errors.js';
import { assertNothingIgnored, refFailure } from '../../../src/store/native/update-failure.js';

/** As `runGit` throws it. */
function gitFailed(stderr: unknown): PitonError {
  return new PitonError('GIT_FAILED', 'git update-ref failed', { details: { stderr } });
}

describe('refFailure', () => {
  const PLACE = { gitDir: '/w/.git/worktrees/x', commonDir: '/w/.git', algorithm: 'sha1' } as const;
  const cases: [string, string, Record<string, string>][] = [
    [
      "fatal: cannot lock ref 'refs/piton/a': Unable to create '/t/refs/piton/a.lock': File exists",
      'LOCKED',
      { ref: 'refs/piton/a', lock_file: '/w/.git/refs/piton/a.lock' },
    ],
    [
      "error: Unable to create '/t/packed-refs.lock': File exists.",
      'LOCKED',
      { ref: 'packed-refs', lock_file: '/w/.git/packed-refs.lock' },
    ],
    [
      "fatal: Unable to create '/t/HEAD.lock': File exists.",
      'LOCKED',
      { ref: 'HEAD', lock_file: '/w/.git/worktrees/x/HEAD.lock' },
    ],
    ["fatal: Unable to create '/t/x.lock': File exists.", 'LOCKED', { ref: 'a ref' }],
    [
      'fatal: prepare: cannot lock references',
      'LOCKED',
      { lock_file: '/w/.git/reftable/tables.list.lock' },
    ],
    [
      "fatal: prepare: cannot lock ref 'refs/a/b': 'refs/a' exists; cannot create 'refs/a/b'",
      'GIT_FAILED',
      { ref: 'refs/a/b', conflicts_with: 'refs/a' },
    ],
    ['fatal: unexpected line in /w/packed-refs: x', 'STATE_DAMAGED', { ref: 'packed-refs' }],
    ['fatal: unterminated line in /w/packed-refs: x', 'STATE_DAMAGED', { ref: 'packed-refs' }],
  ];
  for (const [said, code, details] of cases) {
    it(`makes ${code} of: ${said}`, () => {
      const error = refFailure(gitFailed(said), PLACE);
      expect(error).to.be.instanceOf(PitonError).with.property('code', code);
      expect(error).to.have.property('details').that.includes(details);
    });
  }

  it('leaves other errors as they are', () => {
    const others = [gitFailed('fatal: something'), gitFailed(null), new Error('x')];
    for (const error of [...others, new PitonError('INTERNAL', 'x')]) {
      expect(refFailure(error, PLACE)).to.equal(error);
    }
  });
});

describe('assertNothingIgnored', () => {
  it('makes an error of a warning', () => {
    for (const warning of ['ignoring broken ref', 'ignoring ref with broken name']) {
      expect(() => {
        assertNothingIgnored(`warning: x\nwarning: ${warning} refs/a\nwarning: y\n`);
      })
        .to.throw(PitonError)
        .with.property('details')
        .that.deep.equals({ ref: 'refs/a' });
    }
  });

  it('has nothing against other warnings', () => {
    assertNothingIgnored('warning: ignoring dangling symref refs/a\n');
    assertNothingIgnored('');
  });
});
