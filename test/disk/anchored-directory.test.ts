import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import fs, {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { asBytePath, bytePathFromText, bytesOf, ROOT } from '../../src/core/byte-path.js';
import { systemErrorCode } from '../../src/core/errors.js';
import type { PitonError } from '../../src/core/errors.js';
import type { AnchoredDirectory } from '../../src/disk/anchored-directory.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, systemCode, thrownBy } from './thrown.js';

const b = bytePathFromText;
const NOT_UTF8 = asBytePath('caf\xe9 \xff');

for (const byDescriptor of [true, false]) {
  describe(`AnchoredDirectory ${byDescriptor ? 'by descriptor' : 'by path'}`, () => {
    let top: string;
    let root: AnchoredRoot;
    let at: AnchoredDirectory;

    beforeEach(() => {
      top = tempDirectory();
      mkdirSync(join(top, 'd/e'), { recursive: true });
      root = AnchoredRoot.open(top, { byDescriptor });
      at = root.directory(b('d'));
    });
    afterEach(() => {
      at.close();
      root.close();
    });

    function refusal(action: () => unknown): PitonError {
      const error = pitonError(thrownBy(action));
      expect(error.code).to.equal('UNSAFE_PATH');
      return error;
    }

    it('makes, lists and removes folders and files', () => {
      at.mkdir(b('new'), 0o700);
      expect(statSync(join(top, 'd/new')).mode & 0o777).to.equal(0o700);
      writeFileSync(at.pathOf(b('f')), 'x');
      expect(readFileSync(join(top, 'd/f'), 'utf8')).to.equal('x');
      expect(at.readdir().sort()).to.deep.equal(['e', 'f', 'new']);
      at.unlink(b('f'));
      at.rmdir(b('new'));
      expect(readdirSync(join(top, 'd'))).to.deep.equal(['e']);
      at.sync();
    });

    it('works in the root itself', () => {
      root.within(ROOT, (directory) => {
        directory.mkdir(b('x'), 0o755);
        expect(directory.readdir().sort()).to.deep.equal(['d', 'x']);
      });
    });

    it('tells of what is there and of what is not', () => {
      symlinkSync('nowhere', join(top, 'd/l'));
      expect(at.lstat(b('l'))?.isSymbolicLink()).to.equal(true);
      expect(at.lstat(b('e'))?.ino).to.equal(lstatSync(join(top, 'd/e'), { bigint: true }).ino);
      expect(at.lstat(b('none'))).to.equal(null);
    });

    it('keeps names and targets that are not UTF-8 as they are', () => {
      at.mkdir(NOT_UTF8, 0o755);
      const inside = root.directory(asBytePath(`d/${NOT_UTF8}`));
      const target = Buffer.from([0xff, 0x2f, 0xe9]);
      inside.symlink(target, NOT_UTF8);
      expect(inside.readlink(NOT_UTF8)).to.deep.equal(target);
      expect(inside.readdir()).to.deep.equal([NOT_UTF8]);
      inside.sync();
      inside.close();
      const raw = readdirSync(join(top, 'd'), { encoding: 'buffer' }) as Buffer[];
      expect(raw).to.deep.include(bytesOf(NOT_UTF8));
    });

    it('renames from one folder to another', () => {
      writeFileSync(join(top, 'd/f'), 'new');
      writeFileSync(join(top, 'd/e/g'), 'old');
      root.within(b('d/e'), (into) => {
        at.rename(b('f'), into, b('g'));
      });
      expect(readFileSync(join(top, 'd/e/g'), 'utf8')).to.equal('new');
      expect(existsSync(join(top, 'd/f'))).to.equal(false);
    });

    it('gives files a second name, and nothing else', () => {
      writeFileSync(join(top, 'd/f'), 'x');
      symlinkSync('f', join(top, 'd/l'));
      at.link(b('f'), at, b('g'));
      expect(statSync(join(top, 'd/g')).ino).to.equal(statSync(join(top, 'd/f')).ino);
      refusal(() => {
        at.link(b('l'), at, b('h'));
      });
    });

    it('opens files, but not what a link points at, and does not wait for a FIFO', () => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const descriptor = at.open(b('f'), flags, 0o600);
      writeSync(descriptor, 'x');
      closeSync(descriptor);
      expect(statSync(join(top, 'd/f')).mode & 0o777).to.equal(0o600);
      symlinkSync('f', join(top, 'd/l'));
      expect(systemCode(() => at.open(b('l'), constants.O_RDONLY))).to.equal('ELOOP');
      execFileSync('mkfifo', [join(top, 'd/fifo')]);
      closeSync(at.open(b('fifo'), constants.O_RDONLY));
    });

    it('changes the permissions of a file, and of nothing else', () => {
      writeFileSync(join(top, 'd/f'), '', { mode: 0o600 });
      at.chmodFile(b('f'), 0o755);
      expect(statSync(join(top, 'd/f')).mode & 0o777).to.equal(0o755);
      const victim = join(tempDirectory(), 'victim');
      writeFileSync(victim, '', { mode: 0o600 });
      symlinkSync(victim, join(top, 'd/l'));
      const error = thrownBy(() => {
        at.chmodFile(b('l'), 0o777);
      });
      expect(systemErrorCode(error)).to.equal(byDescriptor ? 'UNSAFE_PATH' : 'ELOOP');
      expect(statSync(victim).mode & 0o777).to.equal(0o600);
      refusal(() => {
        at.chmodFile(b('e'), 0o777);
      });
    });

    it('changes the permissions of the folder itself', () => {
      at.chmod(0o711);
      expect(statSync(join(top, 'd')).mode & 0o777).to.equal(0o711);
    });

    it('takes single names only', () => {
      for (const name of ['', '.', '..', 'e/f', '../x', '/etc', 'a\0b']) {
        const bad = asBytePath(name);
        refusal(() => at.lstat(bad));
        refusal(() => at.pathOf(bad));
        refusal(() => {
          at.rename(b('e'), at, bad);
        });
      }
      for (const path of ['..', 'd/..', 'd/../..', '/d', 'd//e', 'd/', './d']) {
        refusal(() => root.directory(asBytePath(path)));
      }
    });

    it('reaches no folder through a link or a file', () => {
      symlinkSync('e', join(top, 'd/l'));
      mkdirSync(join(top, 'd/e/sub'));
      writeFileSync(join(top, 'd/f'), '');
      expect(refusal(() => root.directory(b('d/l'))).details).to.have.property('path');
      refusal(() => root.directory(b('d/l/sub')));
      refusal(() => root.directory(b('d/f')));
      refusal(() => root.directory(b('d/f/g')));
    });

    it('does not open a root that is a link or a file', () => {
      symlinkSync('d', join(top, 'l'));
      writeFileSync(join(top, 'f'), '');
      refusal(() => AnchoredRoot.open(join(top, 'l'), { byDescriptor }));
      refusal(() => AnchoredRoot.open(join(top, 'f'), { byDescriptor }));
      const none = () => AnchoredRoot.open(join(top, 'none'), { byDescriptor });
      expect(systemCode(none)).to.equal('ENOENT');
    });

    it('throws ENOENT for a folder that is missing', () => {
      expect(systemCode(() => root.directory(b('d/none/x')))).to.equal('ENOENT');
    });

    it('does not let a link that took the place of its folder lead it out', () => {
      const outside = tempDirectory();
      writeFileSync(join(outside, 'victim'), '');
      renameSync(join(top, 'd'), join(top, 'away'));
      symlinkSync(outside, join(top, 'd'));
      for (const action of [
        () => {
          at.unlink(b('victim'));
        },
        () => {
          at.mkdir(b('x'), 0o755);
        },
        () => at.open(b('y'), constants.O_WRONLY | constants.O_CREAT),
      ]) {
        try {
          action();
        } catch (error) {
          expect(systemErrorCode(error)).to.equal(byDescriptor ? 'ENOENT' : 'UNSAFE_PATH');
        }
      }
      expect(readdirSync(outside)).to.deep.equal(['victim']);
      expect(existsSync(join(top, 'away/x'))).to.equal(byDescriptor);
    });

    it('tells whether its folder still is where it was', () => {
      expect(at.isStill(b('d'))).to.equal(true);
      expect(at.isStill(b('d/e'))).to.equal(false);
      expect(at.isStill(b('none'))).to.equal(false);
      expect(at.isStill(ROOT)).to.equal(false);
      expect(root.within(ROOT, (directory) => directory.isStill(ROOT))).to.equal(true);
      renameSync(join(top, 'd'), join(top, 'away'));
      expect(at.isStill(b('d'))).to.equal(false);
      expect(at.isStill(b('away'))).to.equal(true);
      symlinkSync('away', join(top, 'd'));
      expect(at.isStill(b('d'))).to.equal(false);
    });

    it('is of no use once closed, while another handle is', () => {
      const other = root.directory(b('d'));
      at.close();
      at.close();
      for (const action of [() => at.readdir(), () => at.lstat(b('e')), () => at.isStill(b('d'))]) {
        expect(pitonError(thrownBy(action)).code).to.equal('INTERNAL');
      }
      root.close();
      expect(other.readdir()).to.deep.equal(['e']);
      other.close();
      root.close();
      expect(pitonError(thrownBy(() => root.directory(b('d')))).code).to.equal('INTERNAL');
    });

    it('sees a folder that took the place of another once told to forget it', () => {
      root.directory(b('d/e')).close();
      renameSync(join(top, 'd'), join(top, 'away'));
      mkdirSync(join(top, 'd/e/new'), { recursive: true });
      root.forget(b('d'));
      expect(root.within(b('d/e'), (directory) => directory.readdir())).to.deep.equal(['new']);
    });
  });
}

describe('AnchoredDirectory by path, while its folder is swapped for a link', () => {
  const { mkdirSync: realMkdir } = fs;
  afterEach(() => {
    fs.mkdirSync = realMkdir;
    syncBuiltinESMExports();
  });

  it('tells, although too late', () => {
    const top = tempDirectory();
    const outside = tempDirectory();
    realMkdir(join(top, 'd'));
    const root = AnchoredRoot.open(top, { byDescriptor: false });
    const directory = root.directory(b('d'));
    fs.mkdirSync = () => {
      renameSync(join(top, 'd'), join(top, 'away'));
      symlinkSync(outside, join(top, 'd'));
      return undefined;
    };
    syncBuiltinESMExports();
    const make = () => {
      directory.mkdir(b('x'), 0o755);
    };
    expect(pitonError(thrownBy(make)).code).to.equal('UNSAFE_PATH');
  });
});
