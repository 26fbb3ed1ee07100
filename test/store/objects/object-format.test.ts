import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, bytesOf } from '../../../src/core/byte-path.js';
import { MODE, type HashAlgorithm, type TreeEntry } from '../../../src/core/types.js';
import { isDamage } from '../../../src/store/objects/damage.js';
import {
  decodeCommit,
  decodeTree,
  emptyBlobId,
  emptyTreeId,
  encodeCommit,
  encodeTree,
  hashObject,
} from '../../../src/store/objects/object-format.js';
import { pitonError, thrownBy } from '../../disk/thrown.js';
import { git, tryGit } from '../../helpers/git.js';
import { ALGORITHMS, gitBlob, gitContents, repositoryOf } from './samples.js';

const ID = { sha1: 'a1'.repeat(20), sha256: 'b2'.repeat(32) };

function entry(mode: TreeEntry['mode'], name: string, oid = ID.sha1): TreeEntry {
  return { mode, name: asBytePath(name), oid };
}

/** Names as bytes, often ones that sort differently as a file and as a folder. */
const NAME = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '0', '~'), minLength: 1, maxLength: 3 }),
  fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 8,
  }),
);

function trees(algorithm: HashAlgorithm): fc.Arbitrary<TreeEntry[]> {
  const isName = (name: string): boolean => !name.includes('/') && !['.', '..'].includes(name);
  const line = fc.record({
    mode: fc.constantFrom(...Object.values(MODE)),
    name: NAME.filter(isName).map(asBytePath),
    oid: fc.constant(ID[algorithm]),
  });
  return fc.uniqueArray(line, { selector: ({ name }) => name, maxLength: 12 });
}

/** A tree as bytes, without the checks of `encodeTree`. */
function rawTree(...lines: [string, string][]): Buffer {
  const id = Buffer.from(ID.sha1, 'hex');
  return Buffer.concat(
    lines.flatMap(([mode, name]) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), id]),
  );
}

function expectDamage(action: () => unknown): void {
  const error = thrownBy(action);
  if (!isDamage(error)) throw error;
}

describe('object ids', () => {
  for (const algorithm of ALGORITHMS) {
    it(`are those of git (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      const data = Buffer.from([0, 255, 10, 13, 128]);
      expect(hashObject(algorithm, 'blob', data)).to.equal(gitBlob(repository, data));
      expect(emptyBlobId(algorithm)).to.equal(gitBlob(repository, ''));
      const empty = tryGit(repository, ['mktree'], '').stdout.toString().trim();
      expect(emptyTreeId(algorithm)).to.equal(empty);
    });
  }
});

describe('trees', () => {
  for (const algorithm of ALGORITHMS) {
    it(`are written as git does (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      const mktree = (entries: TreeEntry[]): string => {
        const type = (mode: number): string =>
          mode === MODE.directory ? 'tree' : mode === MODE.gitlink ? 'commit' : 'blob';
        const lines = entries.map(({ mode, name, oid }) =>
          Buffer.concat([
            Buffer.from(`${mode.toString(8).padStart(6, '0')} ${type(mode)} ${oid}\t`),
            bytesOf(name),
            Buffer.from([0]),
          ]),
        );
        const run = tryGit(repository, ['mktree', '-z', '--missing'], Buffer.concat(lines));
        if (run.status !== 0) throw new Error(run.stderr);
        return run.stdout.toString().trim();
      };
      const check = fc.property(trees(algorithm), (entries) => {
        expect(hashObject(algorithm, 'tree', encodeTree(entries))).to.equal(mktree(entries));
      });
      fc.assert(check, { numRuns: 40 });
    });

    it(`come back as they were (${algorithm})`, () => {
      const check = fc.property(trees(algorithm), (entries) => {
        const decoded = decodeTree(encodeTree(entries), algorithm);
        const byName = (list: TreeEntry[]): TreeEntry[] =>
          list.slice().sort((left, right) => (left.name < right.name ? -1 : 1));
        expect(byName(decoded)).to.deep.equal(byName(entries));
      });
      fc.assert(check);
    });
  }

  it('are damaged when cut short anywhere but between entries', () => {
    const data = encodeTree([entry(MODE.file, 'a'), entry(MODE.directory, 'b')]);
    for (let length = 1; length < data.length; length++) {
      const cut = data.subarray(0, length);
      if (length === 29) expect(decodeTree(cut, 'sha1')).to.have.length(1);
      else expectDamage(() => decodeTree(cut, 'sha1'));
    }
  });

  it("have modes by file type and the owner's x bit", () => {
    const modes = ['100664', '100755', '100711', '100610', '120777', '040000', '160000', '40755'];
    const lines = modes.map((mode, index): [string, string] => [mode, `f${index}`]);
    expect(decodeTree(rawTree(...lines), 'sha1').map(({ mode }) => mode)).to.deep.equal([
      MODE.file,
      MODE.executable,
      MODE.executable,
      MODE.file,
      MODE.link,
      MODE.directory,
      MODE.gitlink,
      MODE.directory,
    ]);
  });

  it('are damaged when a mode is unknown', () => {
    for (const mode of ['', '644', '10064x', '010644', '060000', '777777', '10000000100644']) {
      expectDamage(() => decodeTree(rawTree([mode, 'a']), 'sha1'));
    }
  });

  it('are damaged when a name is not one component', () => {
    for (const name of ['', 'a/b', '/']) {
      expectDamage(() => decodeTree(rawTree(['100644', name]), 'sha1'));
    }
  });

  it('are damaged when not sorted or when a name is repeated', () => {
    expectDamage(() => decodeTree(rawTree(['100644', 'b'], ['100644', 'a']), 'sha1'));
    expectDamage(() => decodeTree(rawTree(['100644', 'a'], ['100644', 'a']), 'sha1'));
    expectDamage(() => decodeTree(rawTree(['40000', 'a'], ['100644', 'a.b']), 'sha1'));
    const apart = rawTree(['100644', 'a'], ['100644', 'a.b'], ['40000', 'a']);
    expectDamage(() => decodeTree(apart, 'sha1'));
  });

  it('are not written with names that git could not hold', () => {
    const lists = [
      [entry(MODE.file, '')],
      [entry(MODE.file, 'a/b')],
      [entry(MODE.file, 'a\0b')],
      [entry(MODE.file, 'a'), entry(MODE.directory, 'a')],
    ];
    for (const list of lists) {
      expect(pitonError(thrownBy(() => encodeTree(list))).code).to.equal('INTERNAL');
    }
  });
});

describe('commits', () => {
  const author = { name: 'piton', email: 'piton@localhost', seconds: 1_700_000_000 };

  for (const algorithm of ALGORITHMS) {
    it(`are written as git does (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      const tree = tryGit(repository, ['mktree'], '').stdout.toString().trim();
      const env = {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: `${author.seconds} +0000`,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: author.email,
        GIT_COMMITTER_DATE: `${author.seconds} +0000`,
      };
      const message = 'Grüße\n\nKey: value\n';
      const parents: string[] = [];
      for (let count = 0; count < 3; count++) {
        const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
        const expected = tryGit(repository, args, message, env).stdout.toString().trim();
        const data = encodeCommit({ tree, parents, author, message });
        expect(hashObject(algorithm, 'commit', data)).to.equal(expected);
        expect(decodeCommit(data)).to.deep.equal({
          tree,
          parents,
          committerSeconds: author.seconds,
          message,
        });
        parents.push(expected);
      }
    });
  }

  it('are read with headers that piton does not use', () => {
    const data = [
      `tree ${ID.sha1}`,
      `parent ${ID.sha1}`,
      'author A <a@b> 5 +0100',
      'committer C <c@d> 1234567890 -0730',
      'encoding ISO-8859-1',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' ',
      ' tree of life',
      ' committer X <x@y> 9 +0000',
      ' -----END PGP SIGNATURE-----',
      'oddity',
      '',
      'subject',
      '',
      'tree in the message',
    ].join('\n');
    expect(decodeCommit(Buffer.from(data))).to.deep.equal({
      tree: ID.sha1,
      parents: [ID.sha1],
      committerSeconds: 1_234_567_890,
      message: 'subject\n\ntree in the message',
    });
  });

  it('may lack a message or a readable time', () => {
    const head = `tree ${ID.sha256}\nauthor A <a@b> x\ncommitter C <c@d> never`;
    const expected = { tree: ID.sha256, parents: [], committerSeconds: 0, message: '' };
    expect(decodeCommit(Buffer.from(head))).to.deep.equal(expected);
    expect(decodeCommit(Buffer.from(`${head}\n\n`))).to.deep.equal(expected);
  });

  it('are damaged without a tree, without a committer, or with a malformed id', () => {
    const committer = 'committer C <c@d> 1 +0000';
    const texts = [
      '',
      committer,
      `tree ${ID.sha1}`,
      `tree ${ID.sha1.slice(1)}\n${committer}`,
      `tree ${ID.sha1}\nparent ../../x\n${committer}`,
      `tree ${ID.sha1.toUpperCase()}\n${committer}`,
    ];
    for (const text of texts) expectDamage(() => decodeCommit(Buffer.from(`${text}\n\n`)));
  });

  it('of git are read', () => {
    const repository = repositoryOf('sha1');
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'first');
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'second');
    const commit = decodeCommit(gitContents(repository, 'HEAD'));
    expect(commit.parents).to.deep.equal([git(repository, 'rev-parse', 'HEAD^')]);
    expect(commit.message).to.equal('second\n');
    expect(String(commit.committerSeconds)).to.equal(git(repository, 'log', '-1', '--format=%ct'));
  });
});
