import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { bytePathFromText } from '../../src/core/byte-path.js';
import {
  isUnchanged,
  openInPlace,
  readStable,
  streamOf,
  type OpenFile,
} from '../../src/worktree/stable-read.js';
import { tempDirectory } from '../helpers/temp.js';

function opened(path: string): OpenFile {
  const file = openInPlace(bytePathFromText(path));
  if (typeof file === 'string') throw new Error(file);
  return file;
}

function read(path: string, maxBytes = Infinity): unknown {
  const contents = readStable(bytePathFromText(path), maxBytes);
  if (typeof contents === 'string') return contents;
  return { text: contents.data.toString(), stable: contents.stable };
}

describe('reading files of a living tree', () => {
  it('reads a whole file up to a size', () => {
    const path = join(tempDirectory(), 'a');
    writeFileSync(path, 'four');
    expect(read(path, 4)).to.deep.equal({ text: 'four', stable: true });
    expect(read(path, 3)).to.equal('too_large');
  });

  it('does not believe the size that the system tells', () => {
    // It says that this file is empty.
    expect(read('/proc/sys/kernel/ostype')).to.deep.equal({ text: 'Linux\n', stable: false });
    expect(read('/proc/sys/kernel/ostype', 5)).to.equal('too_large');
  });

  it('follows no link, last or on the way, and waits for no FIFO', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'real'));
    writeFileSync(join(root, 'real/a'), 'a');
    symlinkSync('real/a', join(root, 'link'));
    symlinkSync('real', join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const paths = ['link', 'folder/a', 'fifo', 'real', 'real/a/b'];
    expect(paths.map((path) => read(join(root, path)))).to.deep.equal(paths.map(() => 'replaced'));
    expect(read(join(root, 'absent'))).to.equal('vanished');
    expect(read(join(root, 'n'.repeat(300)))).to.equal('unreadable');
  });

  it('streams a file that stays open, whatever becomes of the stream', async () => {
    const path = join(tempDirectory(), 'a');
    writeFileSync(path, 'contents');
    const file = opened(path);
    streamOf(file).destroy();
    expect((await buffer(streamOf(file))).toString()).to.equal('contents');
    const stream = streamOf(file);
    stream.resume().destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(fstatSync(file.fd).size).to.equal(8);
    closeSync(file.fd);
  });

  it('knows whether an open file has changed', () => {
    const path = join(tempDirectory(), 'a');
    writeFileSync(path, 'contents');
    const file = opened(path);
    expect(isUnchanged(file)).to.equal(true);
    writeFileSync(path, 'more contents');
    expect(isUnchanged(file)).to.equal(false);
    closeSync(file.fd);
    const other = opened(path);
    renameSync(path, `${path}b`);
    expect(isUnchanged(other)).to.equal(false);
    closeSync(other.fd);
  });
});
