import { expect } from 'chai';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import type { Warning } from '../../../src/core/types.js';
import { AnchoredDirectory } from '../../../src/disk/anchored-directory.js';
import { RefBases } from '../../../src/store/repository/ref-bases.js';
import type { RefBase } from '../../../src/store/repository/ref-bases.js';
import { RefLock } from '../../../src/store/file-refs/ref-lock.js';
import { tempDirectory } from '../../helpers/temp.js';

const NAME = 'refs/piton/a/b';

/** Root may remove anything, so that the error of a disk has to be made; so many times. */
function failing(method: 'unlink' | 'rmdir', times: number, use: () => void): void {
  const real = Object.getOwnPropertyDescriptor(AnchoredDirectory.prototype, method);
  let left = times;
  AnchoredDirectory.prototype[method] = function (this: AnchoredDirectory, name) {
    if (left-- > 0) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    (real?.value as (name: unknown) => void).call(this, name);
  };
  try {
    use();
  } finally {
    Object.defineProperty(AnchoredDirectory.prototype, method, real ?? {});
  }
}

describe('RefLock', () => {
  let path: string;
  let bases: RefBases;
  let base: RefBase;

  beforeEach(() => {
    path = tempDirectory();
    bases = new RefBases('fast');
    base = bases.at(path);
  });

  afterEach(() => {
    bases.close();
  });

  const file = (name = NAME): string => join(path, name);

  it('is a file beside the locked one, which it becomes', async () => {
    const lock = await RefLock.take(base, NAME);
    lock.write('new');
    expect(existsSync(file())).to.equal(false);
    expect(readFileSync(file(`${NAME}.lock`), 'utf8')).to.equal('new');
    lock.commit();
    lock.release();
    expect(readdirSync(file('refs/piton/a'))).to.deep.equal(['b']);
    expect(readFileSync(file(), 'utf8')).to.equal('new');
  });

  it('leaves nothing behind when it is released', async () => {
    const lock = await RefLock.take(base, NAME);
    lock.write('new');
    lock.release();
    lock.release();
    expect(readdirSync(file('refs'))).to.deep.equal(['piton']);
    expect(readdirSync(file('refs/piton'))).to.deep.equal([]);
  });

  for (const method of ['unlink', 'rmdir'] as const) {
    it(`is removed in the end when ${method} fails once`, async () => {
      const warnings: Warning[] = [];
      const own = new RefBases('fast', (warning) => warnings.push(warning));
      const lock = await RefLock.take(own.at(path), NAME);
      failing(method, 1, () => {
        lock.release();
      });
      expect(existsSync(file(`${NAME}.lock`))).to.equal(method === 'unlink');
      own.close();
      expect(readdirSync(file('refs/piton'))).to.deep.equal([]);
      expect(warnings).to.deep.equal([]);
    });
  }

  for (const [name, way] of [
    [NAME, 'piton doctor --repair'],
    ['HEAD', 'when no git runs'],
  ] as const) {
    it(`is told of when it cannot be removed: ${name}`, async () => {
      const warnings: Warning[] = [];
      const own = new RefBases('fast', (warning) => warnings.push(warning));
      const lock = await RefLock.take(own.at(path), name);
      failing('unlink', 2, () => {
        lock.release();
        own.close();
      });
      expect(warnings.map(({ code }) => code)).to.deep.equal(['LEFTOVERS']);
      expect(warnings[0]?.message)
        .to.contain(file(`${name}.lock`))
        .and.contain(way);
      expect(existsSync(file(`${name}.lock`))).to.equal(true);
    });
  }

  it('stays in silence when nobody wants to know', async () => {
    const lock = await RefLock.take(base, NAME);
    failing('unlink', 2, () => {
      lock.release();
      bases.close();
    });
    expect(existsSync(file(`${NAME}.lock`))).to.equal(true);
  });

  it('is no leftover when somebody removed the folder', async () => {
    const warnings: Warning[] = [];
    const own = new RefBases('fast', (warning) => warnings.push(warning));
    const lock = await RefLock.take(own.at(path), NAME);
    rmSync(file('refs'), { recursive: true });
    lock.release();
    own.close();
    expect(warnings).to.deep.equal([]);
  });

  it('lasts until the holder is done', async () => {
    const first = await RefLock.take(base, NAME);
    setTimeout(() => {
      first.write('first');
      first.commit();
    }, 100);
    const second = await RefLock.take(base, NAME);
    expect(readFileSync(file(), 'utf8')).to.equal('first');
    second.delete();
    expect(existsSync(file('refs/piton/a'))).to.equal(false);
  });

  for (const step of ['write', 'commit', 'delete'] as const) {
    it(`cannot ${step} when it was taken for stale and another process has it`, async () => {
      mkdirSync(file('refs/piton/a'), { recursive: true });
      writeFileSync(file(), 'old');
      const lock = await RefLock.take(base, NAME);
      if (step !== 'write') lock.write('mine');
      rmSync(file(`${NAME}.lock`));
      writeFileSync(file(`${NAME}.lock`), 'theirs');
      expect(() => {
        if (step === 'write') lock.write('mine');
        else lock[step]();
      })
        .to.throw(PitonError)
        .with.property('code', 'LOCKED');
      lock.release();
      expect(readFileSync(file(`${NAME}.lock`), 'utf8')).to.equal('theirs');
      expect(readFileSync(file(), 'utf8')).to.equal('old');
    });
  }

  it('says that a ref is in the way, or a link', async () => {
    mkdirSync(file('refs/piton'), { recursive: true });
    writeFileSync(file('refs/piton/a'), '');
    const conflict = await RefLock.take(base, NAME).catch((error: unknown) => error);
    expect(conflict).to.have.property('code', 'GIT_FAILED');
    rmSync(file('refs/piton/a'));
    symlinkSync(tempDirectory(), file('refs/piton/a'));
    const unsafe = await RefLock.take(base, NAME).catch((error: unknown) => error);
    expect(unsafe).to.have.property('code', 'UNSAFE_PATH');
  });

  it('passes on what the system says', async () => {
    const long = await RefLock.take(base, `refs/${'x'.repeat(300)}`).catch(
      (error: unknown) => error,
    );
    expect(long).to.have.property('code', 'ENAMETOOLONG');
  });

  it('keeps folders that are in use, also while they come and go', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `refs/piton/a/${index}`);
    await Promise.all(
      names.map(async (name) => {
        const own = new RefBases('full');
        for (let round = 0; round < 5; round += 1) {
          const lock = await RefLock.take(own.at(path), name);
          lock.write(name);
          await new Promise(setImmediate);
          lock.commit();
          const again = await RefLock.take(own.at(path), name);
          again.delete();
          own.sync([{ base: path, name }]);
        }
        own.close();
      }),
    );
    expect(readdirSync(file('refs/piton'))).to.deep.equal([]);
  });
});
