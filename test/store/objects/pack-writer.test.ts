import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import type { DeflatedObject } from '../../../src/store/object-store.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { PackWriter } from '../../../src/store/objects/pack-writer.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { ALGORITHMS, packFolderOf, repositoryOf } from './samples.js';

function blob(data: Buffer, level = 1): DeflatedObject {
  const oid = hashObject('sha1', 'blob', data);
  return { oid, type: 'blob', size: data.length, deflated: deflateSync(data, { level }) };
}

describe('writing a pack', () => {
  for (const algorithm of ALGORITHMS) {
    for (const durability of ['full', 'fast'] as const) {
      it(`gives what git takes (${algorithm}, ${durability})`, async () => {
        const repository = repositoryOf(algorithm);
        const writer = new PackWriter(packFolderOf(repository));
        const contents = ['', 'small', 'x'.repeat(500_000), 'y'.repeat(3_000_000)];
        for (const text of contents) writer.append(blob(Buffer.from(text), 0));
        const checksum = await writer.finish(algorithm, durability);
        const bytes = readFileSync(writer.path);
        expect(bytes.length).to.equal(writer.length);
        expect(bytes.subarray(-checksum.length).equals(checksum)).to.equal(true);
        const hash = createHash(algorithm).update(bytes.subarray(0, -checksum.length)).digest();
        expect(hash.equals(checksum)).to.equal(true);
        expect(statSync(writer.path).mode & 0o777).to.equal(0o444);
        const path = join(tempDirectory(), 'x.pack');
        renameSync(writer.path, path);
        const args = ['index-pack', `--object-format=${algorithm}`, '--strict', path];
        const run = tryGit(repository, args);
        expect(run.status, run.stderr).to.equal(0);
        const idx = readFileSync(path.replace(/pack$/, 'idx'));
        const listed = tryGit(repository, ['show-index', `--object-format=${algorithm}`], idx);
        for (const { offset, crc } of writer.entries) {
          const mark = `(${crc.toString(16).padStart(8, '0')})`;
          const lines = listed.stdout.toString().split('\n');
          expect(
            lines.some((line) => line.startsWith(`${offset} `) && line.endsWith(mark)),
          ).to.equal(true);
        }
      });
    }
  }

  it('can take back what was written and what was not', async () => {
    const folder = join(tempDirectory(), 'pack');
    const writer = new PackWriter(folder);
    writer.append(blob(Buffer.from('first')));
    const mark = writer.length;
    writer.write(Buffer.alloc(10, 7));
    writer.cut(mark);
    writer.write(Buffer.alloc(2_500_000, 7));
    writer.write(Buffer.alloc(10, 7));
    writer.cut(mark);
    expect(writer.length).to.equal(mark);
    await writer.finish('sha1', 'fast');
    expect(statSync(writer.path).size).to.equal(mark + 20);
  });

  it('leaves nothing when it is discarded', async () => {
    const folder = join(tempDirectory(), 'pack');
    const writer = new PackWriter(folder);
    writer.append(blob(Buffer.from('first')));
    expect(existsSync(writer.path)).to.equal(true);
    writer.discard();
    writer.discard();
    expect(existsSync(writer.path)).to.equal(false);
    const finished = new PackWriter(folder);
    await finished.finish('sha1', 'fast');
    finished.discard();
    expect(existsSync(finished.path)).to.equal(false);
  });

  it('does not write through a link', () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync('elsewhere', join(folder, 'pack'));
    const error = pitonError(thrownBy(() => new PackWriter(join(folder, 'pack'))));
    expect(error.code).to.equal('UNSAFE_PATH');
  });
});
