import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import { LIMITS } from '../../../src/core/limits.js';
import { loadConfig, readConfigFile } from '../../../src/store/config/load-config.js';
import type { GitConfig } from '../../../src/store/repository-types.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

let root: string;
let home: string;

function write(path: string, content: string): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

function load(): GitConfig {
  return loadConfig(
    {
      system: join(home, 'system'),
      global: [join(home, '.config/git/config'), join(home, '.gitconfig')],
      repo: join(root, '.git/config'),
      worktree: null,
    },
    { home, gitDir: join(root, '.git') },
  );
}

/** All values of all keys, as git sees them from inside the repository. */
function byGit(): string[] {
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
  const run = tryGit(root, ['config', '-z', '--list', '--includes'], undefined, env);
  expect(run.stderr).to.equal('');
  return run.stdout.toString().split('\0').slice(0, -1).sort();
}

function byPiton(): string[] {
  const config = load();
  return config
    .keys()
    .flatMap((key) => config.getAll(key).map((value) => `${key}\n${value}`))
    .sort();
}

function refusal(): PitonError {
  try {
    load();
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('loadConfig', () => {
  beforeEach(() => {
    root = makeRepository();
    home = tempDirectory();
  });

  it('merges system, user and repository files, later ones winning', () => {
    write('system', '[a]x=system\ny=system');
    write('.config/git/config', '[a]x=xdg\n');
    write('.gitconfig', '[a]x=home');
    expect(load().getAll('a.x')).to.deep.equal(['system', 'xdg', 'home']);
    git(root, 'config', 'a.x', 'repo');
    expect(load().get('a.x')).to.equal('repo');
    expect(load().get('a.y')).to.equal('system');
    expect(load().get('core.bare')).to.equal('false');
  });

  it('tells what comes from the repository, also by its includes', () => {
    write('.gitconfig', '[user]x=1\n[include]path=more');
    write('more', '[more]x=1');
    writeFileSync(join(root, '.git/config'), `[own]x=1\n[include]path=${join(home, 'chosen')}`);
    write('chosen', '[chosen]x=1');
    const isOwn = (key: string) => load().isFromRepository?.(key);
    expect(['user.x', 'more.x'].map(isOwn)).to.deep.equal([false, false]);
    expect(['own.x', 'chosen.x'].map(isOwn)).to.deep.equal([true, true]);
  });

  it('reads the worktree file last', () => {
    const worktree = write('config.worktree', '[a]x=worktree');
    const files = { system: null, global: [], repo: join(root, '.git/config'), worktree };
    git(root, 'config', 'a.x', 'repo');
    const config = loadConfig(files, { home, gitDir: null });
    expect(config.getAll('a.x')).to.deep.equal(['repo', 'worktree']);
  });

  it('leaves out files that are not there', () => {
    const files = { system: null, global: [join(home, 'none')], repo: null, worktree: null };
    expect(loadConfig(files, { home, gitDir: null }).keys()).to.deep.equal([]);
    expect(readConfigFile(join(home, 'none')).keys()).to.deep.equal([]);
  });

  it('follows includes as git does', () => {
    const branchFolder =
      '[includeIf "onbranch:ma*/"]path=missed\n[includeIf "onbranch:m*"]path=b\n';
    write('.gitconfig', `[include]path=sub/one\npath=~/two\npath=absent\n${branchFolder}[z]z=1`);
    write('sub/one', `[one]x=1\n[include]path=nested\npath=${home}/three\n[one]y=2`);
    write('sub/nested', '[nested]x=1');
    write('two', '[two]x=1');
    write('three', '[three]x=1');
    write('b', '[branch-file]x=1');
    write('missed', '[missed]x=1');
    expect(byPiton()).to.deep.equal(byGit());
    expect(load().keys()).to.include.members(['nested.x', 'two.x', 'three.x', 'branch-file.x']);
  });

  it('judges gitdir conditions as git does', () => {
    const name = root.split('/').at(-1) ?? '';
    const parent = dirname(root);
    symlinkSync(parent, join(home, 'link'));
    const conditions = [
      `gitdir:${root}/.git`,
      `gitdir:${root}/`,
      `gitdir:${root}`,
      `gitdir:${parent}/*/.git`,
      `gitdir:${parent}/`,
      `gitdir:${name}/`,
      `gitdir:${name.toUpperCase()}/`,
      `gitdir/i:${name.toUpperCase()}/`,
      `gitdir/i:${root.toUpperCase()}/.GIT`,
      'gitdir:./',
      'gitdir/i:./x',
      'gitdir:~/',
      `gitdir:~/link/${name}/`,
      'gitdir:**/.git',
      'gitdir:*/.git',
      'onbranch:main',
      'onbranch:main/',
      'onbranch:other',
      'unknown:main',
      'nothing',
    ];
    conditions.forEach((_, index) => write(`c${index}`, `[c${index}]held=1`));
    const lines = conditions.map((one, index) => `[includeIf "${one}"]path=~/c${index}\n`);
    write('.gitconfig', lines.join(''));
    writeFileSync(join(root, '.git/inner'), '[inner]x=1');
    const here = '[includeIf "gitdir:./"]path=inner\n[includeIf "gitdir/i:./"]path=inner\n';
    writeFileSync(join(root, '.git/config'), here);
    expect(byPiton()).to.deep.equal(byGit());
    expect(
      load()
        .keys()
        .filter((key) => key.endsWith('.held')),
    ).to.have.length.greaterThan(5);
  });

  it('does not hold a condition about a branch when HEAD is detached', () => {
    writeFileSync(join(root, '.git/HEAD'), `${'1'.repeat(40)}\n`);
    write('.gitconfig', '[includeIf "onbranch:**"]path=b');
    write('b', '[b]x=1');
    expect(load().get('b.x')).to.equal(undefined);
  });

  it('holds no condition outside a repository', () => {
    const path = write('.gitconfig', '[includeIf "gitdir:**"]path=b');
    write('b', '[b]x=1');
    const files = { system: null, global: [path], repo: null, worktree: null };
    expect(loadConfig(files, { home, gitDir: null }).get('b.x')).to.equal(undefined);
  });

  it('judges conditions also when the home folder is not there', () => {
    const system = write('system', '[includeIf "gitdir:~/"]path=b\n[a]x=1');
    write('b', '[b]x=1');
    const files = { system, global: [], repo: null, worktree: null };
    const config = loadConfig(files, { home: join(home, 'gone'), gitDir: join(root, '.git') });
    expect(config.keys()).to.deep.equal(['includeif.gitdir:~/.path', 'a.x']);
  });

  it("leaves out an include below another user's home", () => {
    write('.gitconfig', '[include]path=~root/x\n[a]x=1');
    expect(load().get('a.x')).to.equal('1');
  });

  it('follows includes as deep as git does, and refuses one deeper', () => {
    const depth = LIMITS.gitConfigIncludeDepth;
    write('.gitconfig', '[include]path=i1');
    for (let at = 1; at < depth; at += 1) write(`i${at}`, `[include]path=i${at + 1}`);
    write(`i${depth}`, '[deep]x=1');
    expect(byPiton()).to.deep.equal(byGit());
    expect(load().get('deep.x')).to.equal('1');
    write(`i${depth}`, '[include]path=last');
    write('last', '');
    expect(refusal().code).to.equal('UNSUPPORTED_REPOSITORY');
    expect(refusal().message).to.contain('too deeply');
  });

  it('passes on what the system says of the home folder', () => {
    const loop = join(home, 'loop');
    symlinkSync(loop, loop);
    const system = write('system', '[includeIf "gitdir:~/"]path=b');
    const files = { system, global: [], repo: null, worktree: null };
    const context = { home: loop, gitDir: join(root, '.git') };
    expect(() => loadConfig(files, context)).to.throw('ELOOP');
  });

  it('refuses includes that multiply', () => {
    write('.gitconfig', '[include]path=m1');
    for (let at = 1; at < 9; at += 1)
      write(`m${at}`, `[include]\n${`path=m${at + 1}\n`.repeat(50)}`);
    write('m9', '');
    expect(refusal().message).to.contain('too large');
  });

  it('refuses an include without a path', () => {
    write('.gitconfig', '[include]path');
    expect(refusal().details['key']).to.equal('include.path');
  });

  it('names the included file that is malformed', () => {
    write('.gitconfig', '[include]path=bad');
    const bad = write('bad', '[a]\n!');
    expect(refusal().details).to.deep.equal({ file: bad, line: 2 });
  });

  it("reads the user's own file through a link", () => {
    symlinkSync(write('dotfiles/gitconfig', '[a]x=1'), join(home, '.gitconfig'));
    expect(load().get('a.x')).to.equal('1');
  });

  it('refuses a config of the repository that is a link', () => {
    const target = write('elsewhere', '[a]x=1');
    const config = join(root, '.git/config');
    execFileSync('ln', ['-sf', target, config]);
    expect(refusal().code).to.equal('UNSUPPORTED_REPOSITORY');
    expect(refusal().details['path']).to.equal(config);
  });

  it('does not wait for a FIFO, wherever it is', () => {
    execFileSync('mkfifo', [join(home, 'fifo')]);
    write('.gitconfig', '[include]path=fifo');
    expect(refusal().code).to.equal('UNSUPPORTED_REPOSITORY');
  });

  it('passes on system errors', function () {
    const long = 'x'.repeat(5000);
    write('.gitconfig', `[include]path=${long}`);
    expect(() => load()).to.throw('ENAMETOOLONG');
  });

  it('passes over a file of the user that may not be read', () => {
    chmodSync(write('.gitconfig', '[a]x=1'), 0);
    for (const folder of [home, root]) chmodSync(folder, 0o755);
    expect(unprivileged(() => load()).get('a.x')).to.equal(undefined);
  });
});
