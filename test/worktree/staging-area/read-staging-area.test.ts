import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { readStagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import {
  changed,
  codeOf,
  EMPTY_BLOB,
  indexInfo,
  readIndex,
  saidByGit,
  saidByUs,
  withExtension,
} from './index-files.js';

const BLOB = EMPTY_BLOB.sha1;
const FIRST = 12;

function write(root: string, path: string, text = ''): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function entriesOf(root: string) {
  return readStagingArea(readIndex(root), 'sha1').entries;
}

/** A conflict of each kind: both changed, added by both, deleted by one side. */
function makeConflict(): string {
  const root = makeRepository();
  const commit = (text: string): void => {
    write(root, 'both', text);
    write(root, 'dir/same', 'same');
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', text);
  };
  write(root, 'gone', 'gone');
  commit('base');
  git(root, 'checkout', '-q', '-b', 'other');
  write(root, 'gone', 'changed');
  write(root, 'added', 'theirs');
  commit('theirs');
  git(root, 'checkout', '-q', 'main');
  git(root, 'rm', '-q', 'gone');
  write(root, 'added', 'ours');
  commit('ours');
  expect(tryGit(root, ['merge', 'other']).status).to.equal(1);
  return root;
}

describe('worktree/staging-area/read-staging-area', () => {
  it('reads an empty one, and one with files, links, gitlinks and extensions', () => {
    const root = makeRepository();
    git(root, 'read-tree', '--empty');
    expect(entriesOf(root)).to.deep.equal([]);
    write(root, 'a b/c', 'text');
    git(root, 'add', '-A');
    indexInfo(root, [`120000 ${BLOB} 0\tlink`, `100755 ${BLOB} 0\texe`]);
    indexInfo(root, [`160000 ${'1'.repeat(40)} 0\tsub`]);
    git(root, 'write-tree', '--missing-ok');
    expect(readIndex(root).includes('TREE')).to.equal(true);
    expect(saidByUs(readStagingArea(readIndex(root), 'sha1'))).to.deep.equal(saidByGit(root));
    expect(entriesOf(root)).to.have.length(4);
  });

  for (const algorithm of ['sha1', 'sha256'] as const) {
    it(`agrees with git about any entries, in versions 2 to 4, with ${algorithm}`, function () {
      this.timeout(120_000);
      const root = makeRepository(`--object-format=${algorithm}`);
      const name = fc
        .stringMatching(/^[a-c\-.\xe9\xff\n ]{1,4}$/)
        .filter((one) => !/^\.+$/.test(one));
      const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
      const long = fc.constantFrom(0, 0, 0, 1, 7, 8, 200, 4000);
      const entry = fc.record({
        path: fc.tuple(path, long).map(([text, more]) => text + 'x'.repeat(more)),
        mode: fc.constantFrom('100644', '100755', '120000', '160000'),
        stages: fc.constantFrom([0], [0], [0], [1, 2, 3], [2, 3], [1, 3]),
        flag: fc.constantFrom('', '', '--assume-unchanged', '--skip-worktree'),
      });
      const runs = fc.record({
        entries: fc.array(entry, { maxLength: 30 }),
        version: fc.constantFrom('2', '3', '4'),
      });
      const check = fc.property(runs, ({ entries, version }) => {
        git(root, 'read-tree', '--empty');
        const oid = EMPTY_BLOB[algorithm];
        const lines = entries.flatMap(({ path: at, mode, stages }) => {
          return stages.map((stage) => `${mode} ${oid} ${stage}\t${at}`);
        });
        indexInfo(root, lines);
        for (const flag of ['--assume-unchanged', '--skip-worktree']) {
          const known = new Set(saidByGit(root).map((line) => line.replace(/^.* 0\t/s, '')));
          const flagged = entries.filter((one) => one.flag === flag && known.has(one.path));
          const input = flagged.map((one) => `${one.path}\0`).join('');
          const run = tryGit(
            root,
            ['update-index', flag, '-z', '--stdin'],
            Buffer.from(input, 'latin1'),
          );
          expect(run.stderr).to.equal('');
        }
        git(root, 'update-index', '--force-write-index', '--index-version', version);
        const area = readStagingArea(readIndex(root), algorithm);
        expect(saidByUs(area)).to.deep.equal(saidByGit(root));
      });
      fc.assert(check, { numRuns: Number(process.env['PITON_TEST_RUNS'] ?? 40) });
    });
  }

  it('reads the stages of a failed merge', () => {
    const root = makeConflict();
    const area = readStagingArea(readIndex(root), 'sha1');
    expect(saidByUs(area)).to.deep.equal(saidByGit(root));
    const stages = area.entries.map(({ path, stage }) => `${path} ${stage}`);
    expect(stages).to.deep.equal([
      'added 2',
      'added 3',
      'both 1',
      'both 2',
      'both 3',
      'dir/same 0',
      'gone 1',
      'gone 3',
    ]);
  });

  it('tells intent-to-add, skip-worktree and assume-valid apart', () => {
    const root = makeRepository();
    for (const name of ['a', 'b', 'c', 'd']) write(root, name, name);
    git(root, 'add', 'b', 'c', 'd');
    git(root, 'add', '--intent-to-add', 'a');
    git(root, 'update-index', '--skip-worktree', 'b');
    git(root, 'update-index', '--assume-unchanged', 'c');
    const flags = entriesOf(root).map(({ intentToAdd, skipWorktree, assumeValid }) => {
      return [intentToAdd, skipWorktree, assumeValid].map(Number).join('');
    });
    expect(flags).to.deep.equal(['100', '010', '001', '000']);
  });

  it('knows the folders of a sparse index', () => {
    const root = makeRepository();
    for (const path of ['in/a', 'out/b', 'out/deep/c', 'out-too/d', 'top']) write(root, path);
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'all');
    git(root, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    const area = readStagingArea(readIndex(root), 'sha1');
    expect(area.sparseDirectories).to.deep.equal(['out-too', 'out']);
    expect(saidByUs(area)).to.deep.equal(saidByGit(root));
    expect(area.entries).to.have.length(4);
  });

  it('passes over extensions that are optional, and refuses the others', () => {
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 0\ta`]);
    const bytes = readIndex(root);
    const read = (signature: string): string =>
      codeOf(() => readStagingArea(withExtension(bytes, signature, Buffer.alloc(9)), 'sha1'));
    expect(['ZZZZ', 'Zzzz', 'sdir', 'zzzz', '1ZZZ', '\0\0\0\0'].map(read)).to.deep.equal([
      'none',
      'none',
      'none',
      ...Array<string>(3).fill('UNSUPPORTED_REPOSITORY'),
    ]);
  });

  it('refuses versions and entry forms it does not know', () => {
    const root = makeRepository();
    write(root, 'a');
    git(root, 'add', '--intent-to-add', 'a');
    const bytes = readIndex(root);
    expect(bytes.readUInt32BE(4)).to.equal(3);
    for (const version of [0, 1, 5, 2 ** 31]) {
      const other = changed(bytes, (copy) => copy.writeUInt32BE(version, 4));
      expect(codeOf(() => readStagingArea(other, 'sha1'))).to.equal('UNSUPPORTED_REPOSITORY');
    }
    const form = changed(bytes, (copy) => copy.writeUInt16BE(0x2001, FIRST + 62));
    expect(codeOf(() => readStagingArea(form, 'sha1'))).to.equal('UNSUPPORTED_REPOSITORY');
  });

  it('accepts a file without a checksum, as index.skipHash writes it', () => {
    const root = makeRepository();
    indexInfo(root, [`100644 ${BLOB} 0\ta`]);
    const bytes = changed(readIndex(root), () => undefined);
    expect(readStagingArea(bytes, 'sha1').entries).to.have.length(1);
  });

  it('finds every flipped bit and every cut, and says which file it is', () => {
    const root = makeConflict();
    const bytes = readIndex(root);
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(
        codeOf(() => readStagingArea(flipped, 'sha1')),
        `bit ${bit}`,
      ).to.equal('STATE_DAMAGED');
    }
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length);
      expect(
        codeOf(() => readStagingArea(cut, 'sha1')),
        `${length}`,
      ).to.equal('STATE_DAMAGED');
    }
    expect(() => readStagingArea(bytes.subarray(9), 'sha1', 'other'))
      .to.throw(/other is damaged/)
      .with.deep.property('details', { path: 'other' });
  });

  it('fails only as promised on bytes that no checksum protects', () => {
    for (const version of ['2', '4']) {
      const root = makeConflict();
      git(root, 'update-index', '--index-version', version);
      const bytes = changed(readIndex(root), () => undefined);
      const check = fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 21), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const other = Buffer.from(bytes);
          for (const [at, byte] of changes) other[at] = byte;
          codeOf(() => readStagingArea(other, 'sha1'));
        },
      );
      fc.assert(check, { numRuns: 2_000 });
    }
  });
});
