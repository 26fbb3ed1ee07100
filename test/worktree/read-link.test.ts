import { expect } from 'chai';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { readLinkInPlace } from '../../src/worktree/read-link.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody } from './scanning.js';

function read(path: string) {
  return readLinkInPlace(bytePathFromText(path));
}

describe('worktree: reading links', () => {
  it('gives what a link says, byte for byte, and its own stat', () => {
    const root = tempDirectory();
    const target = Buffer.from([0x2e, 0x2e, 0x2f, 0xff, 0x0a]);
    symlinkSync(target, join(root, 'é'));
    const link = read(join(root, 'é'));
    expect(link?.target).to.deep.equal(target);
    expect(link?.stat).to.deep.equal(lstatSync(join(root, 'é'), { bigint: true }));
  });

  it('is null when there is no link any more', () => {
    const root = tempDirectory();
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'folder'));
    for (const name of ['file', 'folder', 'gone', 'gone/below', 'file/below']) {
      expect(read(join(root, name)), name).to.equal(null);
    }
  });

  it('does not go through a folder that has become a link', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'real/deep'), { recursive: true });
    symlinkSync('secret', join(root, 'real/deep/l'));
    symlinkSync('secret', join(root, 'real/l'));
    symlinkSync('real', join(root, 'fake'));
    expect(read(join(root, 'real/l'))?.target.toString()).to.equal('secret');
    expect(read(join(root, 'fake/l'))).to.equal(null);
    expect(read(join(root, 'fake/deep/l'))).to.equal(null);
    renameSync(join(root, 'real'), join(root, 'moved'));
    rmSync(join(root, 'fake'));
    expect(read(join(root, 'real/l'))).to.equal(null);
  });

  it('throws what it does not expect', async () => {
    const root = tempDirectory();
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'closed'));
    symlinkSync('x', join(root, 'closed/l'));
    chmodSync(join(root, 'closed'), 0o700);
    const failed = await asNobody(async () => read(join(root, 'closed/l'))).catch(
      (error: unknown) => error,
    );
    expect(failed).to.include({ code: 'EACCES' });
  });
});
