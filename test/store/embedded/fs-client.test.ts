import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createFsClient } from '../../../src/store/embedded/fs-client.js';
import type { FsClient } from '../../../src/store/embedded/fs-client.js';
import { tempDirectory } from '../../helpers/temp.js';

async function codeOf(attempt: Promise<unknown>): Promise<unknown> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error && 'code' in error ? error.code : 'nothing was thrown';
}

describe('createFsClient', () => {
  let base: string;
  let fs: FsClient['promises'];

  beforeEach(() => {
    base = tempDirectory();
    fs = createFsClient(base, 'full').promises;
  });

  it('reads and writes', async () => {
    await fs.mkdir(join(base, 'a'));
    await fs.writeFile(join(base, 'a/b'), 'é');
    expect(await fs.readFile(join(base, 'a/b'))).to.deep.equal(Buffer.from('é'));
    expect(await fs.readFile(join(base, 'a/b'), 'utf8')).to.equal('é');
    expect(await fs.readFile(join(base, 'a/b'), { encoding: 'utf8' })).to.equal('é');
    expect(await fs.readFile(join(base, 'a/b'), {})).to.be.instanceOf(Buffer);
    expect(await fs.readdir(join(base, 'a'))).to.deep.equal(['b']);
    expect(await fs.readdir(base)).to.deep.equal(['a']);
    expect(await fs.stat(join(base, 'a'))).to.have.property('size');
  });

  it('replaces a file by another one instead of writing into it', async () => {
    const path = join(base, 'a');
    writeFileSync(path, 'old');
    const before = statSync(path).ino;
    await fs.writeFile(path, 'new');
    expect(readFileSync(path, 'utf8')).to.equal('new');
    expect(statSync(path).ino).to.not.equal(before);
    expect(readdirSync(base)).to.deep.equal(['a']);
  });

  it('says ENOENT for what is not there', async () => {
    expect(await codeOf(fs.readFile(join(base, 'a')))).to.equal('ENOENT');
    expect(await codeOf(fs.stat(join(base, 'a')))).to.equal('ENOENT');
    expect(await codeOf(fs.lstat(join(base, 'a/b')))).to.equal('ENOENT');
    expect(await codeOf(fs.readdir(join(base, 'a')))).to.equal('ENOENT');
  });

  it('goes through no link', async () => {
    const outside = tempDirectory();
    writeFileSync(join(outside, 'x'), 'x');
    symlinkSync(outside, join(base, 'folder'));
    symlinkSync(join(outside, 'x'), join(base, 'file'));
    expect(await codeOf(fs.readFile(join(base, 'folder/x')))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.writeFile(join(base, 'folder/y'), ''))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.mkdir(join(base, 'folder/z')))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.readdir(join(base, 'folder')))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.readFile(join(base, 'file')))).to.equal('STATE_DAMAGED');
    await fs.writeFile(join(base, 'file'), 'new');
    expect(readdirSync(outside)).to.deep.equal(['x']);
    expect(readFileSync(join(outside, 'x'), 'utf8')).to.equal('x');
  });

  it('does not wait for a FIFO', async () => {
    execFileSync('mkfifo', [join(base, 'fifo')]);
    expect(await codeOf(fs.readFile(join(base, 'fifo')))).to.equal('STATE_DAMAGED');
  });

  it('stays in its folder', async () => {
    mkdirSync(join(base, 'a'));
    expect(await codeOf(fs.readFile('/etc/passwd'))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.readFile(`${base}x`))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.readFile(join(base, 'a') + '/../../x'))).to.equal('UNSAFE_PATH');
    expect(await codeOf(fs.writeFile(base, ''))).to.equal('UNSAFE_PATH');
  });

  it('does nothing that piton has no use for', async () => {
    for (const attempt of [fs.unlink(), fs.rmdir(), fs.symlink(), fs.readlink()]) {
      expect(await codeOf(attempt)).to.equal('INTERNAL');
    }
  });
});
