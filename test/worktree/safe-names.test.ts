import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, bytePathFromText, type BytePath } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import { assertSafeTreePath, isSafeLinkName, isSafeName } from '../../src/worktree/safe-names.js';
import { makeRepository, tryGit } from '../helpers/git.js';

const LINK = '120000';
const FILE = '100644';

function writeObject(repository: string, type: string, data: Buffer): string {
  const args = ['hash-object', '-t', type, '-w', '--stdin', '--literally'];
  const run = tryGit(repository, args, data);
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.toString().trim();
}

const BAD_NAME = /: (hasDot|hasDotdot|hasDotgit|emptyName|fullPathname|gitmodulesSymlink): /;

/** The names that `git fsck --strict` calls an error, each in a tree of its own. */
function refusedByGit(names: readonly BytePath[], mode: string): Set<BytePath> {
  const repository = makeRepository();
  const blob = writeObject(repository, 'blob', Buffer.from('x'));
  const nameByTree = new Map<string, BytePath>();
  for (const name of names) {
    const line = Buffer.concat([
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(blob, 'hex'),
    ]);
    nameByTree.set(writeObject(repository, 'tree', line), name);
  }
  const run = tryGit(repository, ['fsck', '--strict', '--no-dangling', '--no-progress']);
  const refused = new Set<BytePath>();
  for (const line of run.stderr.split('\n')) {
    const tree = /^error in tree ([0-9a-f]{40})/.exec(line)?.[1];
    if (tree !== undefined && BAD_NAME.test(line)) refused.add(nameByTree.get(tree)!);
  }
  return refused;
}

const IGNORED = ['\u200c', '\u200f', '\u202a', '\u202e', '\u206a', '\u206f', '\ufeff'].map(
  bytePathFromText,
);
const NEAR = ['\u200b', '\u2010', '\u2029', '\u202f', '\u2069', '\u2070', 'ı', 'İ'].map(
  bytePathFromText,
);
const INVALID = ['\xff', '\x80', '\xc0\x80', '\xe0\x80\x80', '\xed\xa0\x80', '\xef\xbf\xbe'];
const ODD = [
  '\xef\xbf\xbd',
  '\xf0\x80\x80\x80',
  '\xf0\x90\x80\x80',
  '\xf4\x90\x80\x80',
  '\xe2\x80',
];
const TAILS = [' ', '.', ':', '\\', ':stream', '::$INDEX_ALLOCATION', 'x', '~1', '\\x', '\t'];

const TABLE: string[] = [
  ...['.git', '.GIT', '.gIt', 'git', 'git~1', 'GIT~1', 'git~2', 'git~10', 'git~', '.gitt', '.gi'],
  ...[...IGNORED, ...NEAR, ...INVALID, ...ODD, ...TAILS].flatMap((piece) => [
    `.git${piece}`,
    `.git${piece}${piece}`,
    `.git${piece}z`,
    `${piece}.git`,
    `.${piece}git`,
    `.g${piece}it`,
    `git~1${piece}`,
    `git~1${piece}z`,
    `.git ${piece}`,
  ]),
  ...['.', '..', '...', '. ', '.. ', 'a\\.git', 'a\\.git\\b', 'a\\b\\GIT~1 . ', '.git\\', '\\.git'],
  ...['.git ..:x', 'a.git', '.gitmodules', '.gitignore', 'a\\\u00e2', '\\'],
];

const MODULES_TABLE: string[] = [
  ...[
    '.gitmodules',
    '.GITmodules',
    '.gitmodules ',
    '.gitmodules. ',
    '.gitmodules:x',
    'a\\gitmod~1',
  ],
  ...['gitmod~1', 'GITMOD~4', 'gitmod~5', 'gitmod~0', 'gitmod~11', 'gitmod~1 .', 'gitmod~1:x'],
  ...[
    'gi7eba~1',
    'GI7EBA~9',
    'gi7eba~0',
    'gi7eba~10',
    'gi7eb~10',
    'gi7eb~1',
    'gi7e~123',
    'gi7~1234',
  ],
  ...[
    'gi~12345',
    'g~123456',
    '~1234567',
    '~0123456',
    'gi7~1x34',
    'gi7~0123',
    '~1234567.',
    'g~123456z',
  ],
  ...[
    'a\\.gitmodules',
    '.gitmodules\\b',
    '.gitmodulesx',
    '.gitmodule',
    '.gitmodules\xff',
    '\\~1234567',
  ],
  ...[...IGNORED, ...NEAR].flatMap((piece) => [`.git${piece}modules`, `.gitmodules${piece}`]),
  ...['.gitignore', '.gitattributes', '.mailmap', 'gitatt~1', 'gitign~1', 'maba30~1', '.git', 'x'],
];

function agree(names: readonly string[], mode: string, safe: (name: BytePath) => boolean): void {
  const unique = [...new Set(names)].map(asBytePath);
  const refused = refusedByGit(unique, mode);
  const wrong = unique.filter((name) => safe(name) === refused.has(name));
  expect(wrong.map((name) => JSON.stringify(name))).to.deep.equal([]);
  expect(refused.size).to.be.greaterThan(0).and.below(unique.length);
}

function piecesOf(...pieces: string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 })
    .map((p) => p.join(''));
}

describe('worktree/safe-names', () => {
  it('judges a table of spellings of .git as git fsck --strict does', () => {
    agree(TABLE, FILE, isSafeName);
  }).timeout(120_000);

  it('judges links in spellings of .gitmodules as git fsck --strict does', () => {
    agree(MODULES_TABLE, LINK, isSafeLinkName);
  }).timeout(120_000);

  it('judges generated names near .git as git fsck --strict does', () => {
    const git = piecesOf('.git', 'git~1', ...TAILS, ...IGNORED, ...NEAR, ...INVALID, ...ODD, 'GIT');
    agree(fc.sample(git, 150), FILE, isSafeName);
  }).timeout(120_000);

  it('judges generated names of links near .gitmodules as git fsck --strict does', () => {
    const modules = piecesOf('.gitmodules', 'gi7eb', 'gitmod', '~', '1', '23', ' ', '.', ':', '\\');
    agree([...fc.sample(modules, 150), '.gitmodules'], LINK, isSafeLinkName);
  }).timeout(120_000);

  it('lets regular files be named .gitmodules and links .gitignore', () => {
    expect(isSafeName(asBytePath('.gitmodules'))).to.equal(true);
    for (const name of ['.gitignore', '.gitattributes', '.mailmap']) {
      expect(isSafeLinkName(asBytePath(name)), name).to.equal(true);
    }
  });

  it('refuses what is no single component', () => {
    for (const name of ['', '.', '..', 'a/b', '/', 'a\0b', '\0']) {
      expect(isSafeName(asBytePath(name)), JSON.stringify(name)).to.equal(false);
      expect(isSafeLinkName(asBytePath(name)), JSON.stringify(name)).to.equal(false);
    }
  });

  it('judges every component of a path, and its length', () => {
    const assertion = (path: string) => () => assertSafeTreePath(asBytePath(path));
    expect(assertion('a/b.git/c\\d')).not.to.throw();
    for (const path of ['', '/a', 'a/', 'a//b', 'a/../b', './a', 'a/.GIT/config', '.git']) {
      expect(assertion(path), path).to.throw();
    }
    const long = 'a/'.repeat(LIMITS.pathBytes / 2 - 1);
    expect(assertion(`${long}bb`)).not.to.throw();
    expect(assertion(`${long}bbb`)).to.throw();
  });

  it('throws UNSAFE_PATH naming the path', () => {
    expect(() => assertSafeTreePath(asBytePath('\xff/.git')))
      .to.throw()
      .that.includes({ code: 'UNSAFE_PATH' })
      .and.has.nested.property('details.path.base64', '/y8uZ2l0');
  });
});
