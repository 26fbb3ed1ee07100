import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, makeRepository } from '../helpers/git.js';
import { cruftBlobs, removeCruftPacks } from '../store/objects/samples.js';
import { closeWorkspaces, openTest } from './workspaces.js';

/** Enough bytes, in files that are each small, for threads to hash them. */
const FOR_THREADS = { files: 36, bytes: 1_000_000 };

function contentsOf(files: number, bytes: number): Buffer[] {
  return Array.from({ length: files }, (_, place) => Buffer.alloc(bytes, `${place} `));
}

describe('api: a checkpoint of contents that only a cruft pack holds', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ['embedded', 'native'] as const) {
    for (const { files, bytes } of [{ files: 3, bytes: 10 }, FOR_THREADS]) {
      it(`needs that pack no more (${engine}, ${files} files)`, async () => {
        const root = makeRepository();
        const contents = contentsOf(files, bytes);
        cruftBlobs(root, contents);
        contents.forEach((data, place) => writeFileSync(join(root, `${place}.txt`), data));
        const workspace = await openTest(root, { engine });
        await workspace.createCheckpoint();
        removeCruftPacks(root);
        assertFsckClean(root);
        expect(await workspace.verify({ all: true })).to.deep.include({ damaged: [] });
      });
    }
  }
});
