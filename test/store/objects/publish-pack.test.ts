import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HashAlgorithm } from '../../../src/core/types.js';
import { deflate } from '../../../src/store/objects/compression.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { listPacks } from '../../../src/store/objects/pack-catalog.js';
import { PackWriter } from '../../../src/store/objects/pack-writer.js';
import { Publication } from '../../../src/store/objects/publication.js';
import { publishPack } from '../../../src/store/objects/publish-pack.js';
import { rejectionOf } from '../../disk/thrown.js';
import { assertFsckClean, tryGit } from '../../helpers/git.js';
import {
  ALGORITHMS,
  filesBelow,
  objectsOf,
  packFolderOf,
  packPath,
  repositoryOf,
} from './samples.js';

function writerFor(repository: string, algorithm: HashAlgorithm): PackWriter {
  const writer = new PackWriter(packFolderOf(repository));
  for (let place = 0; place < 50; place++) {
    const data = Buffer.from(`contents ${place}`);
    const oid = hashObject(algorithm, 'blob', data);
    writer.append({ oid, type: 'blob', size: data.length, deflated: deflate(data) });
  }
  return writer;
}

describe('publishing a pack', () => {
  for (const algorithm of ALGORITHMS) {
    for (const durability of ['full', 'fast'] as const) {
      it(`gives what git verifies (${algorithm}, ${durability})`, async () => {
        const repository = repositoryOf(algorithm);
        const writer = writerFor(repository, algorithm);
        const published = await publishPack(writer, algorithm, durability, new Publication());
        const [pack, idx] = [packPath(repository, 'pack'), packPath(repository, 'idx')];
        expect(published.pack.path).to.equal(pack);
        expect(published.bytes).to.equal(statSync(pack).size + statSync(idx).size);
        expect(statSync(idx).mode & 0o777).to.equal(0o444);
        expect(filesBelow(objectsOf(repository))).to.have.members([pack, idx]);
        const run = tryGit(repository, ['verify-pack', '-v', idx]);
        expect(run.status, run.stderr).to.equal(0);
        expect(run.stdout.toString()).to.contain('non delta: 50 objects');
        assertFsckClean(repository);
        const listed = listPacks([objectsOf(repository)], algorithm, [published.pack]);
        expect(listed).to.deep.equal([published.pack]);
        expect(listed[0]).to.equal(published.pack);
      });
    }
  }

  it('leaves nothing of the index when it fails, and the pack can be withdrawn', async () => {
    const repository = repositoryOf('sha1');
    const first = writerFor(repository, 'sha1');
    await publishPack(first, 'sha1', 'fast', new Publication());
    const name = packPath(repository, 'idx');

    const other = repositoryOf('sha1');
    const inTheWay = join(packFolderOf(other), name.slice(name.lastIndexOf('/')));
    mkdirSync(inTheWay);
    writeFileSync(join(inTheWay, 'x'), '');
    const publication = new Publication();
    const writer = writerFor(other, 'sha1');
    const error = await rejectionOf(publishPack(writer, 'sha1', 'fast', publication));
    expect(error).to.have.property('syscall', 'rename');
    publication.withdraw();
    expect(filesBelow(objectsOf(other))).to.deep.equal([join(inTheWay, 'x')]);
  });
});
