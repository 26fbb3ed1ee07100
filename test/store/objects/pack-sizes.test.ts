import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPackIndex } from '../../../src/store/objects/pack-index.js';
import { PackSizes } from '../../../src/store/objects/pack-sizes.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  ALGORITHMS,
  gitBlob,
  makeHistory,
  objectsOf,
  openStore,
  overwrite,
  packPath,
  repositoryOf,
} from './samples.js';

/** Every object's size on disk, as git has it. */
function gitSizes(repository: string): Map<string, number> {
  const format = '--batch-check=%(objectname) %(objectsize:disk)';
  const lines = git(repository, 'cat-file', '--batch-all-objects', format).split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
}

describe('stored sizes', () => {
  for (const algorithm of ALGORITHMS) {
    it(`are those of git, loose and packed (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 6);
      const loose = openStore(repository, { algorithm });
      const sizes = gitSizes(repository);
      for (const [oid, size] of sizes) expect(loose.storedSize(oid)).to.equal(size);
      git(repository, 'repack', '-adfq');
      gitBlob(repository, 'loose beside the pack');
      const packed = gitSizes(repository);
      expect(packed).not.to.deep.equal(sizes);
      // This one looked before git repacked.
      for (const [oid, size] of packed) expect(loose.storedSize(oid)).to.equal(size);
      expect(loose.storedSize('0'.repeat(sizes.keys().next().value!.length))).to.equal(null);
      loose.close();
    });
  }

  it('are nothing for what an alternate has, and null for what nobody has', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    const clone = join(tempDirectory(), 'clone');
    git('/', 'clone', '-q', '--shared', repository, clone);
    const store = openStore(clone);
    expect(store.storedSize(git(clone, 'rev-parse', 'HEAD'))).to.equal(0);
    git(repository, 'repack', '-adq');
    expect(openStore(clone).storedSize(git(clone, 'rev-parse', 'HEAD'))).to.equal(0);
    const own = gitBlob(clone, 'own');
    const { size } = statSync(loosePath(objectsOf(clone), own));
    expect(store.storedSize(own)).to.equal(size);
    expect(store.storedSize('12'.repeat(20))).to.equal(null);
  });

  it('are refused for a pack that does not fit its index', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    const commit = git(repository, 'rev-parse', 'HEAD');
    git(repository, 'repack', '-adq');
    overwrite(packPath(repository, 'pack'), (bytes) => bytes.subarray(0, bytes.length - 1));
    const error = pitonError(thrownBy(() => openStore(repository).storedSize(commit)));
    expect(error.code).to.equal('OBJECT_DAMAGED');
  });

  it('are refused for what begins behind the end of the pack', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    git(repository, 'repack', '-adq');
    const index = readPackIndex(packPath(repository, 'idx'), 'sha1')!;
    const offsets = Array.from({ length: index.count }, (_, at) => index.offsetAt(at));
    const last = Math.max(...offsets);
    expect(new PackSizes(index, last + 7).sizeAt(last)).to.equal(7);
    const error = pitonError(thrownBy(() => new PackSizes(index, last - 1).sizeAt(last)));
    expect(error.code).to.equal('OBJECT_DAMAGED');
  });
});
