import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { asBytePath } from '../../../src/core/byte-path.js';
import { readStagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import { stagingDigest } from '../../../src/worktree/staging-area/staging-digest.js';
import { git, makeRepository } from '../../helpers/git.js';
import { EMPTY_BLOB, indexInfo, readIndex } from './index-files.js';
import { resolveConflict } from './resolved-conflict.js';

function digestOf(root: string): string {
  return stagingDigest(readStagingArea(readIndex(root), 'sha1'));
}

describe('worktree/staging-area/staging-digest', () => {
  let root: string;

  beforeEach(() => {
    root = makeRepository();
    for (const name of ['a', 'b']) writeFileSync(join(root, name), '');
    git(root, 'add', '-A');
  });

  it('stays when git refreshes stat data or writes another version', () => {
    const digest = digestOf(root);
    const bytes = readIndex(root);
    utimesSync(join(root, 'a'), 1_000, 1_000);
    git(root, 'status');
    expect(readIndex(root).equals(bytes)).to.equal(false);
    expect(digestOf(root)).to.equal(digest);
    git(root, 'update-index', '--index-version', '4');
    expect(digestOf(root)).to.equal(digest);
  });

  it('changes with path, mode, id, stage and each flag', () => {
    const changes: [string, () => void][] = [
      ['nothing', () => undefined],
      ['path', () => indexInfo(root, [`100644 ${EMPTY_BLOB.sha1} 0\tc`])],
      ['mode', () => indexInfo(root, [`100755 ${EMPTY_BLOB.sha1} 0\tc`])],
      ['id', () => indexInfo(root, [`100755 ${'1'.repeat(40)} 0\tc`])],
      ['stage', () => indexInfo(root, [`0 ${'1'.repeat(40)}\tc`, `100755 ${'1'.repeat(40)} 2\tc`])],
      ['assume-valid', () => git(root, 'update-index', '--assume-unchanged', 'a')],
      ['skip-worktree', () => git(root, 'update-index', '--skip-worktree', 'b')],
      [
        'intent-to-add',
        () => {
          writeFileSync(join(root, 'd'), '');
          git(root, 'add', '-N', 'd');
        },
      ],
      ['no longer so', () => git(root, 'add', 'd')],
    ];
    const digests = changes.map(([, change]) => {
      change();
      return digestOf(root);
    });
    expect(new Set(digests).size).to.equal(changes.length);
  });

  it('changes with what resolved conflicts were made of', () => {
    const other = makeRepository();
    resolveConflict(other, ['a', 'b']);
    const area = readStagingArea(readIndex(other), 'sha1');
    const [first, ...rest] = area.resolved;
    if (first === undefined) throw new Error('there is no resolved conflict');
    const changed = [{ path: asBytePath('c') }, { mode: 0o100755 }, { oid: 'f' }, { stage: 2 }];
    const variants = [[], rest, ...changed.map((change) => [{ ...first, ...change }, ...rest])];
    const digests = variants.map((resolved) => stagingDigest({ ...area, resolved }));
    expect(new Set([...digests, stagingDigest(area)]).size).to.equal(7);
  });

  it('covers every one of many entries', () => {
    const area = readStagingArea(readIndex(root), 'sha1');
    const many = Array.from({ length: 1_250 }, () => area.entries).flat();
    const digests = [-1, 0, 998, 999, 1_000, 1_999, 2_000, 2_499].map((changed) => {
      const entries = many.map((one, at) => (at === changed ? { ...one, mode: 0o100755 } : one));
      return stagingDigest({ ...area, entries });
    });
    expect(new Set(digests).size).to.equal(8);
  });
});
