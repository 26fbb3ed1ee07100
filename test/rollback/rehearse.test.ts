import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { readTarget } from '../../src/rollback/target.js';
import { closeWorkspaces, only, openTest } from '../api/workspaces.js';
import { closeContexts, contextOf, take, write } from '../checkpoint/contexts.js';
import { asBytePath } from '../../src/core/byte-path.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failure, put } from './operations.js';

async function scene(
  files: Record<string, string>,
  maxFileSize = '50',
): Promise<{ root: string; workspace: Workspace }> {
  const root = makeRepository();
  git(root, 'config', 'piton.maxFileSize', maxFileSize);
  for (const [path, text] of Object.entries(files)) put(root, path, text);
  const workspace = await openTest(root);
  await workspace.createPlan();
  await workspace.createCheckpoint();
  return { root, workspace };
}

function read(root: string, path: string): string | null {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
}

describe('a target', () => {
  afterEach(closeContexts);

  it('knows what it did not look at, did not capture, and had as a repository', async () => {
    const root = makeRepository();
    git(root, 'config', 'piton.maxFileSize', '20');
    write(root, {
      '.gitignore': 'out\n*.log\n',
      'd/.gitignore': '!keep.log\n',
      'tracked.log': 'x',
    });
    write(root, { 'd/keep.log': 'x', 'big/one': 'x'.repeat(30), 'n/file': 'x' });
    git(root, 'add', '-f', 'tracked.log');
    git(join(root, 'n'), 'init', '-q');
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    const { knowledge, entries } = await readTarget(checkpoint, context, { archive: null });
    const at = asBytePath;
    const unseen = ['x.log', 'd/x.log', 'out', 'out/deep/x', 'tracked.log', 'd/keep.log', 'new'];
    expect(unseen.filter((path) => knowledge.didNotLook(at(path), false))).to.deep.equal([
      ...['x.log', 'd/x.log', 'out', 'out/deep/x'],
    ]);
    const uncaptured = ['big/one', 'big/one/below', 'big', 'new'];
    expect(uncaptured.filter((path) => knowledge.didNotCapture(at(path)))).to.deep.equal([
      ...['big/one', 'big/one/below'],
    ]);
    const nested = ['n', 'd', 'n/file'];
    expect(nested.filter((path) => knowledge.hadNestedRepository(at(path)))).to.deep.equal(['n']);
    expect(entries.map(({ path }) => path)).to.include('tracked.log');
  });

  it('without a staging area has nothing tracked, and looked everywhere when told to', async () => {
    const root = makeRepository();
    write(root, { '.gitignore': '*.log\n', 'a.log': 'x' });
    const context = await contextOf(root);
    const path = asBytePath('b.log');
    const some = await take(context);
    const all = await take(context, {
      includeIgnored: true,
      newestId: some.checkpoint.checkpoint_id,
    });
    const targets = [];
    for (const { checkpoint } of [some, all]) {
      targets.push(await readTarget(checkpoint, context, { archive: null }));
    }
    const answers = targets.map(({ knowledge }) => knowledge.didNotLook(path, false));
    expect(answers).to.deep.equal([true, false]);
  });
});

describe('what changes between looking and doing', () => {
  afterEach(closeWorkspaces);

  it('makes a token stale, the checkpoint included', async () => {
    const { root, workspace } = await scene({ a: 'one' });
    writeFileSync(join(root, 'a'), 'two');
    const { token = '', checkpoint_id: id } = await workspace.rollback({ dryRun: true });
    await workspace.nameCheckpoint(id, 'renamed');
    const refused = await failure(workspace.rollback({ token }));
    expect(refused).to.include({ code: 'STALE_TOKEN' });
    expect(read(root, 'a')).to.equal('two');
    const again = await failure(workspace.rollback({ dryRun: true, token }));
    expect(again).to.include({ code: 'STALE_TOKEN' });
  });

  it('leaves a file that was too large for the checkpoint and is small now', async () => {
    const { root, workspace } = await scene({ big: 'x'.repeat(100), a: 'one' });
    writeFileSync(join(root, 'big'), 'small');
    const { left } = await workspace.rollback();
    expect(left).to.deep.equal([{ path: 'big', reason: 'not_captured' }]);
    expect(read(root, 'big')).to.equal('small');
  });

  it('is kept when a file is written after it was captured', async () => {
    const { root, workspace } = await scene({ a: 'one', b: 'one' });
    for (const path of ['a', 'b']) writeFileSync(join(root, path), 'two');
    const { retired } = await workspace.rollback({
      onProgress: ({ phase }) => {
        if (phase === 'applying') writeFileSync(join(root, 'a'), 'only here');
      },
    });
    expect([read(root, 'a'), read(root, 'b')]).to.deep.equal(['one', 'one']);
    const { path, to } = only(retired);
    expect(path).to.equal('a');
    expect(readFileSync(join(root, '.git', 'piton', to), 'utf8')).to.equal('only here');
  });

  it('leads nowhere else when a link takes the place of a folder', async () => {
    const { root, workspace } = await scene({ 'd/a': 'one', 'd/gone': 'one', b: 'one' });
    const outside = tempDirectory();
    put(outside, 'a', 'outside');
    for (const path of ['d/a', 'b']) writeFileSync(join(root, path), 'two');
    rmSync(join(root, 'd/gone'));
    const error = await failure(
      workspace.rollback({
        onProgress: ({ phase }) => {
          if (phase !== 'applying') return;
          rmSync(join(root, 'd'), { recursive: true });
          symlinkSync(outside, join(root, 'd'));
        },
      }),
    );
    expect(error).to.include({ code: 'UNSAFE_PATH' });
    expect(read(outside, 'a')).to.equal('outside');
    expect(read(outside, 'gone')).to.equal(null);
    expect(read(root, 'b')).to.equal('two');
    expect((await workspace.status()).unfinished).to.equal(null);
  });
});
