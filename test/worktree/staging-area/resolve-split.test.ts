import { expect } from 'chai';
import fc from 'fast-check';
import {
  readStagingArea,
  resolveSplit,
  type StagingArea,
} from '../../../src/worktree/staging-area/read-staging-area.js';
import { stagingDigest } from '../../../src/worktree/staging-area/staging-digest.js';
import { git, makeRepository } from '../../helpers/git.js';
import {
  codeOf,
  EMPTY_BLOB,
  indexInfo,
  keepSplit,
  readIndex,
  saidByGit,
  saidByUs,
  withExtension,
} from './index-files.js';

const OTHER = {
  sha1: '8baef1b4abc478178b004d62031cf7fe6db6f903',
  sha256: '9c1b3c6ad1c5d2cd1a1d8e3a9c4c7a4a4c1b3c6ad1c5d2cd1a1d8e3a9c4c7a4a',
};

type Algorithm = keyof typeof OTHER;

function addAll(root: string, algorithm: Algorithm, numbers: readonly number[]): void {
  indexInfo(
    root,
    numbers.map((number) => `100644 ${EMPTY_BLOB[algorithm]} 0\t${nameOf(number)}`),
  );
}

function nameOf(number: number): string {
  return `f${String(number).padStart(5, '0')}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function unresolved(root: string, algorithm: Algorithm): StagingArea {
  return readStagingArea(readIndex(root), algorithm);
}

function shared(root: string, area: StagingArea): Buffer {
  return readIndex(root, `sharedindex.${area.splitBase}`);
}

function resolved(root: string, algorithm: Algorithm): StagingArea {
  const area = unresolved(root, algorithm);
  return resolveSplit(area, shared(root, area));
}

describe('worktree/staging-area/read-staging-area resolveSplit', () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    for (const version of ['2', '4']) {
      it(`follows any changes, with ${algorithm} in version ${version}`, function () {
        this.timeout(120_000);
        const root = makeRepository(`--object-format=${algorithm}`);
        const span = fc.tuple(fc.nat(420), fc.constantFrom(1, 1, 2, 70, 140));
        const change = fc.tuple(fc.constantFrom('remove', 'replace', 'stages', 'add'), span);
        const check = fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
          git(root, 'update-index', '--no-split-index');
          git(root, 'read-tree', '--empty');
          git(root, 'update-index', '--index-version', version);
          addAll(root, algorithm, range(0, 400));
          keepSplit(root);
          for (const [kind, [from, count]] of changes) {
            const oid = kind === 'add' ? EMPTY_BLOB[algorithm] : OTHER[algorithm];
            const mode = kind === 'remove' ? '0' : '100755';
            const stages = kind === 'stages' ? [1, 3] : [0];
            indexInfo(
              root,
              range(from, from + count).flatMap((number) => {
                const path = kind === 'add' ? `${nameOf(number)}+` : nameOf(number);
                return stages.map((stage) => `${mode} ${oid} ${stage}\t${path}`);
              }),
            );
          }
          const area = unresolved(root, algorithm);
          expect(area.splitBase).to.match(/^[0-9a-f]+$/);
          const whole = resolveSplit(area, shared(root, area));
          expect(whole.splitBase).to.equal(null);
          expect(saidByUs(whole)).to.deep.equal(saidByGit(root));
          git(root, 'update-index', '--no-split-index');
          expect(stagingDigest(whole)).to.equal(stagingDigest(unresolved(root, algorithm)));
        });
        fc.assert(check, { numRuns: Number(process.env['PITON_TEST_RUNS'] ?? 12) });
      });
    }
  }

  it('follows flags, and stages of one path from both files', () => {
    const root = makeRepository();
    addAll(root, 'sha1', range(0, 100));
    indexInfo(root, [`100644 ${OTHER.sha1} 2\tz`]);
    keepSplit(root);
    indexInfo(
      root,
      [1, 3].map((stage) => `100644 ${OTHER.sha1} ${stage}\tz`),
    );
    expect(saidByUs(resolved(root, 'sha1'))).to.deep.equal(saidByGit(root));
    git(root, 'update-index', '--assume-unchanged', nameOf(3));
    git(root, 'update-index', '--skip-worktree', nameOf(99));
    expect(saidByUs(resolved(root, 'sha1'))).to.deep.equal(saidByGit(root));
    const area = unresolved(root, 'sha1');
    expect(area.entries).to.have.length(2);
    expect(area.link?.replacements).to.have.length(2);
  });

  it('leaves an index alone that is not split, or linked to nothing', () => {
    const root = makeRepository();
    addAll(root, 'sha1', [1]);
    const area = unresolved(root, 'sha1');
    expect(resolveSplit(area, Buffer.alloc(0))).to.equal(area);
    const nothing = withExtension(readIndex(root), 'link', Buffer.alloc(20));
    expect(readStagingArea(nothing, 'sha1').splitBase).to.equal(null);
  });

  it('takes a link without bitmaps as no change', () => {
    const root = makeRepository();
    addAll(root, 'sha1', [1, 2]);
    keepSplit(root);
    const { splitBase } = unresolved(root, 'sha1');
    const base = readIndex(root, `sharedindex.${splitBase}`);
    const empty = makeRepository();
    git(empty, 'read-tree', '--empty');
    const link = withExtension(readIndex(empty), 'link', Buffer.from(`${splitBase}`, 'hex'));
    const area = resolveSplit(readStagingArea(link, 'sha1'), base);
    expect(area.entries.map(({ path }) => path)).to.deep.equal([nameOf(1), nameOf(2)]);
  });

  describe('refuses', () => {
    let root: string;
    let bytes: Buffer;
    let base: Buffer;

    before(() => {
      root = makeRepository();
      addAll(root, 'sha1', range(0, 130));
      keepSplit(root);
      indexInfo(root, [`100755 ${OTHER.sha1} 0\t${nameOf(1)}`, `0 ${OTHER.sha1} 0\t${nameOf(2)}`]);
      addAll(root, 'sha1', [200]);
      const area = unresolved(root, 'sha1');
      base = shared(root, area);
      bytes = readIndex(root);
    });

    function codeWith(index: Buffer, sharedBytes = base): string {
      return codeOf(() => resolveSplit(readStagingArea(index, 'sha1'), sharedBytes));
    }

    it('another shared file, a damaged one, and one that is split itself', () => {
      expect(codeWith(bytes)).to.equal('none');
      expect(codeWith(bytes, bytes)).to.equal('STATE_DAMAGED');
      expect(codeWith(bytes, base.subarray(1))).to.equal('STATE_DAMAGED');
      const other = makeRepository();
      addAll(other, 'sha1', range(0, 131));
      expect(codeWith(bytes, readIndex(other))).to.equal('STATE_DAMAGED');
      const own = bytes.toString('hex', bytes.length - 20);
      const link = { bitmaps: Buffer.alloc(0), replacements: [] };
      const area = { ...readStagingArea(bytes, 'sha1'), splitBase: own, link, entries: [] };
      expect(codeOf(() => resolveSplit(area, bytes))).to.equal('STATE_DAMAGED');
    });

    it('a link that is too short, longer than its bitmaps, or cut', () => {
      const short = withExtension(base, 'link', Buffer.alloc(19, 1));
      expect(codeOf(() => readStagingArea(short, 'sha1'))).to.equal('STATE_DAMAGED');
      const area = readStagingArea(bytes, 'sha1');
      const bitmaps = area.link?.bitmaps ?? Buffer.alloc(0);
      const replacements = area.link?.replacements ?? [];
      const others: Buffer[] = [Buffer.concat([bitmaps, Buffer.alloc(1)])];
      for (let length = 1; length < bitmaps.length; length += 1) {
        others.push(bitmaps.subarray(0, length));
      }
      for (const other of others) {
        const link = { bitmaps: other, replacements };
        expect(codeOf(() => resolveSplit({ ...area, link }, base))).to.equal('STATE_DAMAGED');
      }
    });

    it('replacements that are missing, too many, or of deleted entries', () => {
      const area = readStagingArea(bytes, 'sha1');
      const { bitmaps, replacements } = area.link ?? { bitmaps: Buffer.alloc(0), replacements: [] };
      const half = bitmaps.length / 2;
      const twice = Buffer.concat([bitmaps.subarray(half), bitmaps.subarray(half)]);
      for (const link of [
        { bitmaps, replacements: [] },
        { bitmaps, replacements: [...replacements, ...replacements] },
        { bitmaps: twice, replacements },
      ]) {
        expect(codeOf(() => resolveSplit({ ...area, link }, base))).to.equal('STATE_DAMAGED');
      }
    });

    it('an entry that both files have', () => {
      const area = readStagingArea(bytes, 'sha1');
      const twice = readStagingArea(base, 'sha1').entries.slice(5, 6);
      const both = { ...area, entries: twice };
      expect(codeOf(() => resolveSplit(both, base))).to.equal('STATE_DAMAGED');
    });
  });
});
