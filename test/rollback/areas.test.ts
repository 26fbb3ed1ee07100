import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath } from '../../src/core/byte-path.js';
import { Areas } from '../../src/rollback/areas.js';
import { inFolder, isKeptPlace, isReturnable, ownerOf } from '../../src/rollback/kept-place.js';
import { tempDirectory } from '../helpers/temp.js';
import { ID, makeOperation, put, type TestOperation } from './operations.js';

const STAGING = `.piton-staging-${ID}`;
const A = asBytePath('a');

function areasAt({ root, stateDir }: TestOperation, ...mounts: (string | null)[]): Areas {
  const areas = new Areas({ root, stateDir, durability: 'full', id: ID });
  for (const mount of mounts) areas.indexOf(mount);
  return areas;
}

describe('areas', () => {
  it('are listed once each, and number their slots through', () => {
    const areas = areasAt(makeOperation(), null, '', 'm', null, 'm');
    expect(areas.list).to.deep.equal([{ mount: null }, { mount: '' }, { mount: 'm' }]);
    expect([areas.newSlot(0), areas.newSlot(2)]).to.deep.equal([
      ...[
        { area: 0, number: 0 },
        { area: 2, number: 1 },
      ],
    ]);
  });

  it('lie in the state directory and at the top of their mounts', () => {
    const context = makeOperation();
    mkdirSync(join(context.root, 'm', 'n'), { recursive: true });
    const areas = areasAt(context, null, '', 'm/n');
    for (const index of areas.list.keys()) {
      areas.at(index).staged.mkdir(A, 0o777);
      areas.at(index).retired.mkdir(A, 0o777);
      areas.keptAt(index).mkdir(A, 0o777);
      expect(areas.at(index)).to.equal(areas.at(index));
    }
    areas.close();
    for (const path of [`staging/${ID}`, `trash/${ID}/old`, `trash/${ID}/kept`]) {
      expect(existsSync(join(context.stateDir, path, 'a')), path).to.equal(true);
    }
    for (const mount of ['', 'm/n']) {
      for (const name of ['new', 'old', 'kept']) {
        const path = join(context.root, mount, STAGING, name, 'a');
        expect(existsSync(path), path).to.equal(true);
      }
    }
  });

  it('hold one folder open for what is kept, however much that is, until they are closed', () => {
    const areas = areasAt(makeOperation(), null, '');
    const [first, other] = [areas.keptAt(0), areas.keptAt(1)];
    expect([areas.keptAt(0), areas.keptAt(1)]).to.have.ordered.members([first, other]);
    areas.close();
    areas.keptAt(0).mkdir(A, 0o777);
    areas.close();
  });

  it('make no room for staged contents unless there are some', () => {
    const context = makeOperation();
    const areas = areasAt(context, null);
    expect(areas.at(0).retired.readdir()).to.deep.equal([]);
    areas.close();
    expect(readdirSync(context.stateDir)).to.deep.equal(['trash']);
  });

  it('go when they are empty, and only then', () => {
    const context = makeOperation();
    const areas = areasAt(context, null, '');
    for (const index of [0, 1]) expect(areas.at(index).staged.readdir()).to.deep.equal([]);
    areas.keptAt(1).mkdir(A, 0o777);
    areas.removeIfEmpty();
    expect(readdirSync(join(context.root, STAGING))).to.deep.equal(['kept']);
    expect(readdirSync(context.stateDir, { recursive: true }).sort()).to.deep.equal([
      ...['staging', 'trash'],
    ]);
  });

  it('lose what was staged and nothing else', () => {
    const context = makeOperation();
    const areas = areasAt(context, null, '');
    areas.removeStaged();
    for (const index of [0, 1]) {
      put(context.stateDir, `staging/${ID}/${index}`);
      areas.at(index).retired.mkdir(A, 0o777);
    }
    put(context.root, `${STAGING}/new/folder/file`);
    areas.removeStaged();
    expect(readdirSync(join(context.root, STAGING)).sort()).to.deep.equal(['old']);
    expect(existsSync(join(context.stateDir, 'staging', ID))).to.equal(false);
    expect(existsSync(join(context.stateDir, 'trash', ID, 'old', 'a'))).to.equal(true);
    areas.close();
  });

  for (const link of ['m', `m/${STAGING}`, `m/${STAGING}/new`]) {
    it(`are not made, looked into or emptied through a link (${link.replace(ID, 'id')})`, () => {
      const context = makeOperation();
      const outside = tempDirectory();
      for (const path of ['new/a', `${STAGING}/new/a`]) put(outside, path);
      mkdirSync(join(context.root, link, '..'), { recursive: true });
      symlinkSync(outside, join(context.root, link));
      const before = readdirSync(outside, { recursive: true }).sort();
      const areas = areasAt(context, null, 'm');
      expect(() => areas.at(1).staged)
        .to.throw()
        .with.property('code', 'UNSAFE_PATH');
      expect(() => {
        areas.removeStaged();
      }).to.throw();
      expect(readdirSync(outside, { recursive: true }).sort()).to.deep.equal(before);
      areas.close();
    });
  }
});

describe('kept things', () => {
  it('are found in both places, and named from the state directory', () => {
    const context = makeOperation();
    mkdirSync(join(context.root, 'm'));
    const areas = areasAt(context, null, 'm');
    const places = [0, 1].map((index) => {
      expect(areas.namesIn(areas.keptPlace(index))).to.deep.equal([]);
      const place = inFolder(areas.keptPlace(index), A);
      expect(areas.keptStat(place)).to.equal(null);
      areas.keptAt(index).mkdir(A, 0o777);
      expect(areas.namesIn(areas.keptPlace(index))).to.deep.equal(['a']);
      expect(areas.keptStat(place)?.isDirectory()).to.equal(true);
      return place;
    });
    expect(places.map((place) => areas.shownPath(place))).to.deep.equal([
      ...[`trash/${ID}/kept/a`, `../tree/m/${STAGING}/kept/a`],
    ]);
    expect(places.every(isKeptPlace)).to.equal(true);
    expect(places.map(ownerOf)).to.deep.equal([
      { id: ID, mount: null },
      { id: ID, mount: 'm' },
    ]);
    areas.close();
  });

  it('are not seen through a link', () => {
    const context = makeOperation();
    const outside = tempDirectory();
    put(outside, 'kept/a');
    mkdirSync(join(context.stateDir, 'trash'));
    symlinkSync(outside, join(context.stateDir, 'trash', ID));
    const areas = areasAt(context, null);
    expect(areas.keptStat(inFolder(areas.keptPlace(0), A))).to.equal(null);
    expect(() => areas.namesIn(areas.keptPlace(0))).to.throw();
    areas.close();
  });

  it('are not taken for gone when they cannot be looked at', () => {
    const areas = areasAt(makeOperation(), null);
    areas.keptAt(0);
    const place = inFolder(areas.keptPlace(0), asBytePath('n'.repeat(300)));
    expect(() => areas.keptStat(place)).to.throw('ENAMETOOLONG');
    areas.close();
  });

  it('are owned by the operation that their path names', () => {
    const at = (path: string) => ownerOf({ below: 'worktree', path: asBytePath(path) });
    expect(at(`${STAGING}/kept/3`)).to.deep.equal({ id: ID, mount: '' });
    expect(at(`m/n/${STAGING}/kept/3/x`)).to.deep.equal({ id: ID, mount: 'm/n' });
  });

  it('come back to where a tree may have something, and as the .git of a nested one', () => {
    const good = ['a', 'a/b', 'a/.git', '\xff'];
    const bad = [
      '',
      '.git',
      'a/.git/x',
      '..',
      '../a',
      'a/../b',
      '.git/hooks',
      `${'n'.repeat(5000)}`,
    ];
    expect(good.filter((path) => !isReturnable(asBytePath(path)))).to.deep.equal([]);
    expect(bad.filter((path) => isReturnable(asBytePath(path)))).to.deep.equal([]);
  });
});
