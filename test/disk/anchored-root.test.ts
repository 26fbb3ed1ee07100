import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytePathFromText, ROOT } from '../../src/core/byte-path.js';
import type { BytePath } from '../../src/core/byte-path.js';
import { systemErrorCode } from '../../src/core/errors.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { tempDirectory } from '../helpers/temp.js';
import { pitonError, systemCode, thrownBy } from './thrown.js';
import { unprivileged, unprivilegedDirectory } from './unprivileged.js';

const b = bytePathFromText;

describe('AnchoredRoot', () => {
  let top: string;
  beforeEach(() => {
    top = tempDirectory();
  });

  const openDescriptors = () => readdirSync('/proc/self/fd').length;

  it('goes by descriptor where it can, which reaches a folder that was moved', () => {
    mkdirSync(join(top, 'd'));
    const root = AnchoredRoot.open(top);
    root.within(b('d'), (directory) => {
      renameSync(join(top, 'd'), join(top, 'moved'));
      directory.mkdir(b('x'), 0o755);
    });
    root.close();
    expect(readdirSync(join(top, 'moved'))).to.deep.equal(['x']);
  });

  it('keeps few folders open, whatever their number and depth, and none in the end', () => {
    const before = openDescriptors();
    const root = AnchoredRoot.open(top);
    let path = ROOT;
    for (let depth = 0; depth < 300; depth++) {
      const name = b('deeper');
      root.within(path, (directory) => {
        directory.mkdir(name, 0o755);
      });
      path = (path === ROOT ? name : `${path}/${name}`) as BytePath;
    }
    for (let index = 0; index < 200; index++) {
      root.within(ROOT, (directory) => {
        directory.mkdir(b(`d${index}`), 0o755);
      });
      root.directory(b(`d${index}`)).close();
    }
    root.within(path, (directory) => {
      expect(directory.readdir()).to.deep.equal([]);
      expect(directory.isStill(path)).to.equal(true);
    });
    expect(openDescriptors() - before).to.be.within(2, 70);
    root.close();
    expect(openDescriptors()).to.equal(before);
  });

  it('does not close a folder that is being used, however many follow', () => {
    mkdirSync(join(top, 'held'));
    const before = openDescriptors();
    const root = AnchoredRoot.open(top);
    const held = root.directory(b('held'));
    for (let index = 0; index < 100; index++) {
      mkdirSync(join(top, `d${index}`));
      root.directory(b(`d${index}`)).close();
    }
    held.mkdir(b('x'), 0o755);
    expect(readdirSync(join(top, 'held'))).to.deep.equal(['x']);
    held.close();
    root.close();
    expect(openDescriptors()).to.equal(before);
  });

  it('leaves nothing open after a refusal', () => {
    const before = openDescriptors();
    const root = AnchoredRoot.open(top);
    mkdirSync(join(top, 'd'));
    symlinkSync('d', join(top, 'l'));
    const use = () =>
      root.within(b('l'), () => {
        throw new Error('not reached');
      });
    expect(pitonError(thrownBy(use)).code).to.equal('UNSAFE_PATH');
    const failing = () =>
      root.within(b('d'), () => {
        throw new Error('own');
      });
    expect(thrownBy(failing)).to.have.property('message', 'own');
    root.close();
    expect(openDescriptors()).to.equal(before);
  });

  it('works in folders and on files that it may not read', () => {
    top = unprivilegedDirectory();
    const root = AnchoredRoot.open(top);
    unprivileged(() => {
      mkdirSync(join(top, 'd'));
      writeFileSync(join(top, 'd/f'), '', { mode: 0 });
      chmodSync(join(top, 'd'), 0o300);
      root.within(b('d'), (directory) => {
        directory.chmodFile(b('f'), 0o640);
        directory.mkdir(b('x'), 0o755);
        expect(systemCode(() => directory.readdir())).to.equal('EACCES');
      });
      expect(statSync(join(top, 'd/f')).mode & 0o777).to.equal(0o640);
      chmodSync(top, 0);
      const denied = () => root.within(ROOT, (directory) => directory.isStill(b('d')));
      expect(systemCode(denied)).to.equal('EACCES');
      chmodSync(top, 0o700);
    });
    root.close();
  });

  it('is not led out while another process swaps folders for links', async function () {
    this.timeout(120_000);
    const outside = tempDirectory();
    mkdirSync(join(outside, 'e'));
    writeFileSync(join(outside, 'e/victim'), 'untouched');
    mkdirSync(join(top, 'd/e'), { recursive: true });
    writeFileSync(join(top, 'd/e/victim'), 'inside');
    symlinkSync(outside, join(top, 'link'));
    const script = fileURLToPath(new URL('./fixtures/swap-child.js', import.meta.url));
    const child = spawn(process.execPath, [script, join(top, 'd'), join(top, 'link')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const root = AnchoredRoot.open(top);
    const outcomes = new Set<string>();
    try {
      await once(child.stdout, 'data');
      const until = performance.now() + 400;
      // They may share one processor with others, and then change over seldom.
      const isSeen = (outcome: string): boolean => outcomes.has(outcome);
      while (performance.now() < until || !['done', 'UNSAFE_PATH'].every(isSeen)) {
        root.forget(ROOT);
        try {
          root.within(b('d/e'), (directory) => {
            directory.unlink(b('victim'));
            writeFileSync(directory.pathOf(b('victim')), 'inside');
          });
          outcomes.add('done');
        } catch (error) {
          outcomes.add(systemErrorCode(error) ?? 'other');
        }
      }
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      root.close();
    }
    expect([...outcomes]).to.include.members(['done', 'UNSAFE_PATH']);
    expect([...outcomes].filter((outcome) => outcome !== 'ENOENT')).to.have.length(2);
    expect(readdirSync(join(outside, 'e'))).to.deep.equal(['victim']);
    expect(readFileSync(join(outside, 'e/victim'), 'utf8')).to.equal('untouched');
  });
});
