import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import type { GitConfig, Repository, UserFiles } from '../../../src/store/repository-types.js';
import {
  loadIgnoreSources,
  type LoadedIgnoreSources,
} from '../../../src/worktree/ignore/load-sources.js';
import { makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

interface Setting {
  values?: Record<string, string[]>;
  ignoreCase?: boolean;
  /** Who set the values. */
  by?: 'user' | 'repository' | 'unknown';
}

function configOf({ values = {}, ignoreCase, by = 'user' }: Setting): GitConfig {
  const config: GitConfig = {
    get: (key) => values[key]?.at(-1),
    getAll: (key) => values[key] ?? [],
    getBoolean: (key) => (key === 'core.ignorecase' ? ignoreCase : undefined),
    getInteger: () => undefined,
    keys: () => Object.keys(values),
  };
  return by === 'unknown' ? config : { ...config, isFromRepository: () => by === 'repository' };
}

describe('worktree/ignore/load-sources', () => {
  let root: string;
  let user: UserFiles;
  let info: string;

  beforeEach(() => {
    root = makeRepository();
    info = join(root, '.git', 'info', 'exclude');
    const home = tempDirectory();
    user = { home, configHome: join(home, '.config'), systemConfig: null };
    mkdirSync(join(home, '.config', 'git'), { recursive: true });
  });

  function load(setting: Setting = {}): LoadedIgnoreSources {
    const gitDir = join(root, '.git');
    const repository: Repository = {
      root,
      gitDir,
      commonDir: gitDir,
      stateDir: join(gitDir, 'piton'),
      kind: 'main',
      algorithm: 'sha1',
      refStorage: 'files',
      unknownExtensions: [],
      config: configOf(setting),
    };
    return loadIgnoreSources(repository, user);
  }

  function excludesFile(value: string, by: Setting['by'] = 'user'): string | null {
    const { sources } = load({ values: { 'core.excludesfile': [value] }, by });
    return sources.excludesFile?.toString() ?? null;
  }

  it('reads info/exclude, the default user file and the configuration', () => {
    writeFileSync(info, 'local\n');
    writeFileSync(join(user.configHome, 'git', 'ignore'), 'mine\n');
    const { sources, warnings } = load({
      values: { 'piton.exclude': ['a', 'café'] },
      ignoreCase: true,
    });
    expect(sources).to.deep.equal({
      exclude: ['a', 'caf\xc3\xa9'],
      infoExclude: Buffer.from('local\n'),
      excludesFile: Buffer.from('mine\n'),
      ignoreCase: true,
    });
    expect(warnings).to.deep.equal([]);
  });

  it('takes absent files as absent', () => {
    rmSync(info);
    expect(load()).to.deep.equal({
      sources: { exclude: [], infoExclude: null, excludesFile: null, ignoreCase: false },
      warnings: [],
    });
    expect(excludesFile('~/none')).to.equal(null);
  });

  it('finds core.excludesFile: with ~/, absolute, from the root, or none when it is empty', () => {
    writeFileSync(join(user.configHome, 'git', 'ignore'), 'default');
    writeFileSync(join(user.home, 'mine'), 'home');
    writeFileSync(join(root, 'here'), 'root');
    symlinkSync(join(user.home, 'mine'), join(user.home, 'link'));
    expect(excludesFile('~/mine')).to.equal('home');
    expect(excludesFile(join(user.home, 'link'))).to.equal('home');
    expect(excludesFile('here')).to.equal('root');
    expect(excludesFile('')).to.equal(null);
  });

  it('does not read a file outside the workspace because the repository names it', () => {
    writeFileSync(join(user.home, 'secret'), 'secret');
    writeFileSync(join(root, 'here'), 'root');
    symlinkSync(join(user.home, 'secret'), join(root, 'link'));
    symlinkSync(user.home, join(root, 'home'));
    const outside = ['~/secret', join(user.home, 'secret'), '../secret', 'link', 'home/secret'];
    for (const by of ['repository', 'unknown'] as const) {
      expect(excludesFile('here', by)).to.equal('root');
      for (const value of outside) {
        const { sources, warnings } = load({ values: { 'core.excludesfile': [value] }, by });
        expect(sources.excludesFile, value).to.equal(null);
        expect(warnings, value).to.have.length(1);
      }
    }
    expect(excludesFile('~/secret', 'user')).to.equal('secret');
  });

  it('warns of forms that only git can expand', () => {
    for (const value of ['~other/ignore', '~', '%(prefix)/ignore']) {
      const { sources, warnings } = load({ values: { 'core.excludesfile': [value] } });
      expect(sources.excludesFile).to.equal(null);
      expect(warnings[0]?.paths).to.deep.equal([value]);
    }
  });

  it('does not follow a link for info/exclude', () => {
    writeFileSync(join(user.home, 'secret'), 'secret');
    rmSync(info);
    symlinkSync(join(user.home, 'secret'), info);
    const { sources, warnings } = load();
    expect(sources.infoExclude).to.equal(null);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['ignore_source_unusable']);
  });

  it('neither waits for a FIFO nor reads a folder or a huge file', () => {
    const path = join(user.configHome, 'git', 'ignore');
    const makers = [
      (at: string) => execFileSync('mkfifo', [at]),
      (at: string) => mkdirSync(at),
      (at: string) => {
        writeFileSync(at, '');
        truncateSync(at, LIMITS.ignoreFileBytes + 1);
      },
    ];
    for (const make of makers) {
      for (const at of [info, path]) {
        rmSync(at, { recursive: true, force: true });
        make(at);
      }
      const { sources, warnings } = load();
      expect([sources.infoExclude, sources.excludesFile]).to.deep.equal([null, null]);
      expect(warnings).to.have.length(2);
    }
  });

  it('warns of files that may not be read, and hides no other failure', () => {
    const path = join(user.configHome, 'git', 'ignore');
    for (const at of [info, path]) {
      writeFileSync(at, 'x');
      chmodSync(at, 0);
    }
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(load().warnings).to.have.length(2);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(() => excludesFile(`~/${'a'.repeat(5000)}`)).to.throw('ENAMETOOLONG');
  });
});
