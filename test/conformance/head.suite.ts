import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { head, thrownBy } from './bench.js';
import type { Bench, Setup } from './bench.js';

const MAIN = 'refs/heads/main';
const SIDE = 'refs/heads/side/line';

/** The newest line of a reflog: old, new, reason. */
function lastLog(bench: Bench, ref: string): string[] {
  const format = '--format=%gd %H %gs';
  const entries = git(bench.root, 'log', '-g', format, ref, '--').split('\n');
  const [, oid = '', ...reason] = (entries[0] ?? '').split(' ');
  return [oid, reason.join(' ')];
}

function headNow(bench: Bench): string {
  return git(bench.root, 'rev-parse', '--symbolic-full-name', 'HEAD');
}

export function registerHeadTests(setup: Setup): void {
  describe('HEAD', () => {
    it('is read on a branch, on an unborn one, and detached', async () => {
      const { bench, engine } = setup();
      expect(await engine.refs.readHead()).to.deep.equal(head(MAIN, null));
      expect(await engine.refs.read('HEAD')).to.equal(null);
      bench.set(MAIN, bench.one);
      expect(await engine.refs.readHead()).to.deep.equal(head(MAIN, bench.one));
      git(bench.root, 'pack-refs', '--all', '--prune');
      expect(await engine.refs.readHead()).to.deep.equal(head(MAIN, bench.one));
      git(bench.root, 'checkout', '-q', '--detach', bench.two);
      expect(await engine.refs.readHead()).to.deep.equal(head(null, bench.two));
      git(bench.root, 'checkout', '-q', '--orphan', 'side/line');
      expect(await engine.refs.readHead()).to.deep.equal(head(SIDE, null));
    });

    it('is read through a symbolic branch', async () => {
      const { bench, engine } = setup();
      bench.set(SIDE, bench.one);
      git(bench.root, 'symbolic-ref', MAIN, SIDE);
      expect(await engine.refs.readHead()).to.deep.equal(head(SIDE, bench.one));
    });

    it('moves along its branch', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const move = { from: head(MAIN, bench.one), to: head(MAIN, bench.two), reason: 'piton: x' };
      await engine.refs.moveHead(move, bench.one);
      expect(await engine.refs.readHead()).to.deep.equal(move.to);
      expect(headNow(bench)).to.equal(MAIN);
      expect(git(bench.root, 'rev-parse', MAIN)).to.equal(bench.two);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.two, 'piton: x']);
      expect(lastLog(bench, MAIN)).to.deep.equal([bench.two, 'piton: x']);
      expect(git(bench.root, 'rev-parse', 'HEAD@{1}', 'main@{1}')).to.equal(
        `${bench.one}\n${bench.one}`,
      );
      assertFsckClean(bench.root);
    });

    it('moves to another branch, and that branch with it', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      bench.set(SIDE, bench.two);
      const move = { from: head(MAIN, bench.one), to: head(SIDE, bench.three), reason: 'y' };
      await engine.refs.moveHead(move, bench.two);
      expect(await engine.refs.readHead()).to.deep.equal(move.to);
      expect(bench.refs()).to.deep.equal({ [MAIN]: bench.one, [SIDE]: bench.three });
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.three, 'y']);
      expect(lastLog(bench, SIDE)).to.deep.equal([bench.three, 'y']);
      assertFsckClean(bench.root);
    });

    it('moves to a branch that stays where it is', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      bench.set(SIDE, bench.two);
      const move = { from: head(MAIN, bench.one), to: head(SIDE, bench.two), reason: 'y' };
      await engine.refs.moveHead(move, bench.two);
      expect(await engine.refs.readHead()).to.deep.equal(move.to);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.two, 'y']);
    });

    it('moves to a branch that has to be made', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const move = { from: head(MAIN, bench.one), to: head(SIDE, bench.two), reason: 'y' };
      await engine.refs.moveHead(move, null);
      expect(await engine.refs.readHead()).to.deep.equal(move.to);
    });

    it('moves off and onto a branch', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const off = { from: head(MAIN, bench.one), to: head(null, bench.two), reason: 'off' };
      await engine.refs.moveHead(off, null);
      expect(await engine.refs.readHead()).to.deep.equal(off.to);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.two, 'off']);
      const along = { from: off.to, to: head(null, bench.three), reason: 'along' };
      await engine.refs.moveHead(along, null);
      expect(await engine.refs.readHead()).to.deep.equal(along.to);
      expect(bench.refs()).to.deep.equal({ [MAIN]: bench.one });
      const on = { from: along.to, to: head(MAIN, bench.one), reason: 'on' };
      await engine.refs.moveHead(on, bench.one);
      expect(await engine.refs.readHead()).to.deep.equal(on.to);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.one, 'on']);
      assertFsckClean(bench.root);
    });

    it('moves from and to an unborn branch', async () => {
      const { bench, engine } = setup();
      const born = { from: head(MAIN, null), to: head(MAIN, bench.one), reason: 'born' };
      await engine.refs.moveHead(born, null);
      expect(await engine.refs.readHead()).to.deep.equal(born.to);
      const elsewhere = { from: born.to, to: head(SIDE, null), reason: 'unborn' };
      await engine.refs.moveHead(elsewhere, null);
      expect(await engine.refs.readHead()).to.deep.equal(elsewhere.to);
      expect(bench.refs()).to.deep.equal({ [MAIN]: bench.one });
      const detached = { from: elsewhere.to, to: head(null, bench.two), reason: 'detached' };
      await engine.refs.moveHead(detached, null);
      expect(await engine.refs.readHead()).to.deep.equal(detached.to);
      const back = { from: detached.to, to: head(MAIN, null), reason: 'back' };
      await engine.refs.moveHead(back, bench.one);
      expect(await engine.refs.readHead()).to.deep.equal(back.to);
      expect(bench.refs()).to.deep.equal({});
    });

    it('does not move when it is not where it was expected', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      bench.set(SIDE, bench.one);
      const before = bench.refs();
      for (const from of [
        head(MAIN, bench.two),
        head(MAIN, null),
        head(SIDE, bench.one),
        head(null, bench.one),
      ]) {
        for (const to of [head(MAIN, bench.three), head(SIDE, bench.two), head(null, bench.two)]) {
          const attempt = engine.refs.moveHead({ from, to, reason: 'x' }, bench.one);
          const error = await thrownBy(attempt);
          expect(error.code).to.equal('GIT_FAILED');
          const found = head(MAIN, bench.one);
          expect(error.details).to.deep.equal({ ref: 'HEAD', expected: from, found });
          expect(await engine.refs.readHead()).to.deep.equal(found);
          expect(bench.refs()).to.deep.equal(before);
        }
      }
    });

    it('does not move when the branch is not where it was expected', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      bench.set(SIDE, bench.two);
      const from = head(MAIN, bench.one);
      for (const expected of [null, bench.one]) {
        const move = { from, to: head(SIDE, bench.three), reason: 'x' };
        const error = await thrownBy(engine.refs.moveHead(move, expected));
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.deep.equal({ ref: SIDE, expected, found: bench.two });
        expect(await engine.refs.readHead()).to.deep.equal(from);
        expect(bench.refs()).to.deep.equal({ [MAIN]: bench.one, [SIDE]: bench.two });
      }
    });

    it('goes nowhere that is no place for it', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const from = head(MAIN, bench.one);
      const nowhere = engine.refs.moveHead({ from, to: head(null, null), reason: 'x' }, null);
      expect((await thrownBy(nowhere)).code).to.equal('INTERNAL');
      const to = head('refs/heads/a b', bench.one);
      const badName = engine.refs.moveHead({ from, to, reason: 'x' }, null);
      expect((await thrownBy(badName)).code).to.equal('UNSAFE_PATH');
      expect(await engine.refs.readHead()).to.deep.equal(from);
    });

    it('keeps the reason on one line', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const reason = ' two\nlines\tand -x ';
      const move = { from: head(MAIN, bench.one), to: head(MAIN, bench.two), reason };
      await engine.refs.moveHead(move, bench.one);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.two, 'two lines and -x']);
      if (!bench.kind.filesStorage) return;
      const line = readFileSync(bench.path('logs/HEAD'), 'utf8').trimEnd().split('\n').at(-1);
      expect(line).to.match(/ piton <piton@localhost> \d+ [+-]\d{4}\ttwo lines and -x$/);
    });

    it('moves without a reason', async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const move = { from: head(MAIN, bench.one), to: head(MAIN, bench.two), reason: ' ' };
      await engine.refs.moveHead(move, bench.one);
      expect(lastLog(bench, 'HEAD')).to.deep.equal([bench.two, 'piton']);
    });

    it("is the worktree's own in a linked worktree", async () => {
      const { bench, engine } = setup();
      git(bench.root, 'reset', '-q', bench.one);
      const linked = join(tempDirectory(), 'linked');
      git(bench.root, 'worktree', 'add', '-q', '-b', 'side/line', linked, bench.two);
      const own = await bench.open(linked);
      expect(await own.refs.readHead()).to.deep.equal(head(SIDE, bench.two));
      expect(await engine.refs.readHead()).to.deep.equal(head(MAIN, bench.one));
      const move = { from: head(SIDE, bench.two), to: head(SIDE, bench.three), reason: 'x' };
      await own.refs.moveHead(move, bench.two);
      expect(await own.refs.readHead()).to.deep.equal(move.to);
      const off = { from: move.to, to: head(null, bench.one), reason: 'x' };
      await own.refs.moveHead(off, null);
      expect(await own.refs.readHead()).to.deep.equal(off.to);
      expect(await engine.refs.readHead()).to.deep.equal(head(MAIN, bench.one));
      git(linked, 'update-ref', 'refs/worktree/mine', bench.one);
      const names = async (store: typeof own): Promise<string[]> =>
        (await store.refs.list('refs/')).map(({ name }) => name);
      expect(await names(own)).to.deep.equal([MAIN, SIDE, 'refs/worktree/mine']);
      expect(await names(engine)).to.deep.equal([MAIN, SIDE]);
      expect(existsSync(join(bench.root, '.git/refs/worktree'))).to.equal(false);
      assertFsckClean(bench.root);
    });
  });
}
