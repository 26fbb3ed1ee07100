import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, isWithin, ROOT, type BytePath } from '../../../src/core/byte-path.js';
import { readStagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import { TrackedPaths, trackedPaths } from '../../../src/worktree/staging-area/tracked-paths.js';
import { makeRepository } from '../../helpers/git.js';
import { changed, EMPTY_BLOB, indexInfo, readIndex } from './index-files.js';

describe('worktree/staging-area/tracked-paths', () => {
  it('has every file once, without gitlinks and folders of a sparse index', () => {
    const root = makeRepository();
    const oid = EMPTY_BLOB.sha1;
    indexInfo(root, [
      `100644 ${oid} 1\ta`,
      `100644 ${oid} 2\ta`,
      `120000 ${oid} 0\tb/l`,
      `160000 ${'1'.repeat(40)} 0\tb/sub`,
      `100644 ${oid} 0\tz`,
    ]);
    const bytes = readIndex(root);
    const paths = trackedPaths(readStagingArea(bytes, 'sha1'));
    expect([...paths.within(ROOT)]).to.deep.equal(['a', 'b/l', 'z']);
    expect(paths.size).to.equal(3);
    expect(paths.gitlinks).to.deep.equal(['b/sub']);
    const lastMode = bytes.lastIndexOf(Buffer.from([0, 0, 0x81, 0xa4]));
    const sparse = changed(bytes, (copy) => copy.writeUInt32BE(0o040000, lastMode));
    expect(trackedPaths(readStagingArea(sparse, 'sha1')).has(asBytePath('z'))).to.equal(false);
  });

  it('answers as a plain search would', () => {
    const name = fc.constantFrom('a', 'b', 'a-', 'a0', 'a.b', '\xff');
    const path = fc
      .array(name, { minLength: 1, maxLength: 3 })
      .map((names) => asBytePath(names.join('/')));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), path, (paths, asked) => {
        const sorted = [...paths].sort();
        const tracked = new TrackedPaths(sorted, []);
        const below = (folder: BytePath): BytePath[] =>
          sorted.filter((one) => one !== folder && isWithin(one, folder));
        expect(tracked.has(asked)).to.equal(paths.includes(asked));
        expect([...tracked.within(asked)]).to.deep.equal(below(asked));
        expect(tracked.hasWithin(asked)).to.equal(below(asked).length > 0);
        expect(tracked.hasWithin(ROOT)).to.equal(paths.length > 0);
      }),
    );
  });
});
