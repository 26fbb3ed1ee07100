import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOfTree } from '../../src/checkpoint/contents-of-tree.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { closeContexts, committed, contextOf } from './contexts.js';

const GONE = '1'.repeat(40);

async function contentsAt(root: string, tree: string): Promise<string[] | null> {
  const { objects } = await contextOf(root);
  const found = await contentsOfTree(objects, tree);
  return found && found.map(({ oid, type }) => `${type} ${oid}`);
}

function makeTree(root: string, line: string): string {
  return tryGit(root, ['mktree', '--missing'], `${line}\n`).stdout.toString().trim();
}

describe('checkpoint/contents-of-tree', () => {
  afterEach(closeContexts);

  it('names each object once, and after what it refers to', async () => {
    const files = ['a/shared/f', 'b/f', 'b/shared/f', 'b/shared/shared/f', 'c/a/shared/f'];
    const root = committed(Object.fromEntries(files.map((path) => [path, path.slice(-8)])));
    const top = git(root, 'rev-parse', 'HEAD^{tree}');
    const contents = (await contentsAt(root, top)) ?? [];
    const listed = git(root, 'rev-list', '--objects', '--no-object-names', top).split('\n');
    expect(contents.map((line) => line.slice(5))).to.have.members(listed);
    for (const [at, line] of contents.entries()) {
      if (!line.startsWith('tree')) continue;
      const below = git(root, 'ls-tree', '--object-only', line.slice(5)).split('\n');
      const before = contents.slice(0, at).map((earlier) => earlier.slice(5));
      expect(before).to.include.members(below);
    }
    expect(contents.at(-1)).to.equal(`tree ${top}`);
  });

  it('gives null when something is not there, and for what no checkpoint may hold', async () => {
    const root = makeRepository();
    expect(await contentsAt(root, GONE)).to.equal(null);
    const lines = [`100644 blob ${GONE}\tf`, `040000 tree ${GONE}\tf`, `160000 commit ${GONE}\tf`];
    for (const line of lines) expect(await contentsAt(root, makeTree(root, line))).to.equal(null);
    const commit = tryGit(root, ['commit-tree', makeTree(root, '')], '')
      .stdout.toString()
      .trim();
    expect(await contentsAt(root, commit)).to.equal(null);
    const empty = tryGit(root, ['hash-object', '-w', '--stdin'], '').stdout.toString().trim();
    const link = makeTree(root, `120000 blob ${empty}\t.gitmodules`);
    expect(await contentsAt(root, link)).to.equal(null);
    expect(await contentsAt(root, makeTree(root, `100644 blob ${empty}\tf`))).to.have.length(2);
  });

  it('gives null when a tree is damaged', async () => {
    const root = committed({ 'a/f': 'f' });
    const top = git(root, 'rev-parse', 'HEAD^{tree}');
    const path = join(root, '.git/objects', top.slice(0, 2), top.slice(2));
    rmSync(path);
    writeFileSync(path, '');
    expect(await contentsAt(root, top)).to.equal(null);
  });
});
