import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository } from '../../../src/store/repository/discover.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { addConfig, commit, expectUnsupported, found, refusal } from './finding.js';
import { TEST_USER } from './user.js';

describe('findRepository', () => {
  it('finds a repository from any folder inside', () => {
    const root = makeRepository();
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const repository = found(join(root, 'a/b'));
    expect(repository).to.deep.include({
      root,
      gitDir: join(root, '.git'),
      commonDir: join(root, '.git'),
      stateDir: join(root, '.git/piton'),
      kind: 'main',
      algorithm: 'sha1',
      refStorage: 'files',
      unknownExtensions: [],
    });
    expect(repository.config.getBoolean('core.bare')).to.equal(false);
  });

  it('finds nothing where there is nothing', () => {
    expect(findRepository(tempDirectory(), TEST_USER)).to.equal(null);
    expect(findRepository('/', TEST_USER)).to.equal(null);
  });

  it('says that the start is no folder', () => {
    const root = makeRepository();
    writeFileSync(join(root, 'file'), '');
    for (const start of [join(root, 'none'), join(root, 'file'), join(root, 'file/x')]) {
      expect(refusal(start).code).to.equal('WORKSPACE_MISSING');
    }
  });

  it('passes on what the system says', () => {
    const loop = join(tempDirectory(), 'loop');
    symlinkSync(loop, loop);
    expect(() => found(loop)).to.throw('ELOOP');
  });

  it('gives real paths for a start reached through a link', () => {
    const root = makeRepository();
    const link = join(tempDirectory(), 'link');
    symlinkSync(root, link);
    expect(found(link).root).to.equal(root);
  });

  it('refuses a worktree whose path is not UTF-8', () => {
    const directory = tempDirectory();
    const odd = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]);
    mkdirSync(odd);
    symlinkSync(odd, join(directory, 'link'));
    expectUnsupported(join(directory, 'link'), 'not UTF-8');
  });

  it('reads the config of system, user and repository', () => {
    const root = makeRepository();
    const home = tempDirectory();
    const systemConfig = join(home, 'system');
    writeFileSync(systemConfig, '[a]x=system\ns=1');
    mkdirSync(join(home, 'xdg/git'), { recursive: true });
    writeFileSync(join(home, 'xdg/git/config'), '[a]x=xdg');
    writeFileSync(join(home, '.gitconfig'), '[a]x=home');
    addConfig(root, '[a]x=repo');
    const user = { home, configHome: join(home, 'xdg'), systemConfig };
    const config = findRepository(root, user)?.config;
    expect(config?.getAll('a.x')).to.deep.equal(['system', 'xdg', 'home', 'repo']);
  });

  describe('a linked worktree', () => {
    let main: string;
    let linked: string;

    beforeEach(() => {
      main = makeRepository();
      commit(main);
      linked = join(tempDirectory(), 'linked');
      git(main, 'worktree', 'add', '-q', '-b', 'side', linked);
    });

    it('is found with its own git dir and the common one', () => {
      mkdirSync(join(linked, 'sub'));
      expect(found(join(linked, 'sub'))).to.deep.include({
        root: linked,
        gitDir: join(main, '.git/worktrees/linked'),
        commonDir: join(main, '.git'),
        stateDir: join(main, '.git/worktrees/linked/piton'),
        kind: 'linked_worktree',
      });
    });

    it('is found when its paths are relative', () => {
      const gitDir = join(main, '.git/worktrees/linked');
      const up = '../'.repeat(linked.split('/').length);
      writeFileSync(join(linked, '.git'), `gitdir: ${up}${gitDir}\r\n`);
      writeFileSync(join(gitDir, 'gitdir'), `${'../'.repeat(20)}${linked.slice(1)}/.git\n`);
      expect(found(linked).gitDir).to.equal(gitDir);
    });

    it('does not take core.bare and core.worktree from the common config', () => {
      git(main, 'config', 'core.bare', 'true');
      git(main, 'config', 'core.worktree', '/nowhere');
      expect(found(linked).kind).to.equal('linked_worktree');
    });

    it('takes its own config when there is one', () => {
      git(main, 'config', 'extensions.worktreeConfig', 'true');
      git(linked, 'config', '--worktree', 'a.x', 'own');
      expect(found(linked).config.get('a.x')).to.equal('own');
      expect(found(main).config.get('a.x')).to.equal(undefined);
      git(linked, 'config', '--worktree', 'core.worktree', main);
      expectUnsupported(linked, 'core.worktree');
    });

    it('is refused after it was moved', () => {
      renameSync(linked, `${linked}2`);
      expectUnsupported(`${linked}2`, 'not the git dir of a worktree at');
    });

    it('is refused when its git dir lies elsewhere', () => {
      const other = makeRepository();
      const gitDir = join(main, '.git/worktrees/linked');
      writeFileSync(join(gitDir, 'commondir'), join(other, '.git'));
      expectUnsupported(linked, 'not the git dir of a worktree at');
    });

    it('is refused when its git dir points nowhere', () => {
      unlinkSync(join(main, '.git/worktrees/linked/gitdir'));
      expectUnsupported(linked, 'not the git dir of a worktree at');
    });

    it('is refused when the common dir is gone', () => {
      writeFileSync(join(main, '.git/worktrees/linked/commondir'), 'none');
      expectUnsupported(linked, 'does not lead to a git dir');
    });

    it('is refused when the main repository has gone', () => {
      rmSync(join(main, '.git'), { recursive: true });
      expectUnsupported(linked, 'does not lead to a git dir');
    });

    it('does not make its git dir a workspace', () => {
      expectUnsupported(join(main, '.git/worktrees/linked'), 'without files of its own');
    });
  });

  describe('a submodule', () => {
    let root: string;

    beforeEach(() => {
      const library = makeRepository();
      commit(library);
      const outer = makeRepository();
      const args = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add'];
      git(outer, ...args, library, 'sub');
      root = join(outer, 'sub');
    });

    it('is found', () => {
      const gitDir = join(root, '../.git/modules/sub');
      expect(found(root)).to.deep.include({ root, kind: 'submodule', gitDir, commonDir: gitDir });
    });

    it('is refused when its git dir is that of another worktree', () => {
      const elsewhere = tempDirectory();
      writeFileSync(join(elsewhere, '.git'), `gitdir: ${join(root, '../.git/modules/sub')}`);
      expectUnsupported(elsewhere, 'core.worktree');
    });
  });

  describe('a git dir in another place', () => {
    it('is found', () => {
      const gitDir = join(tempDirectory(), 'git-dir');
      const root = makeRepository(`--separate-git-dir=${gitDir}`);
      expect(found(root)).to.deep.include({ root, kind: 'separate_git_dir', gitDir });
    });

    it('is refused when it is the git dir of another worktree', () => {
      const other = makeRepository();
      const root = tempDirectory();
      writeFileSync(join(root, '.git'), `gitdir: ${join(other, '.git')}`);
      expectUnsupported(root, 'of another worktree');
    });

    it('is refused when it is bare', () => {
      const bare = makeRepository('--bare');
      const root = tempDirectory();
      writeFileSync(join(root, '.git'), `gitdir: ${bare}`);
      expectUnsupported(root, 'without files of its own');
    });
  });

  describe('a .git file', () => {
    for (const text of ['', 'gitdir: ', 'gitdir: \n', 'gitdir:x', 'nonsense', 'gitdir: a\0b']) {
      it(`is refused when it says ${JSON.stringify(text)}`, () => {
        const root = tempDirectory();
        writeFileSync(join(root, '.git'), text);
        expectUnsupported(root, 'does not lead to a git dir');
      });
    }

    it('is refused when it is large', () => {
      const root = tempDirectory();
      writeFileSync(join(root, '.git'), `gitdir: ${'x/'.repeat(50_000)}`);
      expectUnsupported(root, 'larger');
    });

    it('is refused when it is a FIFO', () => {
      const root = tempDirectory();
      execFileSync('mkfifo', [join(root, '.git')]);
      expectUnsupported(root, 'neither a folder nor a plain file');
    });

    it('is refused when it is a link to a git dir', () => {
      const root = tempDirectory();
      symlinkSync(join(makeRepository(), '.git'), join(root, '.git'));
      expectUnsupported(root, 'neither a folder nor a plain file');
    });
  });

  describe('core.worktree', () => {
    it('may lead to the folder itself', () => {
      const root = makeRepository();
      git(root, 'config', 'core.worktree', '..');
      expect(found(root).kind).to.equal('main');
    });

    for (const value of ['../..', '/', '.', '', 'none']) {
      it(`may not be ${JSON.stringify(value)}`, () => {
        const root = makeRepository();
        git(root, 'config', 'core.worktree', value);
        expectUnsupported(root, 'core.worktree');
      });
    }
  });
});
