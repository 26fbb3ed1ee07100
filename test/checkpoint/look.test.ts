import { expect } from 'chai';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { lookAtWorktree, type LookOptions } from '../../src/checkpoint/look.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { thrownBy } from '../disk/thrown.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { paths, shown } from '../worktree/scanning.js';
import { closeContexts, contextOf } from './contexts.js';

async function look(root: string, options: Partial<LookOptions> = {}) {
  const context = await contextOf(root);
  const batch = hashOnlyBatch(context.repository.algorithm);
  return { ...(await lookAtWorktree(context, { batch, ...options })), warnings: context.warnings };
}

async function lookFailure(root: string): Promise<unknown> {
  return look(root).catch((error: unknown) => error);
}

function write(root: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), name);
  }
}

describe('checkpoint: a look at the worktree', () => {
  afterEach(closeContexts);

  it('goes by all of the rules', async () => {
    const root = makeRepository();
    write(root, 'a.ign', 'a.info', 'a.pit', 'a.cfg', 'a.txt', 'a.glob', 'kept.ign');
    writeFileSync(join(root, '.gitignore'), '*.ign\n');
    writeFileSync(join(root, '.pitonignore'), '*.pit\n');
    writeFileSync(join(root, '.git/info/exclude'), '*.info\n');
    writeFileSync(join(root, 'globals'), '*.glob\n');
    git(root, 'config', 'core.excludesFile', 'globals');
    git(root, 'config', 'piton.exclude', '*.cfg');
    git(root, 'add', '-f', 'kept.ign');
    const { scan, ignoreFiles } = await look(root);
    const captured = ['.gitignore', '.pitonignore', 'a.txt', 'globals', 'kept.ign'];
    expect(paths(scan)).to.deep.equal(captured);
    expect([...ignoreFiles.keys()].sort()).to.deep.equal(['.gitignore', '.pitonignore']);
    expect((await look(root, { includeIgnored: true })).scan.entries).to.have.lengthOf(10);
    const also = [bytePathFromText('a.cfg')];
    const more = paths((await look(root, { alsoCapture: also })).scan);
    expect(more.sort()).to.deep.equal([...captured, 'a.cfg'].sort());
  });

  it('finds what nested repositories track although it is ignored', async () => {
    const root = makeRepository();
    write(root, 'sub/f.log', 'sub/g.log', 'sub/out/h', 'sub/out/i', 'f.log');
    git(join(root, 'sub'), 'init', '-q');
    git(join(root, 'sub'), 'add', 'f.log', 'out/h');
    writeFileSync(join(root, '.gitignore'), '*.log\nout/\n');
    const { scan, nested } = await look(root);
    expect(paths(scan)).to.deep.equal(['.gitignore', 'sub/f.log', 'sub/out/h']);
    expect(nested.heads().map(({ path }) => path)).to.deep.equal(['sub']);
  });

  it('warns of rules that it does not use', async () => {
    const root = makeRepository();
    git(root, 'config', 'core.excludesFile', '/etc/hostname');
    const { warnings } = await look(root);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['ignore_source_unusable']);
  });

  it('leaves out a git dir that lies in the worktree under another name', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'hidden'));
    git(root, 'init', '-q', '--separate-git-dir', join(root, 'hidden/store'), '.');
    write(root, 'hidden/file');
    const { scan } = await look(root);
    expect(paths(scan)).to.deep.equal(['hidden/file']);
  });

  it('takes the size limit from the config', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'small'), 'x'.repeat(1_024));
    writeFileSync(join(root, 'large'), 'x'.repeat(1_025));
    writeFileSync(join(root, 'default'), '');
    truncateSync(join(root, 'default'), 100 * 1024 * 1024 + 1);
    const sizes = async () =>
      (await look(root)).scan.notCaptured.map(({ path, reason, size }) => [path, reason, size]);
    const byDefault = ['default', 'too_large', 100 * 1024 * 1024 + 1];
    expect(await sizes()).to.deep.equal([byDefault]);
    git(root, 'config', 'piton.maxFileSize', '1k');
    expect(await sizes()).to.deep.equal([byDefault, ['large', 'too_large', 1_025]]);
    truncateSync(join(root, 'default'), 0);
    git(root, 'config', 'piton.maxFileSize', '0');
    expect(await sizes()).to.deep.equal([]);
    for (const wrong of ['-1', 'much', '']) {
      git(root, 'config', 'piton.maxFileSize', wrong);
      expect(await lookFailure(root), wrong).to.include({ code: 'USAGE' });
    }
  });

  it('does not depend on a staging area', async () => {
    const root = makeRepository();
    write(root, 'f.log');
    writeFileSync(join(root, '.gitignore'), '*.log\n');
    const { scan, staging } = await look(root);
    expect(staging).to.equal(null);
    expect(shown(scan)).to.deep.equal(['100644 .gitignore']);
  });

  it('does not read a staging area that nothing ignored makes it read', async () => {
    const root = makeRepository();
    write(root, 'f');
    writeFileSync(join(root, '.git/index'), 'nonsense');
    const { staging } = await look(root);
    expect(thrownBy(() => staging?.tracked)).to.include({ code: 'STATE_DAMAGED' });
    writeFileSync(join(root, '.gitignore'), 'f\n');
    expect(await lookFailure(root)).to.include({ code: 'STATE_DAMAGED' });
  });

  it('sees the worktree of a linked one, a submodule and a detached HEAD alike', async () => {
    const root = makeRepository();
    write(root, 'f', 'd/g');
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', 'x');
    git(root, 'worktree', 'add', '-q', '--detach', 'linked');
    chmodSync(join(root, 'linked/f'), 0o755);
    symlinkSync('f', join(root, 'linked/l'));
    renameSync(join(root, 'linked/d'), join(root, 'linked/e'));
    const { scan } = await look(join(root, 'linked'));
    expect(shown(scan)).to.deep.equal(['100644 e/g', '100755 f', '120000 l']);
    const outer = await look(root);
    expect(shown(outer.scan)).to.include.members(['100644 f', '100644 linked/e/g']);
    expect(outer.scan.nestedRepositories).to.deep.equal(['linked']);
  });
});
