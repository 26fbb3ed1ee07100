import { expect } from 'chai';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointDiffData } from '../../src/api/data.js';
import type { Workspace } from '../../src/api/workspace.js';
import { rejectionOf } from '../disk/thrown.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { CHANGES, expectShape } from './shapes.js';
import { closeWorkspaces, openTest } from './workspaces.js';

function write(root: string, files: Record<string, string | Buffer>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), contents);
  }
}

function shown({ changes }: CheckpointDiffData): string[] {
  return changes.map(({ path, status }) => `${status} ${JSON.stringify(path).replaceAll('"', '')}`);
}

async function idOf(workspace: Workspace): Promise<string> {
  return (await workspace.createCheckpoint({ always: true })).checkpoint.checkpoint_id;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return ((await rejectionOf(promise)) as { code?: unknown }).code;
}

describe('api: diff', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('compares the latest with the worktree, or two checkpoints either way', async () => {
    const root = makeRepository();
    write(root, { same: 's', 'd/gone': 'one\ntwo\n', changed: '1\n2\n3\n', script: '', kind: 'k' });
    const workspace = await openTest(root);
    const first = await idOf(workspace);
    expect(await workspace.diffCheckpoints()).to.deep.equal({
      ...{ from: first, to: 'worktree', changes: [] },
    });
    rmSync(join(root, 'd'), { recursive: true });
    write(root, { changed: '1\nB\nC\n3\n', added: 'a\n', binary: Buffer.from([0, 1, 2]) });
    chmodSync(join(root, 'script'), 0o755);
    rmSync(join(root, 'kind'));
    symlinkSync('k', join(root, 'kind'));
    mkdirSync(join(root, 'empty'));
    const expected = [
      { path: 'added', status: 'added', insertions: 1, deletions: 0, binary: false },
      { path: 'binary', status: 'added', insertions: 0, deletions: 0, binary: true },
      { path: 'changed', status: 'modified', insertions: 2, deletions: 1, binary: false },
      { path: 'd/gone', status: 'deleted', insertions: 0, deletions: 2, binary: false },
      { path: 'empty', status: 'added', insertions: 0, deletions: 0, binary: false },
      { path: 'kind', status: 'type', insertions: 1, deletions: 1, binary: false },
      { path: 'script', status: 'mode', insertions: 0, deletions: 0, binary: false },
    ];
    const now = await workspace.diffCheckpoints();
    expectShape(now, { from: 'string', to: 'string', changes: CHANGES });
    expect(now).to.deep.equal({ from: first, to: 'worktree', changes: expected });
    const second = await idOf(workspace);
    write(root, { added: 'b\n' });
    expect(shown(await workspace.diffCheckpoints())).to.deep.equal(['modified added']);
    const between = await workspace.diffCheckpoints({ from: first, to: 'latest' });
    expect(between).to.deep.equal({ from: first, to: second, changes: expected });
    const back = await workspace.diffCheckpoints({ from: 'latest', to: 'latest~1' });
    expect(shown(back).map((line) => line.split(' ')[0])).to.deep.equal([
      ...['deleted', 'deleted', 'modified', 'added', 'deleted', 'type', 'mode'],
    ]);
  });

  it('gives a patch that git applies, to the worktree’s very bytes', async () => {
    const root = makeRepository();
    const before = {
      'crlf.txt': 'a\r\nb\r\n',
      'no-newline': 'one\ntwo',
      'latin1.txt': 'plain\n',
      'gone/away': 'x\n',
      'odd "name"\twith é': 'x\n',
      long: Array.from({ length: 200 }, (_, line) => `line ${line}\n`).join(''),
    };
    write(root, before);
    chmodSync(join(root, 'long'), 0o755);
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    const copy = tempDirectory();
    git(copy, 'init', '-q');
    write(copy, before);
    chmodSync(join(copy, 'long'), 0o755);
    rmSync(join(root, 'gone'), { recursive: true });
    write(root, {
      'crlf.txt': 'a\r\nB\r\n',
      'no-newline': 'one\nTWO',
      'odd "name"\twith é': 'y\n',
      'new/file': 'new\n',
      long: before.long.replace('line 5\n', '').replace('line 150\n', 'line 150!\n'),
    });
    symlinkSync('new/file', join(root, 'link'));
    chmodSync(join(root, 'long'), 0o644);
    const { patch = '' } = await workspace.diffCheckpoints({ patch: true });
    const applied = tryGit(copy, ['apply', '--whitespace=nowarn', '-'], patch);
    expect(applied.stderr).to.equal('');
    const both = [root, copy].map((directory) => {
      git(directory, '-c', 'core.autocrlf=false', 'add', '-A');
      return git(directory, 'write-tree');
    });
    expect(both[1]).to.equal(both[0]);
  });

  it('looks only at the paths that are asked for', async () => {
    const root = makeRepository();
    write(root, { a: '1', ab: '1', 'd/a': '1', 'd/e/f': '1' });
    const workspace = await openTest(root);
    const first = await idOf(workspace);
    write(root, { a: '2', ab: '2', 'd/a': '2', 'd/e/f': '2' });
    await idOf(workspace);
    const cases: [(string | { base64: string })[], string[]][] = [
      [['a'], ['a']],
      [['d'], ['d/a', 'd/e/f']],
      [
        ['d/', 'ab'],
        ['ab', 'd/a', 'd/e/f'],
      ],
      [['d/e/f'], ['d/e/f']],
      [['nowhere'], []],
      [['.'], ['a', 'ab', 'd/a', 'd/e/f']],
      [[], ['a', 'ab', 'd/a', 'd/e/f']],
      [[{ base64: 'YQ==' }], ['a']],
    ];
    for (const [asked, expected] of cases) {
      const { changes } = await workspace.diffCheckpoints({ from: first, paths: asked });
      expect(changes.map(({ path }) => path)).to.deep.equal(expected);
    }
    for (const path of ['../x', 'a/../b', '/etc', './a', 'd//a', '.git/config', 'a\0']) {
      expect(await codeOf(workspace.diffCheckpoints({ paths: [path] })), path).to.equal('USAGE');
    }
  });

  it('compares what the checkpoint captured, also when it is ignored now', async () => {
    const root = makeRepository();
    write(root, { 'a.log': 'a', 'b.txt': 'b' });
    const workspace = await openTest(root);
    await workspace.createCheckpoint();
    write(root, { '.gitignore': '*.log\n', 'new.log': 'n', 'a.log': 'changed' });
    expect(shown(await workspace.diffCheckpoints())).to.deep.equal([
      'added .gitignore',
      'modified a.log',
    ]);
    await workspace.createCheckpoint({ includeIgnored: true });
    write(root, { 'newer.log': 'n' });
    expect(shown(await workspace.diffCheckpoints())).to.deep.equal(['added newer.log']);
  });

  it('does not compare what is too large, and reads nothing through links', async () => {
    const root = makeRepository();
    write(root, { large: '' });
    truncateSync(join(root, 'large'), 5 * 1024 * 1024);
    const workspace = await openTest(root);
    const first = await idOf(workspace);
    write(root, { large: 'small\n' });
    const [change] = (await workspace.diffCheckpoints()).changes;
    expect(change).to.include({ path: 'large', status: 'modified', binary: true });
    truncateSync(join(root, 'large'), 6 * 1024 * 1024);
    const [both] = (await workspace.diffCheckpoints({ from: first, patch: true })).changes;
    expect(both).to.include({ path: 'large', status: 'modified', binary: true });
    rmSync(join(root, 'large'));
    symlinkSync('/etc/passwd', join(root, 'large'));
    const { patch } = await workspace.diffCheckpoints({ from: first, patch: true });
    expect(patch).to.include('+/etc/passwd');
    expect(patch).not.to.include('root:');
  });

  it('needs a checkpoint to begin with', async () => {
    const workspace = await openTest(makeRepository());
    expect(await codeOf(workspace.diffCheckpoints())).to.equal('USAGE');
    await workspace.createPlan();
    expect(await codeOf(workspace.diffCheckpoints())).to.equal('CHECKPOINT_NOT_FOUND');
    await workspace.createCheckpoint();
    const missing = workspace.diffCheckpoints({ from: 'latest', to: 'nobody' });
    expect(await codeOf(missing)).to.equal('CHECKPOINT_NOT_FOUND');
    const aborted = workspace.diffCheckpoints({ signal: AbortSignal.abort(new Error('enough')) });
    expect(await rejectionOf(aborted)).to.have.property('message', 'enough');
  });
});
