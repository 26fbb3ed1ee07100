import { expect } from 'chai';
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findRepository } from '../../../src/store/repository/discover.js';
import { sweepRefLocks } from '../../../src/store/repository/sweep-ref-locks.js';
import type { Repository } from '../../../src/store/repository-types.js';
import { makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { TEST_USER } from './user.js';

const NOW = Date.now();
const MINUTE = 60_000;

describe('sweepRefLocks', () => {
  let root: string;
  let repository: Repository;

  beforeEach(() => {
    root = makeRepository();
    const found = findRepository(root, TEST_USER);
    if (found === null) throw new Error('no repository');
    repository = found;
  });

  /** Makes a file of a certain age in milliseconds. */
  function make(name: string, age: number): string {
    const path = join(root, '.git', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    const seconds = (NOW - age) / 1000;
    utimesSync(path, seconds, seconds);
    return path;
  }

  it("removes old locks of piton's refs", () => {
    const old = make('refs/piton/checkpoint/P/A.lock', 2 * MINUTE);
    expect(sweepRefLocks(repository, NOW, NOW)).to.deep.equal(['refs/piton/checkpoint/P/A']);
    expect(existsSync(old)).to.equal(false);
  });

  it('leaves locks that may be held', () => {
    const young = make('refs/piton/A.lock', MINUTE / 2);
    expect(sweepRefLocks(repository, NOW, NOW)).to.deep.equal([]);
    const newerThanThisProcess = make('refs/piton/B.lock', 2 * MINUTE);
    expect(sweepRefLocks(repository, NOW - 3 * MINUTE, NOW)).to.deep.equal([]);
    expect([young, newerThanThisProcess].every(existsSync)).to.equal(true);
  });

  it('leaves refs, and locks of other refs', () => {
    const others = ['refs/piton/A', 'refs/heads/x.lock', 'packed-refs.lock', 'HEAD.lock'];
    const paths = others.map((name) => make(name, 9 * MINUTE));
    mkdirSync(join(root, '.git/refs/piton/folder.lock'));
    expect(sweepRefLocks(repository, NOW, NOW)).to.deep.equal([]);
    expect(paths.every(existsSync)).to.equal(true);
  });

  it('goes through no link', () => {
    const outside = tempDirectory();
    mkdirSync(join(root, '.git/refs/piton'));
    symlinkSync(outside, join(root, '.git/refs/piton/checkpoint'));
    expect(() => sweepRefLocks(repository, NOW, NOW)).to.throw('is a link');
  });

  it('has nothing to do without refs, or when they are not files', () => {
    expect(sweepRefLocks(repository, NOW, NOW)).to.deep.equal([]);
    make('refs/piton/A.lock', 2 * MINUTE);
    const inTables: Repository = { ...repository, refStorage: 'reftable' };
    expect(sweepRefLocks(inTables, NOW, NOW)).to.deep.equal([]);
  });
});
