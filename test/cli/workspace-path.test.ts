import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { workspacePaths } from '../../src/cli/workspace-path.js';
import { tempDirectory } from '../helpers/temp.js';

async function paths(root: string | null, directory: string, ...texts: string[]) {
  return workspacePaths(texts, { workspace: { root } as Workspace, directory });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: { code: string }) => error.code,
  );
}

describe('cli: workspace paths', () => {
  it('makes what the user typed relative to the root', async () => {
    const found = await paths('/w', '/w/src', 'a.ts', '../b', './c/', '.', '/w/d/e', '..');
    expect(found).to.deep.equal(['src/a.ts', 'b', 'src/c', 'src', 'd/e', '']);
    expect(await paths('/w', '/w', '..name', 'a/../b')).to.deep.equal(['..name', 'b']);
    expect(await paths('/', '/etc', 'hosts')).to.deep.equal(['etc/hosts']);
  });

  it('gives nothing for no paths, also without a workspace', async () => {
    expect(await paths(null, '/w')).to.equal(undefined);
    expect(await codeOf(paths(null, '/w', 'a'))).to.equal('WORKSPACE_MISSING');
  });

  it('refuses paths outside, and empty ones', async () => {
    const root = tempDirectory();
    for (const text of ['..', '../x', '/', '/nowhere/at/all', `${root}-beside`, '']) {
      expect(await codeOf(paths(root, root, text)), text).to.equal('USAGE');
    }
  });

  it('looks through links above the path, not at the path itself', async () => {
    const base = tempDirectory();
    const root = join(base, 'real');
    mkdirSync(join(root, 'src'), { recursive: true });
    symlinkSync('real', join(base, 'link'));
    symlinkSync('/etc', join(root, 'out'));
    const link = join(base, 'link');
    expect(await paths(root, join(link, 'src'), 'a', 'not/there', '../b')).to.deep.equal([
      'src/a',
      'src/not/there',
      'b',
    ]);
    expect(await paths(root, base, 'link/src')).to.deep.equal(['src']);
    expect(await paths(root, root, 'out')).to.deep.equal(['out']);
    expect(await paths(link, root, 'a')).to.deep.equal(['a']);
    expect(await paths(root, base, 'link', 'real')).to.deep.equal(['', '']);
    symlinkSync('real/src', join(base, 'inner'));
    expect(await codeOf(paths(root, base, 'inner'))).to.equal('USAGE');
  });

  it('passes on what hinders it from looking', async () => {
    const base = tempDirectory();
    symlinkSync('loop', join(base, 'loop'));
    expect(await codeOf(paths(join(base), '/', join(base, '..', 'x'.repeat(300), 'y')))).to.equal(
      'ENAMETOOLONG',
    );
  });
});
