import { expect } from 'chai';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import { RefTransaction } from '../../../src/store/file-refs/ref-transaction.js';
import { RefBases } from '../../../src/store/repository/ref-bases.js';
import type { RefPlace } from '../../../src/store/repository/loose-refs.js';
import type { RefEdit } from '../../../src/store/ref-store.js';
import { giveAway } from '../../crash/denied.js';
import { git, makeRepository } from '../../helpers/git.js';
import { asNobody } from '../../worktree/scanning.js';

const NAMES = ['refs/piton/a', 'refs/piton/b', 'refs/piton/c'];
const OID = '1'.repeat(40);

describe('RefTransaction', () => {
  let place: RefPlace;
  let bases: RefBases;

  beforeEach(() => {
    const gitDir = join(makeRepository(), '.git');
    place = { gitDir, commonDir: gitDir, algorithm: 'sha1' };
    bases = new RefBases('fast');
  });

  afterEach(() => {
    bases.close();
  });

  const prepare = (edits: RefEdit[]): Promise<RefTransaction> =>
    RefTransaction.prepare(place, bases, edits);
  const path = (name: string): string => join(place.commonDir, name);
  const present = (): string[] => NAMES.filter((name) => existsSync(path(name)));

  /** Commits with the lock of one ref taken away, which ends it there. */
  function commitUntil(transaction: RefTransaction, name: string): void {
    rmSync(path(`${name}.lock`));
    expect(() => {
      transaction.commit();
    })
      .to.throw(PitonError)
      .with.property('code', 'LOCKED');
  }

  for (const order of [NAMES, [...NAMES].reverse()]) {
    const [first = '', second = '', third = ''] = order;

    it(`makes refs visible in the given order: ${order.join(' ')}`, async () => {
      const edits = order.map((name) => ({ name, expected: null, value: OID }));
      commitUntil(await prepare(edits), second);
      expect(present()).to.deep.equal([first]);
      expect(existsSync(path(`${third}.lock`))).to.equal(false);
    });

    it(`deletes refs in the given order: ${order.join(' ')}`, async () => {
      for (const name of NAMES) writeFileSync(path(name).replace('piton/', 'heads/'), `${OID}\n`);
      const heads = order.map((name) => name.replace('piton/', 'heads/'));
      const edits = heads.map((name) => ({ name, expected: OID, value: null }));
      commitUntil(await prepare(edits), heads[1] ?? '');
      const left = heads.filter((name) => existsSync(path(name)));
      expect(left).to.deep.equal(heads.slice(1));
    });
  }

  it('shows nothing before it is committed, and nothing when it is released', async () => {
    const transaction = await prepare([{ name: 'refs/piton/a', expected: null, value: OID }]);
    expect(present()).to.deep.equal([]);
    transaction.release();
    expect(git(join(place.commonDir, '..'), 'for-each-ref')).to.equal('');
    expect(existsSync(path('refs/piton/a.lock'))).to.equal(false);
  });

  it('keeps git from packing a ref again that is being deleted', async () => {
    const root = join(place.commonDir, '..');
    git(root, 'commit', '-q', '--allow-empty', '-m', 'one');
    const oid = git(root, 'rev-parse', 'HEAD');
    git(root, 'update-ref', 'refs/piton/a', oid);
    const transaction = await prepare([{ name: 'refs/piton/a', expected: oid, value: null }]);
    expect(() => git(root, '-c', 'core.packedRefsTimeout=0', 'pack-refs', '--all')).to.throw(
      'lock',
    );
    transaction.commit();
    git(root, 'pack-refs', '--all');
    expect(git(root, 'for-each-ref', 'refs/piton/')).to.equal('');
  });

  describe('where packed-refs may not be locked', () => {
    const name = 'refs/piton/a';
    let root: string;
    let oid: string;

    beforeEach(() => {
      root = join(place.commonDir, '..');
      git(root, 'commit', '-q', '--allow-empty', '-m', 'one');
      oid = git(root, 'rev-parse', 'HEAD');
      git(root, 'update-ref', name, oid);
    });

    /** A user who may write the refs and nothing else of git's prepares to delete the ref. */
    const prepareDenied = (): Promise<RefTransaction> => {
      giveAway(root);
      return asNobody(async () => {
        chmodSync(place.commonDir, 0o555);
        return prepare([{ name, expected: oid, value: null }]);
      });
    };
    const commit = (transaction: RefTransaction): Promise<void> =>
      asNobody(() => {
        transaction.commit();
        return Promise.resolve();
      });
    const failureOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => null,
        (error: unknown) => error,
      );
    const refs = (): string => {
      chmodSync(place.commonDir, 0o755);
      return git(root, '-c', 'safe.directory=*', 'for-each-ref', '--format=%(refname)', name);
    };

    it('deletes a ref that is not packed', async () => {
      await commit(await prepareDenied());
      expect(refs()).to.equal('');
      expect(existsSync(path('packed-refs.lock'))).to.equal(false);
    });

    it('leaves one that is packed as it is', async () => {
      git(root, 'pack-refs', '--all');
      expect(await failureOf(prepareDenied())).to.have.property('code', 'EACCES');
      expect(refs()).to.equal(name);
      expect(existsSync(path(`${name}.lock`))).to.equal(false);
    });

    it('fails when another user packs it at that moment', async () => {
      const transaction = await prepareDenied();
      chmodSync(place.commonDir, 0o755);
      git(root, '-c', 'safe.directory=*', 'pack-refs', '--all', '--no-prune');
      chmodSync(place.commonDir, 0o555);
      expect(await failureOf(commit(transaction))).to.have.property('code', 'LOCKED');
      expect(refs()).to.equal(name);
    });

    it('fails while another user is at it', async () => {
      const transaction = await prepareDenied();
      chmodSync(place.commonDir, 0o755);
      writeFileSync(path('packed-refs.lock'), '');
      chmodSync(place.commonDir, 0o555);
      expect(await failureOf(commit(transaction))).to.have.property('code', 'LOCKED');
    });
  });

  it('holds no file open for a lock', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `refs/piton/many/${index}`);
    const transaction = await prepare(names.map((name) => ({ name, expected: null, value: OID })));
    transaction.commit();
    const undo = await prepare(names.map((name) => ({ name, expected: OID, value: null })));
    undo.commit();
    expect(existsSync(path('refs/piton/many'))).to.equal(false);
  }).timeout(120_000);
});
