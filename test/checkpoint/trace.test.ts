import { expect } from 'chai';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lookAtWorktree } from '../../src/checkpoint/look.js';
import { traceWorktree } from '../../src/checkpoint/trace.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { git, makeRepository } from '../helpers/git.js';
import { closeContexts, contextOf } from './contexts.js';

describe('checkpoint: the trace of a worktree', () => {
  let root: string;
  let trace: () => Promise<string>;

  beforeEach(async () => {
    root = makeRepository();
    writeFileSync(join(root, '.gitignore'), 'ignored\n*.log\n');
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(root, 'folder/file'), 'one');
    const context = await contextOf(root);
    trace = () => traceWorktree(context, undefined);
  });
  afterEach(closeContexts);

  const at = (path: string): string => join(root, path);

  it('differs after each change that a checkpoint may hold', async () => {
    const changes: [string, () => void][] = [
      ['contents', () => appendFileSync(at('folder/file'), 'two')],
      ['mode', () => chmodSync(at('folder/file'), 0o755)],
      ['a new file', () => writeFileSync(at('new'), '')],
      ['a new name', () => renameSync(at('new'), at('newer'))],
      ['another folder', () => renameSync(at('newer'), at('folder/newer'))],
      ['a file gone', () => unlinkSync(at('folder/newer'))],
      ['an empty folder', () => mkdirSync(at('empty'))],
      ['one gone', () => rmdirSync(at('empty'))],
      ['a link', () => symlinkSync('folder', at('link'))],
      ['the rules', () => appendFileSync(at('.gitignore'), 'more\n')],
      ['what is staged', () => git(root, 'add', 'folder')],
      ['HEAD', () => git(root, 'commit', '-qm', 'one')],
      ['the branch', () => git(root, 'checkout', '-qb', 'other')],
      ['what is not captured', () => git(root, 'init', '-q', 'nested')],
    ];
    for (const [what, change] of changes) {
      const before = await trace();
      expect(await trace(), what).to.equal(before);
      change();
      expect(await trace(), what).to.not.equal(before);
    }
  });

  it('takes no notice of what is ignored and of what is in the git dir', async () => {
    const before = await trace();
    mkdirSync(at('ignored'));
    writeFileSync(at('ignored/file'), 'x');
    writeFileSync(at('folder/a.log'), 'x');
    writeFileSync(at('.git/description'), 'another');
    writeFileSync(at('.git/piton/workspace.json'), '{}');
    expect(await trace()).to.equal(before);
  });

  it('leaves it to checkpoints to warn of unusable rules', async () => {
    git(root, 'config', 'core.excludesFile', at('folder'));
    const context = await contextOf(root);
    await traceWorktree(context, undefined);
    expect(context.warnings).to.deep.equal([]);
    await lookAtWorktree(context, { batch: hashOnlyBatch('sha1') });
    expect(context.warnings).to.have.length(1);
  });
});
