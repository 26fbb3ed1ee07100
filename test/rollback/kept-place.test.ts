import { expect } from 'chai';
import { asBytePath } from '../../src/core/byte-path.js';
import { inFolder, isKeptPlace, isReturnable, ownerOf } from '../../src/rollback/kept-place.js';

const ID = '01JV5K3T7Q8X9Y2Z4A6B8C0D1E';

describe('rollback: where retired things are kept', () => {
  it('is below the state directory, or an area of a worktree and its mounts', () => {
    const places: [string, string, string | null][] = [
      ['state_directory', `trash/${ID}/kept/a/b`, null],
      ['worktree', `.piton-staging-${ID}/kept/a`, ''],
      ['worktree', `mnt/x/.piton-staging-${ID}/kept/a`, 'mnt/x'],
    ];
    for (const [below, path, mount] of places) {
      const place = { below: below as 'worktree', path: asBytePath(path) };
      if (below === 'state_directory') expect(isKeptPlace(place)).to.equal(true);
      expect(ownerOf(place)).to.deep.equal({ id: ID, mount });
      expect(inFolder(place, asBytePath('c')).path).to.equal(`${path}/c`);
    }
  });

  it('is nowhere else', () => {
    const strange: [unknown, string][] = [
      ['elsewhere', `trash/${ID}/kept/a`],
      [undefined, `trash/${ID}/kept/a`],
      ['state_directory', `trash/${ID}/old/a`],
      ['state_directory', `trash/${ID}/kept/../../../config`],
      ['state_directory', `trash/${ID}/kept//a`],
      ['worktree', `../.piton-staging-${ID}/kept/a`],
      ['worktree', `.git/.piton-staging-${ID}/kept/a`],
      ['worktree', 'file'],
    ];
    for (const [below, path] of strange) {
      expect(isKeptPlace({ below, path }), `${String(below)} ${path}`).to.equal(false);
    }
  });

  it('holds what may come back: no path of git, but a nested repository', () => {
    const may = (path: string) => isReturnable(asBytePath(path));
    expect([may('a/b'), may('a/.git')]).to.deep.equal([true, true]);
    expect([may('.git'), may('.git/config'), may('a/.git/x'), may('../a')]).to.deep.equal([
      ...[false, false, false, false],
    ]);
  });
});
