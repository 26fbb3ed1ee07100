import { expect } from 'chai';
import { appendFileSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { GitBatch } from '../../src/process/git-batch.js';
import { runGit } from '../../src/process/run-git.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { realGit, repositoryAt, shellScript } from './programs.js';

const MISSING = '0123456789'.repeat(4);

interface Trap {
  /** Sets the trap: `program` is what must never run. */
  set: (directory: string, program: string) => void;
  /** A command with which plain git walks into it. */
  args: string[];
  /** Not every version of git knows this trap. */
  sometimes?: boolean;
  extensions?: Record<string, string>;
}

function hook(directory: string, program: string): void {
  mkdirSync(directory, { recursive: true });
  for (const name of ['reference-transaction', 'post-index-change', 'pre-auto-gc', 'pre-commit']) {
    writeFileSync(join(directory, name), `#!/bin/sh\nexec ${program}\n`, { mode: 0o755 });
  }
}

function configure(directory: string, ...settings: [string, string][]): void {
  for (const [key, value] of settings) git(directory, 'config', key, value);
}

const UPDATE = ['update-ref', 'refs/heads/trap', 'HEAD'];

const TRAPS: Record<string, Trap> = {
  'core.fsmonitor': {
    set: (directory, program) => {
      configure(directory, ['core.fsmonitor', program]);
    },
    args: ['status'],
  },
  'hooks in their usual place': {
    set: (directory, program) => {
      hook(join(directory, '.git/hooks'), program);
    },
    args: UPDATE,
  },
  'core.hooksPath': {
    set: (directory, program) => {
      hook(join(directory, 'evil'), program);
      configure(directory, ['core.hooksPath', join(directory, 'evil')]);
    },
    args: UPDATE,
  },
  'a config that is included': {
    set: (directory, program) => {
      hook(join(directory, 'evil'), program);
      const path = join(directory, 'evil.config');
      writeFileSync(path, `[core]\n\thooksPath = ${join(directory, 'evil')}\n`);
      configure(directory, ['include.path', path]);
    },
    args: UPDATE,
  },
  'a config of the worktree': {
    set: (directory, program) => {
      hook(join(directory, 'evil'), program);
      configure(directory, ['extensions.worktreeConfig', 'true']);
      const path = join(directory, '.git/config.worktree');
      writeFileSync(path, `[core]\n\thooksPath = ${join(directory, 'evil')}\n`);
    },
    args: UPDATE,
    extensions: { worktreeConfig: 'true' },
  },
  'hooks in the config': {
    set: (directory, program) => {
      configure(
        directory,
        ['hook.evil.event', 'reference-transaction'],
        ['hook.evil.command', program],
      );
    },
    args: UPDATE,
    sometimes: true,
  },
  'a clean filter': {
    set: (directory, program) => {
      configure(directory, ['filter.evil.clean', program]);
      writeFileSync(join(directory, '.gitattributes'), '* filter=evil\n');
    },
    args: ['hash-object', '-w', 'f'],
  },
  'a filter in info/attributes': {
    set: (directory, program) => {
      configure(directory, ['filter.evil.smudge', program]);
      mkdirSync(join(directory, '.git/info'), { recursive: true });
      writeFileSync(join(directory, '.git/info/attributes'), '* filter=evil\n');
    },
    args: ['cat-file', '--filters', 'HEAD:f'],
  },
  'diff.external': {
    set: (directory, program) => {
      configure(directory, ['diff.external', program]);
    },
    args: ['diff', 'HEAD'],
  },
  'a textconv': {
    set: (directory, program) => {
      configure(directory, ['diff.evil.textconv', program]);
      writeFileSync(join(directory, '.gitattributes'), '* diff=evil\n');
    },
    args: ['diff', 'HEAD'],
  },
  'gpg.program': {
    set: (directory, program) => {
      configure(directory, ['gpg.program', program], ['commit.gpgSign', 'true']);
    },
    args: ['commit', '--allow-empty', '-m', 'x'],
  },
  'core.editor': {
    set: (directory, program) => {
      configure(directory, ['core.editor', program]);
    },
    args: ['commit', '--allow-empty'],
  },
  'core.sshCommand': {
    set: (directory, program) => {
      configure(directory, ['core.sshCommand', program]);
    },
    args: ['ls-remote', 'ssh://host/path'],
  },
  'a remote whose address names a program': {
    set: (directory, program) => {
      configure(
        directory,
        ['remote.origin.url', `ext::${program}`],
        ['remote.origin.promisor', 'true'],
        ['protocol.ext.allow', 'always'],
        ['core.repositoryFormatVersion', '1'],
        ['extensions.partialClone', 'origin'],
      );
    },
    args: ['cat-file', '-p', MISSING],
    extensions: { partialclone: 'origin' },
  },
  'a remote in a file of its own': {
    set: (directory, program) => {
      mkdirSync(join(directory, '.git/remotes'));
      writeFileSync(join(directory, '.git/remotes/origin'), `URL: ext::${program}\n`);
      configure(directory, ['protocol.ext.allow', 'always']);
    },
    args: ['ls-remote', 'origin'],
  },
  'an alias': {
    set: (directory, program) => {
      configure(
        directory,
        ['alias.evil', `!${program}`],
        ['alias.cat-file', `!${program}`],
        ['alias.gc', `!${program}`],
      );
    },
    args: ['evil'],
  },
  'a pager': {
    set: (directory, program) => {
      configure(directory, ['core.pager', program], ['pager.for-each-ref', program]);
    },
    // Git pages on terminals only.
    args: ['--paginate', 'log'],
    sometimes: true,
  },
  'gc.recentObjectsHook': {
    set: (directory, program) => {
      configure(directory, ['gc.recentObjectsHook', program]);
    },
    args: ['gc', '--prune=now'],
    sometimes: true,
  },
  'core.alternateRefsCommand': {
    set: (directory, program) => {
      const other = makeRepository();
      git(other, 'commit', '-q', '--allow-empty', '-m', 'x');
      const alternates = join(directory, '.git/objects/info/alternates');
      writeFileSync(alternates, `${other}/.git/objects\n`);
      configure(directory, ['core.alternateRefsCommand', program]);
    },
    args: ['fetch', '.', 'HEAD'],
  },
};

describe('a hostile repository', function () {
  this.timeout(120_000);

  for (const [name, trap] of Object.entries(TRAPS)) {
    it(`runs nothing through ${name}`, async () => {
      const marker = join(tempDirectory(), 'marker');
      const program = shellScript(`touch ${marker}\nexit 1`);
      const directory = makeRepository();
      writeFileSync(join(directory, 'f'), 'one');
      git(directory, 'add', 'f');
      git(directory, 'commit', '-q', '-m', 'x');
      const head = git(directory, 'rev-parse', 'HEAD');
      trap.set(directory, program);
      appendFileSync(join(directory, 'f'), 'two');
      utimesSync(join(directory, 'f'), 1, 1);
      const junk = tryGit(directory, ['hash-object', '-w', '--no-filters', '--stdin'], 'junk');
      expect(junk.status).to.equal(0);

      tryGit(directory, trap.args);
      if (trap.sometimes !== true) {
        expect(existsSync(marker), 'plain git walks into the trap').to.equal(true);
      }
      rmSync(marker, { force: true });

      const repository = repositoryAt(directory, trap.extensions);
      const runs = [
        trap.args,
        ['cat-file', '-p', MISSING],
        ['cat-file', '-p', head],
        ['update-ref', 'refs/piton/checkpoint/x', head],
        ['for-each-ref', 'refs/piton/'],
        ['symbolic-ref', 'HEAD', 'refs/heads/main'],
        ['status'],
        ['evil'],
        ['gc', '--prune=now'],
        ['gc', '--auto'],
      ];
      const exitCodes: Record<string, number> = {};
      for (const args of runs) {
        const call = { repository, workTree: directory, args, config: { 'gc.auto': '1' } };
        try {
          exitCodes[args.join(' ')] = (await runGit(realGit(), call)).exitCode;
        } catch (error) {
          if (!(error instanceof PitonError) || error.code !== 'GIT_FAILED') throw error;
        }
      }
      const batch = new GitBatch(realGit(), repository);
      expect(await batch.readObject(MISSING).catch(() => null)).to.equal(null);
      await batch.close();
      expect(existsSync(marker)).to.equal(false);
      expect(exitCodes).to.include({
        [`cat-file -p ${head}`]: 0,
        [`update-ref refs/piton/checkpoint/x ${head}`]: 0,
        'for-each-ref refs/piton/': 0,
        'symbolic-ref HEAD refs/heads/main': 0,
        'gc --prune=now': 0,
      });
    });
  }

  it('keeps its whole config from git', async () => {
    const directory = makeRepository();
    git(directory, 'config', 'some.key', 'some value');
    const call = { repository: repositoryAt(directory), args: ['config', '--list'] };
    const seen = await runGit(realGit(), call);
    expect(seen.stdout.toString()).to.contain('core.bare=false').and.not.to.contain('some.key');
  });
});
