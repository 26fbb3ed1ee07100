import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { git } from '../helpers/git.js';
import { edit, thrownBy } from './bench.js';
import type { Setup } from './bench.js';

const A = 'refs/piton/checkpoint/P/A';
const B = 'refs/piton/checkpoint/P/B';

export function registerConflictTests(setup: Setup): void {
  describe('names that are folders of others', () => {
    for (const packed of [false, true]) {
      const suffix = packed ? ' (packed)' : '';

      it(`refuses a ref below another one${suffix}`, async () => {
        const { bench, engine } = setup();
        bench.set(A, bench.one);
        if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
        const attempt = engine.refs.transact([
          edit(B, null, bench.one),
          edit(`${A}/x`, null, bench.one),
        ]);
        const error = await thrownBy(attempt);
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ ref: `${A}/x` });
        expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      });

      it(`refuses a ref above another one${suffix}`, async () => {
        const { bench, engine } = setup();
        bench.set(`${A}/x/y`, bench.one);
        if (packed) git(bench.root, 'pack-refs', '--all', '--prune');
        const error = await thrownBy(engine.refs.transact([edit(A, null, bench.one)]));
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ ref: A });
        expect(bench.refs()).to.deep.equal({ [`${A}/x/y`]: bench.one });
      });
    }

    it('refuses both in one transaction', async () => {
      const { bench, engine } = setup();
      const edits = [edit(A, null, bench.one), edit(`${A}/x`, null, bench.one)];
      expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('GIT_FAILED');
      expect(bench.refs()).to.deep.equal({});
    });

    it('refuses to put one in the place of a deleted one at once', async () => {
      const { bench, engine } = setup();
      bench.set(A, bench.one);
      const edits = [edit(A, bench.one, null), edit(`${A}/x`, null, bench.one)];
      expect((await thrownBy(engine.refs.transact(edits))).code).to.equal('GIT_FAILED');
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
      await engine.refs.transact([edit(A, bench.one, null)]);
      await engine.refs.transact([edit(`${A}/x`, null, bench.one)]);
      await engine.refs.transact([edit(`${A}/x`, bench.one, null)]);
      await engine.refs.transact([edit(A, null, bench.two)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.two });
    });

    it('takes the place of empty folders', async () => {
      const { bench, engine } = setup();
      if (!bench.kind.filesStorage) return;
      execFileSync('mkdir', ['-p', bench.path(A, 'x/y'), bench.path(A, 'z')]);
      await engine.refs.transact([edit(A, null, bench.one)]);
      expect(bench.refs()).to.deep.equal({ [A]: bench.one });
    });
  });
}
