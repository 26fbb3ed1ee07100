import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../../helpers/git.js';
import { expectUnsupported, found } from './finding.js';

describe('what findRepository takes for a git dir', () => {
  it('a bare repository', () => {
    const bare = makeRepository('--bare');
    expect(expectUnsupported(bare, 'without files').hint).to.contain('worktree');
    expectUnsupported(join(bare, 'refs'), 'without files');
  });

  it('a .git folder that says it is bare', () => {
    const root = makeRepository();
    git(root, 'config', 'core.bare', 'true');
    expectUnsupported(root, 'without files');
  });

  it('the inside of a .git folder', () => {
    const root = makeRepository();
    const error = expectUnsupported(join(root, '.git/objects/pack'), 'is a git dir');
    expect(error.hint).to.contain(root);
  });

  it('a .git folder that is no git dir is passed over', () => {
    const root = makeRepository();
    for (const name of ['empty', 'head', 'objects', 'garbage']) {
      mkdirSync(join(root, name, '.git'), { recursive: true });
    }
    writeFileSync(join(root, 'head/.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(root, 'objects/.git/HEAD'), 'ref: refs/heads/main\n');
    mkdirSync(join(root, 'objects/.git/objects'));
    git(root, 'init', '-q', 'garbage');
    writeFileSync(join(root, 'garbage/.git/HEAD'), 'nonsense');
    for (const name of ['empty', 'head', 'objects', 'garbage']) {
      expect(found(join(root, name)).root, name).to.equal(root);
      expect(git(join(root, name), 'rev-parse', '--show-toplevel'), name).to.equal(root);
    }
  });

  it('a .git folder that shares the objects of another', () => {
    const root = makeRepository();
    writeFileSync(join(root, '.git/commondir'), join(makeRepository(), '.git'));
    expectUnsupported(root, 'shares the objects');
  });
});
