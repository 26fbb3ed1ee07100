import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pictureOf } from '../hooks/picture.js';
import { tempDirectory } from '../helpers/temp.js';
import { installPiton, piton, reasons, run, type Installed } from '../hosts/installed.js';

/** Programs that keep hooks of git, as npm has them. lefthook is a program for each system. */
const MANAGERS = ['husky@9.1.7', 'lefthook@2.2.2'];

const CONFIG = (name: string): string =>
  `pre-commit:\n  commands:\n    ${name}:\n      run: echo ran >> ../seen\n`;

describe('package: managers of git hooks', () => {
  const packages = tempDirectory();
  let user: Installed;
  let root: string;
  let configured = 1_700_000_000;

  before(() => {
    writeFileSync(join(packages, 'package.json'), '{ "private": true }');
    // Without their scripts, which would look for a repository to install themselves in.
    const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
    const done = spawnSync('npm', [...args, ...MANAGERS], { cwd: packages, encoding: 'utf8' });
    expect(done.status, done.stderr).to.equal(0);
  });

  beforeEach(() => {
    user = installPiton();
    user.env['PATH'] = `${join(packages, 'node_modules/.bin')}:${user.env['PATH']}`;
    root = join(user.home, 'w');
    mkdirSync(root);
    command('git', 'init', '-q', '-b', 'main');
    symlinkSync(join(packages, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  });

  function command(...words: string[]): void {
    const ended = run(user, root, words);
    expect(ended.status, `${words.join(' ')}: ${ended.stdout}${ended.stderr}`).to.equal(0);
  }

  function commit(content: string): void {
    writeFileSync(join(root, 'a'), content);
    command('git', 'add', '.');
    command('git', 'commit', '-q', '-m', content);
  }

  /** lefthook takes a file for the same one within a second. */
  function configure(text: string): void {
    const path = join(root, 'lefthook.yml');
    writeFileSync(path, text);
    configured += 10;
    utimesSync(path, configured, configured);
  }

  function isInstalled(): boolean {
    const { hooks } = piton(user, root, 'hooks', 'status', '--git', 'pre-commit');
    return (hooks as { installed: boolean }[])[0]?.installed === true;
  }

  function seen(): number {
    return readFileSync(join(user.home, 'seen'), 'utf8').split('\n').length - 1;
  }

  it('husky runs piton beside what is there, and is left as it was', () => {
    command('husky');
    const script = join(root, '.husky/pre-commit');
    writeFileSync(script, 'echo ran >> ../seen\n');
    const before = pictureOf(join(root, '.husky'));
    piton(user, root, 'hooks', 'install', '--git', 'pre-commit', 'pre-push');
    expect(isInstalled()).to.equal(true);
    commit('one');
    // What `npm install` does each time.
    command('husky');
    commit('two');
    expect(reasons(user, root)).to.deep.equal(Array(2).fill('before a commit (git pre-commit)'));
    expect(seen()).to.equal(2);
    piton(user, root, 'hooks', 'uninstall');
    expect(isInstalled()).to.equal(false);
    expect(pictureOf(join(root, '.husky'))).to.deep.equal(before);
    commit('three');
    expect([reasons(user, root).length, seen()]).to.deep.equal([2, 3]);
  });

  it('lefthook runs piton, from its script until that is made anew, or as a command', () => {
    configure(CONFIG('one'));
    command('lefthook', 'install');
    const before = pictureOf(join(root, '.git/hooks'));
    piton(user, root, 'hooks', 'install', '--git', 'pre-commit');
    commit('one');
    expect([reasons(user, root).length, seen()]).to.deep.equal([1, 1]);
    piton(user, root, 'hooks', 'uninstall');
    expect(pictureOf(join(root, '.git/hooks'))).to.deep.equal(before);
    piton(user, root, 'hooks', 'install', '--git', 'pre-commit');
    configure(CONFIG('two'));
    commit('two');
    expect(isInstalled()).to.equal(false);
    const line = '    piton:\n      run: piton hooks run git pre-commit\n';
    configure(CONFIG('three') + line);
    commit('three');
    configure(CONFIG('four') + line);
    commit('four');
    expect([reasons(user, root).length, seen()]).to.deep.equal([4, 4]);
  });

  it('piton is gone for good although lefthook moved its script aside', () => {
    piton(user, root, 'hooks', 'install', '--git', 'pre-commit');
    configure(CONFIG('one'));
    command('lefthook', 'install');
    expect(existsSync(join(root, '.git/hooks/pre-commit.old'))).to.equal(true);
    piton(user, root, 'hooks', 'uninstall');
    command('lefthook', 'uninstall');
    expect(isInstalled()).to.equal(false);
    commit('one');
    expect(existsSync(join(root, '.git/piton/plans'))).to.equal(false);
  });
});
