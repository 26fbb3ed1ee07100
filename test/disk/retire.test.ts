import { expect } from 'chai';
import fc from 'fast-check';
import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, asBytePath, bytePathFromText } from '../../src/core/byte-path.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { emptyDirectory } from '../../src/disk/retire.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, thrownBy } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

describe('emptyDirectory', () => {
  let top: string;
  beforeEach(() => {
    top = unprivilegedDirectory();
  });

  it('removes everything in the folder and not the folder', () => {
    mkdirSync(join(top, 'a/b/c'), { recursive: true });
    for (const name of ['f', 'a/f', 'a/b/f', 'a/b/c/f']) writeFileSync(join(top, name), name);
    writeFileSync(Buffer.concat([Buffer.from(`${top}/a/`), Buffer.from([0xff, 0xfe])]), '');
    expect(emptyDirectory(top)).to.deep.equal([]);
    expect(readdirSync(top)).to.deep.equal([]);
  });

  it('finds a folder that is not there empty', () => {
    expect(emptyDirectory(join(top, 'none'))).to.deep.equal([]);
  });

  it('removes links and leaves what they point at', () => {
    const outside = tempDirectory();
    writeFileSync(join(outside, 'victim'), '');
    mkdirSync(join(top, 'd'));
    symlinkSync(outside, join(top, 'l'));
    symlinkSync(outside, join(top, 'd/l'));
    expect(emptyDirectory(top)).to.deep.equal([]);
    expect(readdirSync(top)).to.deep.equal([]);
    expect(readdirSync(outside)).to.deep.equal(['victim']);
  });

  it('does not empty what a link points at', () => {
    const outside = tempDirectory();
    writeFileSync(join(outside, 'victim'), '');
    symlinkSync(outside, join(top, 'l'));
    expect(pitonError(thrownBy(() => emptyDirectory(join(top, 'l')))).code).to.equal('UNSAFE_PATH');
    expect(readdirSync(outside)).to.deep.equal(['victim']);
  });

  it('gets into folders whose permissions keep their owner out', () => {
    unprivileged(() => {
      mkdirSync(join(top, 'a/b/c'), { recursive: true });
      writeFileSync(join(top, 'a/b/c/f'), '');
      for (const [path, mode] of [
        ['a/b/c', 0o555],
        ['a/b', 0],
        ['a', 0o400],
      ] as const) {
        chmodSync(join(top, path), mode);
      }
      expect(emptyDirectory(top)).to.deep.equal([]);
    });
    expect(readdirSync(top)).to.deep.equal([]);
  });

  it('reports what it could not remove, and removes the rest', function () {
    if (process.getuid?.() !== 0) this.skip();
    mkdirSync(join(top, 'd/theirs'), { recursive: true });
    writeFileSync(join(top, 'd/theirs/f'), '');
    writeFileSync(join(top, 'd/mine'), '');
    chmodSync(join(top, 'd/theirs'), 0o755);
    chownSync(join(top, 'd'), 65_534, 65_534);
    const failed = unprivileged(() => emptyDirectory(top));
    expect(failed).to.deep.equal([{ path: 'd/theirs', code: 'EACCES' }]);
    expect(readdirSync(join(top, 'd'))).to.deep.equal(['theirs']);
    chownSync(join(top, 'd/theirs'), 65_534, 65_534);
    expect(emptyDirectory(top)).to.deep.equal([]);
  });

  it('is not stopped by depth', function () {
    this.timeout(120_000);
    const root = AnchoredRoot.open(top);
    let at = ROOT;
    for (let depth = 0; depth < 2_500; depth++) {
      const path = at;
      root.within(path, (directory) => {
        directory.mkdir(bytePathFromText('d'), 0o755);
      });
      at = asBytePath(path === ROOT ? 'd' : `${path}/d`);
    }
    root.close();
    expect(emptyDirectory(top)).to.deep.equal([]);
    expect(readdirSync(top)).to.deep.equal([]);
  });

  it('empties any tree', () => {
    const name = fc.constantFrom('a', 'b', 'lifted-0', 'é');
    const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
        for (const folder of paths) mkdirSync(join(top, folder), { recursive: true });
        for (const folder of paths) writeFileSync(join(top, folder, 'f'), '');
        expect(emptyDirectory(top)).to.deep.equal([]);
        expect(readdirSync(top)).to.deep.equal([]);
      }),
      { numRuns: 50 },
    );
  });
});
