import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DeflatedObject } from '../../../src/store/object-store.js';
import { deflate } from '../../../src/store/objects/compression.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { Publication } from '../../../src/store/objects/publication.js';
import { publishLoose } from '../../../src/store/objects/publish-loose.js';
import { pitonError, rejectionOf } from '../../disk/thrown.js';
import { unprivileged, unprivilegedDirectory } from '../../disk/unprivileged.js';
import { assertFsckClean, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { filesBelow, gitContents, objectsOf } from './samples.js';

function blobs(count: number, salt = ''): { object: DeflatedObject; data: Buffer }[] {
  return Array.from({ length: count }, (_, place) => {
    const data = Buffer.from(`contents ${place} ${salt}`);
    const oid = hashObject('sha1', 'blob', data);
    return { data, object: { oid, type: 'blob', size: data.length, deflated: deflate(data) } };
  });
}

describe('publishing loose objects', () => {
  for (const durability of ['full', 'fast'] as const) {
    it(`gives what git reads (${durability})`, async () => {
      const repository = makeRepository();
      const all = blobs(140);
      const objects = all.map(({ object }) => object);
      const dir = objectsOf(repository);
      const bytes = await publishLoose(dir, objects, durability, new Publication());
      const files = filesBelow(dir);
      expect(files).to.have.length(140);
      expect(bytes).to.equal(files.reduce((sum, path) => sum + statSync(path).size, 0));
      expect(files.every((path) => (statSync(path).mode & 0o777) === 0o444)).to.equal(true);
      for (const { object, data } of all.slice(0, 3)) {
        expect(gitContents(repository, object.oid).equals(data)).to.equal(true);
      }
      assertFsckClean(repository);
    });
  }

  it('leaves nothing when it fails', async () => {
    const repository = makeRepository();
    const dir = objectsOf(repository);
    const before = readdirSync(dir).sort();
    const objects = blobs(60).map(({ object }) => object);
    const last = objects.at(-1)?.oid.slice(0, 2) ?? '';
    writeFileSync(join(dir, last), 'a file in the way');
    const publication = new Publication();
    const error = await rejectionOf(publishLoose(dir, objects, 'fast', publication));
    expect(pitonError(error).code).to.equal('UNSAFE_PATH');
    publication.withdraw();
    expect(readdirSync(dir).sort()).to.deep.equal([...before, last].sort());
  });

  it('can be withdrawn when a rename fails', async () => {
    const repository = makeRepository();
    const dir = objectsOf(repository);
    const objects = blobs(20).map(({ object }) => object);
    const { oid } = objects.at(-1) as DeflatedObject;
    mkdirSync(loosePath(dir, oid), { recursive: true });
    writeFileSync(join(loosePath(dir, oid), 'x'), '');
    const publication = new Publication();
    const error = await rejectionOf(publishLoose(dir, objects, 'fast', publication));
    expect(error).to.have.property('syscall', 'rename');
    publication.withdraw();
    expect(filesBelow(dir)).to.deep.equal([join(loosePath(dir, oid), 'x')]);
  });

  it('does not write through a link', async () => {
    const repository = makeRepository();
    const elsewhere = tempDirectory();
    const objects = blobs(1).map(({ object }) => object);
    symlinkSync(elsewhere, join(objectsOf(repository), objects[0]?.oid.slice(0, 2) ?? ''));
    const dir = objectsOf(repository);
    const error = await rejectionOf(publishLoose(dir, objects, 'fast', new Publication()));
    expect(pitonError(error).code).to.equal('UNSAFE_PATH');
    expect(readdirSync(elsewhere)).to.deep.equal([]);
  });

  it('tells when a folder may not be written to', async () => {
    const dir = unprivilegedDirectory();
    const objects = blobs(1).map(({ object }) => object);
    mkdirSync(join(dir, objects[0]?.oid.slice(0, 2) ?? ''), { mode: 0o555 });
    const publishing = unprivileged(() => publishLoose(dir, objects, 'fast', new Publication()));
    expect(await rejectionOf(publishing)).to.have.property('code', 'EACCES');
    expect(filesBelow(dir)).to.deep.equal([]);
  });

  it('makes a folder again that git has just removed', async () => {
    const dir = objectsOf(makeRepository());
    const script = `
      const fs = require('node:fs');
      const names = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));
      const end = Date.now() + 1500;
      while (Date.now() < end) {
        for (const name of names) try { fs.rmdirSync(name) } catch {}
      }`;
    const remover = spawn(process.execPath, ['-e', script], { cwd: dir });
    const isOver = new Promise((done) => remover.once('exit', done));
    for (let round = 0; remover.exitCode === null && round < 30; round++) {
      const objects = blobs(20, String(round)).map(({ object }) => object);
      await publishLoose(dir, objects, 'fast', new Publication());
      expect(objects.every(({ oid }) => existsSync(loosePath(dir, oid)))).to.equal(true);
      await new Promise((done) => setImmediate(done));
    }
    remover.kill();
    await isOver;
  });
});
