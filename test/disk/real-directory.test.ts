import { expect } from 'chai';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ensureRealDirectory } from '../../src/disk/real-directory.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, systemCode, thrownBy } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

describe('ensureRealDirectory', () => {
  let base: string;
  beforeEach(() => {
    base = tempDirectory();
  });

  for (const durability of ['full', 'fast'] as const) {
    it(`makes what is missing and gives the path (${durability})`, () => {
      expect(ensureRealDirectory(base, 'a/bé/c', durability)).to.equal(join(base, 'a/bé/c'));
      expect(lstatSync(join(base, 'a/bé/c')).isDirectory()).to.equal(true);
      expect(ensureRealDirectory(base, 'a/bé/c', durability)).to.equal(join(base, 'a/bé/c'));
    });
  }

  it('refuses links, also to folders inside, and makes nothing behind them', () => {
    const outside = tempDirectory();
    mkdirSync(join(base, 'real'));
    symlinkSync('real', join(base, 'inner'));
    symlinkSync(outside, join(base, 'outer'));
    symlinkSync('nowhere', join(base, 'dangling'));
    for (const below of ['inner', 'inner/x', 'outer', 'outer/x', 'dangling', 'real/../outer']) {
      const error = pitonError(thrownBy(() => ensureRealDirectory(base, below, 'fast')));
      expect(error.code).to.equal('UNSAFE_PATH');
    }
    expect(readdirSync(outside)).to.deep.equal([]);
    expect(readdirSync(join(base, 'real'))).to.deep.equal([]);
  });

  it('refuses a file in the way', () => {
    writeFileSync(join(base, 'f'), '');
    const make = () => ensureRealDirectory(base, 'f/x', 'fast');
    expect(pitonError(thrownBy(make)).code).to.equal('UNSAFE_PATH');
  });

  it('throws what the system says when it may not', () => {
    base = unprivilegedDirectory();
    chmodSync(base, 0o555);
    expect(systemCode(() => unprivileged(() => ensureRealDirectory(base, 'x', 'fast')))).to.equal(
      'EACCES',
    );
    renameSync(base, `${base}-away`);
    expect(systemCode(() => ensureRealDirectory(base, 'x', 'fast'))).to.equal('ENOENT');
    renameSync(`${base}-away`, base);
  });
});
