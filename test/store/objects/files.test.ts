import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { isDamage } from '../../../src/store/objects/damage.js';
import {
  createFile,
  ensureFolder,
  openRegular,
  readAt,
  syncFile,
  writeAt,
} from '../../../src/store/objects/files.js';
import { pitonError, systemCode, thrownBy } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { tempDirectory } from '../../helpers/temp.js';

describe('files of the object database', () => {
  it('are opened when they are regular, and null when they are not there', () => {
    const folder = tempDirectory();
    writeFileSync(join(folder, 'file'), 'contents');
    const file = openRegular(join(folder, 'file'));
    expect(file?.size).to.equal(8);
    closeSync(file?.fd ?? -1);
    expect(openRegular(join(folder, 'none'))).to.equal(null);
    expect(openRegular(join(folder, 'file/none'))).to.equal(null);
  });

  it('are never links, folders, FIFOs or sockets', async () => {
    const folder = tempDirectory();
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('file'), 'x');
    symlinkSync('file', path('link'));
    mkdirSync(path('folder'));
    spawnSync('mkfifo', [path('fifo')]);
    const server = createServer();
    await new Promise<void>((done) => server.listen(path('socket'), done));
    for (const name of ['link', 'folder', 'fifo', 'socket']) {
      expect(isDamage(thrownBy(() => openRegular(path(name)))), name).to.equal(true);
    }
    server.close();
  });

  it('tell when they may not be opened', () => {
    const folder = tempDirectory();
    writeFileSync(join(folder, 'file'), 'x', { mode: 0o000 });
    unprivileged(() => {
      expect(systemCode(() => openRegular(join(folder, 'file')))).to.equal('EACCES');
    });
  });

  it('are read and written at a place', async () => {
    const path = join(tempDirectory(), 'file');
    const fd = createFile(path);
    writeAt(fd, Buffer.from('0123456789'), 0);
    writeAt(fd, Buffer.from('ab'), 4);
    await syncFile(fd);
    const buffer = Buffer.alloc(8);
    expect(readAt(fd, buffer, 3)).to.equal(7);
    expect(buffer.toString()).to.equal('3ab6789\0');
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).to.equal('0123ab6789');
    expect(statSync(path).mode & 0o777).to.equal(0o444);
  });

  it('are only made where there is nothing yet', () => {
    const folder = tempDirectory();
    symlinkSync('elsewhere', join(folder, 'link'));
    expect(systemCode(() => createFile(join(folder, 'link')))).to.equal('EEXIST');
  });

  it('hold no descriptor of what was refused', () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'folder'));
    const before = openSync(folder, constants.O_RDONLY);
    closeSync(before);
    for (let count = 0; count < 5; count++) thrownBy(() => openRegular(join(folder, 'folder')));
    const after = openSync(folder, constants.O_RDONLY);
    closeSync(after);
    expect(after).to.equal(before);
  });
});

describe('folders of the object database', () => {
  it('are made once', () => {
    const path = join(tempDirectory(), 'ab');
    expect(ensureFolder(path)).to.equal(true);
    expect(ensureFolder(path)).to.equal(false);
  });

  it('are not links, which would lead out of the repository', () => {
    const folder = tempDirectory();
    symlinkSync(tempDirectory(), join(folder, 'ab'));
    symlinkSync('nowhere', join(folder, 'cd'));
    writeFileSync(join(folder, 'ef'), '');
    for (const name of ['ab', 'cd', 'ef']) {
      const error = pitonError(thrownBy(() => ensureFolder(join(folder, name))));
      expect(error.code).to.equal('UNSAFE_PATH');
    }
  });

  it('tell when they cannot be made', () => {
    expect(systemCode(() => ensureFolder(join(tempDirectory(), 'none/ab')))).to.equal('ENOENT');
  });
});
