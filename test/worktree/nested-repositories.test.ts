import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { NestedRepositories } from '../../src/worktree/nested-repositories.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody, bytePath } from './scanning.js';

function nestedIn(root: string, ...folders: string[]): NestedRepositories {
  const nested = new NestedRepositories(bytePathFromText(root), 'sha1');
  for (const folder of folders) nested.add(bytePathFromText(folder));
  return nested;
}

function headOf(root: string, folder = 'sub') {
  return nestedIn(root, folder).heads()[0]?.head;
}

/** A repository in `sub` with one commit. */
function withSub(): { root: string; sub: string; commit: string } {
  const root = tempDirectory();
  const sub = join(root, 'sub');
  mkdirSync(sub);
  git(sub, 'init', '-q', '-b', 'main');
  git(sub, 'commit', '-q', '--allow-empty', '-m', 'x');
  return { root, sub, commit: git(sub, 'rev-parse', 'HEAD') };
}

const NONE = { ref: null, commit: null };

describe('worktree: nested repositories, where they stand', () => {
  it('is their HEAD, however git keeps it', () => {
    const { root, sub, commit } = withSub();
    const onMain = { ref: 'refs/heads/main', commit };
    expect(headOf(root)).to.deep.equal(onMain);
    git(sub, 'pack-refs', '--all');
    expect(headOf(root)).to.deep.equal(onMain);
    git(sub, 'branch', 'x/main', 'HEAD');
    git(sub, 'pack-refs', '--all');
    expect(headOf(root)).to.deep.equal(onMain);
    git(sub, 'checkout', '-q', '--detach');
    expect(headOf(root)).to.deep.equal({ ref: null, commit });
    git(sub, 'checkout', '-q', '--orphan', 'new');
    expect(headOf(root)).to.deep.equal({ ref: 'refs/heads/new', commit: null });
  });

  it("is a submodule's, whose .git is a file", () => {
    const source = makeRepository();
    git(source, 'commit', '-q', '--allow-empty', '-m', 'x');
    const root = makeRepository();
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'sub');
    const commit = git(source, 'rev-parse', 'HEAD');
    expect(headOf(root)).to.deep.equal({ ref: 'refs/heads/main', commit });
    git(root, 'submodule', 'absorbgitdirs');
    expect(headOf(root)).to.deep.equal({ ref: 'refs/heads/main', commit });
  });

  it("is a linked worktree's own, its branch in the common git dir", () => {
    const main = makeRepository();
    git(main, 'commit', '-q', '--allow-empty', '-m', 'x');
    git(main, 'worktree', 'add', '-q', '-b', 'other', 'sub');
    const commit = git(main, 'rev-parse', 'HEAD');
    expect(headOf(main)).to.deep.equal({ ref: 'refs/heads/other', commit });
    git(main, 'pack-refs', '--all');
    expect(headOf(main)).to.deep.equal({ ref: 'refs/heads/other', commit });
  });

  it('is nothing where the .git is no repository, or a trap', () => {
    const root = tempDirectory();
    const secret = join(root, 'secret');
    writeFileSync(secret, `${'a'.repeat(40)}\n`);
    const make: Record<string, (path: string) => void> = {
      empty: (path) => mkdirSync(path),
      text: (path) => writeFileSync(path, 'nothing to see'),
      dangling: (path) => writeFileSync(path, 'gitdir: ../nowhere\n'),
      link: (path) => symlinkSync(secret, path),
      fifo: (path) => void spawnSync('mkfifo', [path]),
      large: (path) => writeFileSync(path, 'x'.repeat(100_000)),
      headLink: (path) => {
        mkdirSync(path);
        symlinkSync(secret, join(path, 'HEAD'));
      },
      headFifo: (path) => {
        mkdirSync(path);
        spawnSync('mkfifo', [join(path, 'HEAD')]);
      },
      outside: (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'HEAD'), 'ref: refs/heads/../../../secret\n');
      },
    };
    for (const [name, action] of Object.entries(make)) {
      mkdirSync(join(root, name));
      action(join(root, name, '.git'));
      expect(headOf(root, name), name).to.deep.equal(NONE);
      const nested = nestedIn(root, name);
      expect(nested.has(bytePath(`${name}/x`)), name).to.equal(false);
    }
    expect(headOf(root, 'gone')).to.deep.equal(NONE);
  });

  it('is not known where a folder has no name in UTF-8', () => {
    const root = tempDirectory();
    const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
    mkdirSync(Buffer.concat([folder, Buffer.from('/.git')]), { recursive: true });
    const nested = new NestedRepositories(bytePathFromText(root), 'sha1');
    nested.add(bytePath('\xff'));
    expect(nested.heads()).to.deep.equal([{ path: '\xff', head: NONE }]);
    expect(nested.has(bytePath('\xff/a'))).to.equal(false);
  });

  it('is not known where it may not be read', async () => {
    const { root, sub } = withSub();
    chmodSync(root, 0o755);
    writeFileSync(join(sub, 'f'), '');
    git(sub, 'add', 'f');
    const asked = bytePath('sub/f');
    const seen = () =>
      asNobody(async () => {
        const nested = nestedIn(root, 'sub');
        return [nested.heads()[0]?.head.ref ?? null, nested.has(asked)];
      });
    expect(await seen()).to.deep.equal(['refs/heads/main', true]);
    chmodSync(join(sub, '.git/HEAD'), 0o600);
    expect(await seen()).to.deep.equal([null, true]);
    chmodSync(join(sub, '.git/index'), 0o600);
    expect(await seen()).to.deep.equal([null, false]);
    for (const path of [join(sub, '.git'), sub]) {
      chmodSync(path, 0o600);
      expect(await seen()).to.deep.equal([null, false]);
    }
  });
});

describe('worktree: nested repositories, what they track', () => {
  it('is theirs and nothing else', () => {
    const { root, sub } = withSub();
    mkdirSync(join(sub, 'deep/er'), { recursive: true });
    for (const name of ['f', 'deep/er/g', 'untracked']) writeFileSync(join(sub, name), '');
    git(sub, 'add', 'f', 'deep');
    const nested = nestedIn(root, 'sub');
    const answers = (ask: (path: ReturnType<typeof bytePath>) => boolean, ...paths: string[]) =>
      paths.map((path) => ask(bytePath(path)));
    const has = answers((path) => nested.has(path), 'sub/f', 'sub/deep/er/g', 'sub/untracked');
    expect(has).to.deep.equal([true, true, false]);
    expect(answers((path) => nested.has(path), 'f', 'sub', 'subf', 'sub2/f')).not.to.include(true);
    const within = answers((path) => nested.hasWithin(path), 'sub/deep', 'sub/deep/er', 'sub/f');
    expect(within).to.deep.equal([true, true, false]);
    expect(answers((path) => nested.hasWithin(path), 'deep', 'sub')).not.to.include(true);
  });

  it('is read when it is first asked for', () => {
    const { root, sub } = withSub();
    writeFileSync(join(sub, 'f'), '');
    const nested = nestedIn(root, 'sub');
    git(sub, 'add', 'f');
    expect(nested.has(bytePath('sub/f'))).to.equal(true);
    rmSync(join(sub, '.git/index'));
    expect(nested.has(bytePath('sub/f'))).to.equal(true);
    expect(nestedIn(root, 'sub').has(bytePath('sub/f'))).to.equal(false);
  });

  it('is nothing when its staging area is damaged or of another hash', () => {
    const { root, sub } = withSub();
    writeFileSync(join(sub, 'f'), '');
    git(sub, 'add', 'f');
    writeFileSync(join(sub, '.git/index'), 'DIRC and no more');
    expect(nestedIn(root, 'sub').has(bytePath('sub/f'))).to.equal(false);
    const other = join(root, 'other');
    mkdirSync(other);
    if (tryGit(other, ['init', '-q', '--object-format=sha256']).status !== 0) return;
    writeFileSync(join(other, 'f'), '');
    git(other, 'add', 'f');
    expect(nestedIn(root, 'other').has(bytePath('other/f'))).to.equal(false);
  });
});
