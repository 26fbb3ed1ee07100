import { expect } from 'chai';
import { assertFsckClean, git } from '../helpers/git.js';
import { edit, thrownBy } from './bench.js';
import type { Setup } from './bench.js';

const A = 'refs/piton/checkpoint/P/A';
const B = 'refs/piton/checkpoint/P/B';
const S = 'refs/piton/state/P/A';

export function registerTransactTests(setup: Setup): void {
  describe('writing', () => {
    it('creates, updates and deletes', async () => {
      const { bench, engine } = setup();
      await engine.refs.transact([edit(A, null, bench.one)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      await engine.refs.transact([edit(A, bench.one, bench.two)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two });
      await engine.refs.transact([edit(A, bench.two, null)]);
      expect(bench.refs()).to.deep.equal({});
      expect(await engine.refs.read(A)).to.equal(null);
      assertFsckClean(bench.root);
    });

    it('does several edits at once', async () => {
      const { bench, engine } = setup();
      bench.set(B, bench.one);
      await engine.refs.transact([
        edit(S, null, bench.two),
        edit(A, null, bench.three),
        edit(B, bench.one, null),
      ]);
      expect(bench.refs()).to.deep.equal({ [S]: bench.two, [A]: bench.three });
      assertFsckClean(bench.root);
    });

    it('does nothing for no edits', async () => {
      const { bench, engine } = setup();
      await engine.refs.transact([]);
      expect(bench.refs()).to.deep.equal({});
    });

    it('takes an edit that changes nothing', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      await engine.refs.transact([edit(A, bench.one, bench.one), edit(B, null, null)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      const wrong = engine.refs.transact([edit(A, bench.two, bench.two)]);
      expect((await thrownBy(wrong)).code).to.equal('GIT_FAILED');
      const present = engine.refs.transact([edit(A, null, null)]);
      expect((await thrownBy(present)).details).to.include({ ref: A, found: bench.one });
    });

    const MISMATCHES: [string, 'one' | null, 'one' | 'two' | null, 'three' | null][] = [
      ['creating one that is there', 'one', null, 'three'],
      ['creating one that is there with the same value', 'one', null, 'three'],
      ['updating one that is not there', null, 'one', 'three'],
      ['updating one that is elsewhere', 'one', 'two', 'three'],
      ['deleting one that is not there', null, 'one', null],
      ['deleting one that is elsewhere', 'one', 'two', null],
    ];
    for (const packed of [false, true]) {
      for (const [what, present, expected, value] of MISMATCHES) {
        it(`refuses ${what}${packed ? ' (packed)' : ''}, and does none of the edits`, async () => {
          const { bench, engine } = setup();
          if (present !== null) bench.set(B, bench[present]);
          bench.set(S, bench.one);
          if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
          const before = bench.refs();
          const wrong = edit(B, expected && bench[expected], value && bench[value]);
          const error = await thrownBy(
            engine.refs.transact([edit(A, null, bench.one), wrong, edit(S, bench.one, null)]),
          );
          expect(error.code).to.equal('GIT_FAILED');
          expect(error.details).to.deep.equal({
            ref: B,
            expected: wrong.expected,
            found: present && bench[present],
          });
          expect(error.hint).to.match(/\S/);
          expect(bench.refs()).to.deep.equal(before);
        });
      }
    }

    it('updates and deletes packed refs', async () => {
      const { bench, engine } = setup();
      for (const name of [A, B, S]) bench.set(name, bench.one);
      git(bench.root, 'tag', '-a', '-m', 'annotated', 'v1', bench.one);
      git(bench.root, 'pack-refs', '--all', '--prune');
      await engine.refs.transact([edit(A, bench.one, bench.two), edit(B, bench.one, null)]);
      const { [A]: a, [B]: b, [S]: s } = bench.refs();
      expect([a, b, s]).to.deep.equal([bench.two, undefined, bench.one]);
      await engine.refs.transact([edit(A, bench.two, null), edit(S, bench.one, null)]);
      expect(Object.keys(bench.refs())).to.deep.equal(['refs/tags/v1']);
      expect(git(bench.root, 'rev-parse', 'v1^{}')).to.equal(bench.one);
      assertFsckClean(bench.root);
    });

    it('edits a symbolic ref itself, not what it points at', async () => {
      const { bench, engine } = setup();
      bench.set('refs/heads/main', bench.one);
      for (const name of [A, B]) git(bench.root, 'symbolic-ref', name, 'refs/heads/main');
      await engine.refs.transact([edit(A, bench.one, bench.two), edit(B, bench.one, null)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two, 'refs/heads/main': bench.one });
    });

    it('refuses edits that make no sense', async () => {
      const { bench, engine } = setup();
      const zeros = '0'.repeat(bench.one.length);
      for (const edits of [
        [edit(A, null, bench.one), edit(A, null, bench.two)],
        [edit(A, null, 'nonsense')],
        [edit(A, zeros, bench.one)],
        [edit(A, null, `${bench.one}\0x`)],
      ]) {
        expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('INTERNAL');
      }
      expect(bench.refs()).to.deep.equal({});
    });

    it('leaves no empty folders below refs/piton', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      await engine.refs.transact([edit(S, null, bench.one), edit(A, null, bench.one)]);
      await engine.refs.transact([edit(S, bench.one, null), edit(A, bench.one, null)]);
      expect(bench.find('refs').filter((name) => /checkpoint|state/.test(name))).to.deep.equal([]);
    });
  });
}
