import { expect } from 'chai';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import type { KnownTree } from '../../src/worktree/found.js';
import {
  formatStatCache,
  StatCache,
  treeEntry,
  type StatCacheEntry,
} from '../../src/worktree/stat-cache.js';
import { statRecord } from '../../src/worktree/stat-record.js';
import { git, tryGit } from '../helpers/git.js';
import {
  brief,
  checkpointRef,
  examined,
  mended,
  prepare,
  told,
  type Prepared,
} from './prepared-workspace.js';

const WRONG = 'ab'.repeat(20);

function asEntry({ path, ...tree }: KnownTree & { path: BytePath }): StatCacheEntry {
  return treeEntry(path, tree);
}

describe('doctor and the stat cache', () => {
  let prepared: Prepared;
  let root: string;
  let file: string;

  beforeEach(async () => {
    prepared = await prepare();
    await prepared.workspace.close();
    ({ root } = prepared);
    file = join(prepared.stateDir, 'stat-cache');
  });

  function entryOf(path: string, oid: string): StatCacheEntry {
    const stat = lstatSync(join(root, path), { bigint: true });
    return { path: asBytePath(path), record: statRecord(stat), oid };
  }

  function hashOf(path: string): string {
    return git(root, 'hash-object', '--no-filters', path);
  }

  function forge(entries: StatCacheEntry[], anchor = ''): void {
    const sorted = entries.sort((left, right) => (left.path < right.path ? -1 : 1));
    const options = { algorithm: 'sha1', stamp: 2n ** 62n, anchor } as const;
    writeFileSync(file, formatStatCache(sorted, options));
  }

  function anchor(): string {
    const ref = checkpointRef(prepared, prepared.ids[1]);
    return `${ref} ${git(root, 'rev-parse', ref)}`;
  }

  it('finds every entry true that is', async () => {
    symlinkSync('shared.txt', join(root, 'link'));
    writeFileSync(join(root, 'empty'), '');
    const link = tryGit(root, ['hash-object', '-w', '--stdin'], 'shared.txt').stdout.toString();
    const paths = ['changing.txt', 'empty', 'shared.txt', 'staged.txt'];
    const entries = paths.map((path) => entryOf(path, hashOf(path)));
    forge([...entries, entryOf('link', link.trim())], anchor());
    const parsed = StatCache.parse(readFileSync(file), 'sha1');
    expect([...(parsed?.entries() ?? [])]).to.have.length(5);
    expect((await told(root)).problems).to.deep.equal([]);
  });

  it('removes one that is wrong about a file that looks unchanged', async () => {
    forge([entryOf('changing.txt', WRONG), entryOf('shared.txt', hashOf('shared.txt'))]);
    const problems = await mended(root);
    expect(brief(problems)).to.deep.equal(['stat_cache must']);
    expect(problems[0]?.message).to.contain('about 1 paths: "changing.txt";');
    expect(existsSync(file)).to.equal(false);
  });

  it('removes one that is wrong about a link', async () => {
    symlinkSync('anywhere', join(root, 'link'));
    forge([entryOf('link', WRONG)]);
    expect(brief(await mended(root))).to.deep.equal(['stat_cache must']);
  });

  it('names only the first of many', async () => {
    const names = Array.from({ length: 11 }, (_, at) => `f${String(at).padStart(2, '0')}`);
    for (const name of names) writeFileSync(join(root, name), name);
    forge(names.map((name) => entryOf(name, WRONG)));
    const [problem] = await mended(root);
    expect(problem?.message).to.contain('about 11 paths: "f00", ');
    expect(problem?.message).to.contain('"f09", …;');
  });

  it('says nothing of files that have changed, gone, or become something else', async () => {
    symlinkSync('shared.txt', join(root, 'link'));
    writeFileSync(join(root, 'gone'), '');
    const entries = ['changing.txt', 'gone', 'link', 'shared.txt'].map((path) =>
      entryOf(path, WRONG),
    );
    const stat = lstatSync(join(root, '.git'), { bigint: true });
    const folder = { path: asBytePath('folder'), record: statRecord(stat), oid: WRONG };
    const below = { path: asBytePath('staged.txt/below'), record: folder.record, oid: WRONG };
    forge([...entries, below]);
    writeFileSync(join(root, 'changing.txt'), 'changed since\n');
    for (const name of ['gone', 'link', 'shared.txt']) unlinkSync(join(root, name));
    symlinkSync('changing.txt', join(root, 'shared.txt'));
    expect((await told(root)).problems).to.deep.equal([]);
  });

  it('removes one that leads out of the workspace, and does not go there', async () => {
    for (const path of ['../outside', '.git/config', 'a/../../b', '/etc/hostname']) {
      const record = entryOf('shared.txt', WRONG).record;
      forge([{ path: asBytePath(path), record, oid: WRONG }]);
      expect(brief(await mended(root)), path).to.deep.equal(['stat_cache must']);
    }
  });

  it('removes one that vouches for objects that are not there', async () => {
    const entry = entryOf('changing.txt', WRONG);
    entry.record = Buffer.alloc(entry.record.length);
    forge([entry]);
    expect((await told(root)).problems, 'not vouched for').to.deep.equal([]);
    forge([entry], anchor());
    expect(brief(await mended(root))).to.deep.equal(['stat_cache must']);
  });

  /** The cache's own entries, as a checkpoint left them. */
  function ownTrees(): (KnownTree & { path: BytePath })[] {
    return [...(StatCache.parse(readFileSync(file), 'sha1')?.trees() ?? [])];
  }

  it('removes one that is wrong about the tree of a folder', async () => {
    mkdirSync(join(root, 'sub/void'), { recursive: true });
    writeFileSync(join(root, 'sub/file'), 'text\n');
    await delay(50);
    const { workspace } = prepared;
    await workspace.createCheckpoint();
    await workspace.close();
    const own = ownTrees();
    expect(own.map(({ path }) => path)).to.deep.equal(['', 'sub', 'sub/void']);
    expect((await told(root)).problems).to.deep.equal([]);
    const at = StatCache.parse(readFileSync(file), 'sha1')?.anchor;
    const blob = hashOf('sub/file');
    const top = own[0]?.oid ?? '';
    const lies = [
      { oid: WRONG },
      { oid: blob },
      { oid: top },
      { files: 2 },
      { files: 0, folders: 2 },
      { oid: git(root, 'mktree', '--missing'), files: 0, folders: 0 },
    ];
    for (const lie of lies) {
      const told = own.map((tree) => {
        return treeEntry(tree.path, tree.path === 'sub' ? { ...tree, ...lie } : tree);
      });
      forge(told, at);
      const [problem] = await mended(root);
      // An empty tree is whole, but not what the tree above has there.
      const named = lie.files === 0 && lie.folders === 0 ? '"."' : '"sub"';
      expect(problem?.message, JSON.stringify(lie)).to.contain(named);
      forge(told);
      expect((await examined(root, false)).problems, 'not vouched for').to.deep.equal([]);
    }
    forge([{ ...entryOf('sub/file', WRONG), record: Buffer.alloc(40) }, ...own.map(asEntry)], at);
    expect((await mended(root))[0]?.message).to.contain('"sub/file", "sub"');
  });

  it('removes one that is damaged, which is only untidy', async () => {
    forge([entryOf('shared.txt', hashOf('shared.txt'))]);
    truncateSync(file, 30);
    expect(brief(await mended(root))).to.deep.equal(['stat_cache should']);
    writeFileSync(file, 'garbage');
    expect(brief(await mended(root))).to.deep.equal(['stat_cache should']);
  });

  it('removes a link in its place, and not what it leads to', async () => {
    rmSync(file, { force: true });
    symlinkSync(join(root, 'shared.txt'), file);
    const { problems } = await told(root);
    expect(brief(problems)).to.deep.equal(['state_directory must', 'stat_cache should']);
    await examined(root, true);
    expect(existsSync(join(root, 'shared.txt'))).to.equal(true);
    expect((await told(root)).problems).to.deep.equal([]);
  });
});
