import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, compareBytes } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import { MODE, type FileEntry, type FileMode } from '../../src/core/types.js';
import { diffEntries } from '../../src/worktree/diff.js';
import { splitLines } from '../../src/worktree/line-diff.js';
import { describeChange, type ReadContents } from '../../src/worktree/patch.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';

interface Content {
  mode: FileMode;
  text: string;
}
type Files = Partial<Record<string, Content>>;

const NULL_OID = '0'.repeat(40);

/** A repository with objects that are made as they are needed. */
class Trees {
  readonly repository = makeRepository();
  readonly #oids = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  blob(text: string): string {
    let oid = this.#oids.get(text);
    if (oid === undefined) {
      const data = Buffer.from(text, 'latin1');
      const run = tryGit(this.repository, ['hash-object', '-w', '--stdin'], data);
      oid = run.stdout.toString().trim();
      this.#oids.set(text, oid);
      this.#texts.set(oid, text);
    }
    return oid;
  }

  entries(files: Files): FileEntry[] {
    return Object.entries(files)
      .map(([path, { mode, text } = { mode: MODE.file, text: '' }]) => {
        return { path: asBytePath(path), mode, oid: this.blob(text) };
      })
      .sort((left, right) => compareBytes(left.path, right.path));
  }

  tree(entries: readonly FileEntry[]): string {
    git(this.repository, 'read-tree', '--empty');
    const lines = entries.map(({ path, mode, oid }) => `${mode.toString(8)} ${oid}\t${path}\0`);
    const input = Buffer.from(lines.join(''), 'latin1');
    const run = tryGit(this.repository, ['update-index', '-z', '--index-info'], input);
    if (run.status !== 0) throw new Error(run.stderr);
    return git(this.repository, 'write-tree');
  }

  readonly read: ReadContents = async ({ oid }) => {
    return Promise.resolve(Buffer.from(this.#texts.get(oid)!, 'latin1'));
  };

  /** Applies a patch to a tree; the tree that comes out. */
  apply(tree: string, patch: Buffer): string {
    git(this.repository, 'read-tree', tree);
    if (patch.length > 0) {
      const run = tryGit(this.repository, ['apply', '--cached', '--whitespace=nowarn'], patch);
      if (run.status !== 0) throw new Error(`${run.stderr}\n${patch.toString('latin1')}`);
    }
    return git(this.repository, 'write-tree');
  }

  diff(before: string, after: string, ...options: string[]): Buffer {
    const fixed = ['diff', '--no-color', '--no-ext-diff', '--no-renames', '--minimal'];
    return tryGit(this.repository, [...fixed, ...options, before, after]).stdout;
  }
}

async function described(trees: Trees, before: FileEntry[], after: FileEntry[]) {
  const changes = diffEntries(before, after);
  return Promise.all(changes.map((change) => describeChange(change, trees.read)));
}

/** What stands before the hunks of each section. */
function headersOf(patch: Buffer): string[] {
  return patch
    .toString('latin1')
    .split(/^(?=diff --git )/m)
    .map((section) => section.split(/^@@ /m)[0]!);
}

function countsByPath(numstat: Buffer): Map<string, { insertions: string; deletions: string }> {
  const counts = new Map<string, { insertions: string; deletions: string }>();
  for (const line of numstat.toString('latin1').split(/\0/).slice(0, -1)) {
    const [insertions, deletions, ...path] = line.split('\t');
    counts.set(path.join('\t'), { insertions: insertions!, deletions: deletions! });
  }
  return counts;
}

async function expectAsGit(trees: Trees, oldFiles: Files, newFiles: Files): Promise<void> {
  const [before, after] = [trees.entries(oldFiles), trees.entries(newFiles)];
  const [oldTree, newTree] = [trees.tree(before), trees.tree(after)];
  const all = await described(trees, before, after);
  const patch = Buffer.concat(all.map((one) => one.patch()));
  expect(headersOf(patch)).to.deep.equal(headersOf(trees.diff(oldTree, newTree, '--full-index')));
  const counts = countsByPath(trees.diff(oldTree, newTree, '--numstat', '-z'));
  for (const { stat } of all) {
    const theirs = counts.get(stat.path);
    expect(stat.binary, stat.path).to.equal(theirs?.insertions === '-');
    if (stat.binary) {
      expect(stat).to.include({ insertions: 0, deletions: 0 });
    } else if (stat.status === 'type') {
      // Git counts the lines of a change of type as if it were one text, unlike its own patch.
      const [left, right] = [oldFiles[stat.path]!, newFiles[stat.path]!];
      expect(stat.insertions, stat.path).to.equal(splitLines(right.text).length);
      expect(stat.deletions, stat.path).to.equal(splitLines(left.text).length);
    } else {
      // Now and then git does not find the smallest difference, not even when asked to.
      const [insertions, deletions] = [Number(theirs?.insertions), Number(theirs?.deletions)];
      expect(stat.insertions - stat.deletions, stat.path).to.equal(insertions - deletions);
      expect(stat.insertions, stat.path).to.be.at.most(insertions);
    }
  }
  if (!all.some(({ stat }) => stat.binary)) expect(trees.apply(oldTree, patch)).to.equal(newTree);
}

const line = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    '',
    '}',
    'diff --git a/x b/x',
    '-- ',
    '@@ -1 +1 @@',
    '\r',
    '\xff\xfe',
  ),
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)) }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + (lines.length > 0 ? end : ''));
const content = fc.record({
  mode: fc.constantFrom(MODE.file, MODE.file, MODE.executable, MODE.link),
  text,
});
const PATHS = [
  ...['x', 'dir/x', 'a b', 'tab\tbed', 'new\nline', '"quoted"', 'back\\slash', ' lead', 'trail '],
  ...[
    '\xc3\xa9',
    '\xff',
    '\x01\x07\x08\x0b\x0c\r\x1b\x7f',
    "it's",
    'a\x80 b',
    'b',
    'a b~',
    '\x7f',
    '-x',
    '\xa0',
  ],
];
/** Pairs of contents that are often nearly the same, as edits are. */
const sides = fc.oneof(
  fc.tuple(fc.option(content), fc.option(content)),
  fc
    .tuple(content, content, fc.nat({ max: 20 }), fc.nat({ max: 5 }))
    .map(([one, other, at, count]): [Content, Content] => {
      const lines = one.text.split('\n');
      lines.splice(at, count, ...other.text.split('\n').slice(0, 3));
      return [one, { mode: other.mode, text: lines.join('\n') }];
    }),
);

describe('worktree/patch', () => {
  const trees = new Trees();

  it('writes patches that git applies, with the headers and counts of git diff', async () => {
    const model = fc.dictionary(fc.constantFrom(...PATHS), sides, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(model, async (files) => {
        const [before, after]: [Files, Files] = [{}, {}];
        for (const [path, [left, right]] of Object.entries(files)) {
          if (left) before[path] = left;
          if (right) after[path] = right;
        }
        await expectAsGit(trees, before, after);
      }),
      { numRuns: 60 },
    );
  }).timeout(120_000);

  it('joins and separates hunks as git does', async () => {
    const numbers = Array.from({ length: 60 }, (_, n) => `${n}\n`);
    for (const gap of [5, 6, 7, 8]) {
      const changed = numbers.map((one, n) => (n === 20 || n === 21 + gap ? `new ${one}` : one));
      const before = trees.entries({ f: { mode: MODE.file, text: numbers.join('') } });
      const after = trees.entries({ f: { mode: MODE.file, text: changed.join('') } });
      const [one] = await described(trees, before, after);
      const theirs = trees.diff(trees.tree(before), trees.tree(after), '--full-index');
      const named = theirs.toString().replace(/^(@@ .* @@).*/gm, '$1');
      expect(one!.patch().toString()).to.equal(named);
    }
  });

  it('names every path as git does', async () => {
    const files = Object.fromEntries(PATHS.map((path) => [path, { mode: MODE.file, text: 'x\n' }]));
    await expectAsGit(trees, {}, files);
    await expectAsGit(trees, files, {});
  });

  it('says that binary files differ, judging by the first 8000 bytes', async () => {
    const file = (text: string): Files => ({ 'a b': { mode: MODE.file, text } });
    await expectAsGit(trees, file('x\0'), file('y'));
    await expectAsGit(trees, file('x'), file('x\0'));
    await expectAsGit(trees, {}, file('\0'));
    await expectAsGit(trees, file('\0'), {});
    await expectAsGit(trees, file('a'.repeat(7_999)), file(`${'b'.repeat(7_999)}\0`));
    await expectAsGit(trees, file('a'.repeat(8_000)), file(`${'b'.repeat(8_000)}\0`));
  });

  it('takes what is too large, read or not, for binary', async () => {
    const entry = (oid: string): FileEntry => ({ path: asBytePath('f'), mode: MODE.file, oid });
    const change = { ...diffEntries([entry('1')], [entry('2')])[0]! };
    const large = Buffer.alloc(LIMITS.diffFileBytes + 1, 'x\n');
    const answers: (Buffer | null)[] = [large, null, large.subarray(1)];
    for (const [n, answer] of answers.entries()) {
      const { stat, patch } = await describeChange(change, async ({ oid }) => {
        return Promise.resolve(oid === '1' ? answer : Buffer.from('x\n'));
      });
      expect(stat).to.deep.include({ binary: n < 2, insertions: n < 2 ? 0 : 1 });
      expect(patch().includes('Binary files a/f and b/f differ\n')).to.equal(n < 2);
    }
  }).timeout(120_000);

  it('shows nothing for folders and does not read them', async () => {
    const folder: FileEntry = { path: asBytePath('d'), mode: MODE.directory, oid: NULL_OID };
    const file = trees.entries({ d: { mode: MODE.link, text: 'to' } });
    const [added] = await described(trees, [], [folder]);
    expect(added!.patch().length).to.equal(0);
    expect(added!.stat).to.deep.equal({
      ...{ path: 'd', status: 'added', insertions: 0, deletions: 0, binary: false },
    });
    const [filled] = await described(trees, [folder], file);
    expect(filled!.stat).to.include({ status: 'type', insertions: 1, deletions: 0 });
    expect(filled!.patch().toString()).to.match(/^diff --git a\/d b\/d\nnew file mode 120000\n/);
    const [emptied] = await described(trees, file, [folder]);
    expect(emptied!.patch().toString()).to.match(/^diff --git a\/d b\/d\ndeleted file mode 120000/);
  });

  it('does not read a file of which only the mode changed', async () => {
    const entry = (mode: FileMode): FileEntry => ({ path: asBytePath('f'), mode, oid: NULL_OID });
    const [change] = diffEntries([entry(MODE.file)], [entry(MODE.executable)]);
    const { patch } = await describeChange(change!, async () => Promise.reject(new Error('read')));
    expect(patch().toString()).to.equal('diff --git a/f b/f\nold mode 100644\nnew mode 100755\n');
  });
});
