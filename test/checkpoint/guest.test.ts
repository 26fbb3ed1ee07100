import { expect } from 'chai';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findRepository } from '../../src/store/repository/discover.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { assertFsckClean, git, tryGit } from '../helpers/git.js';
import { GIT_STATES } from './git-states.js';
import { TEST_USER } from './contexts.js';

/** Everything of the user's in a git dir: contents, mode and time of each file. */
function userFilesIn(gitDir: string): Map<string, string> {
  const files = new Map<string, string>();
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const name of readdirSync(join(gitDir, folder))) {
      const path = join(folder, name);
      if (/^(?:objects|piton|refs\/piton|modules\/[^/]+\/objects)$/.test(path)) continue;
      if (/^worktrees\/[^/]+\/piton$/.test(path)) continue;
      const stat = lstatSync(join(gitDir, path), { bigint: true });
      if (stat.isDirectory()) pending.push(path);
      else {
        const contents = readFileSync(join(gitDir, path)).toString('base64');
        // Git itself sets the time of a shared index whenever it reads it.
        const time = name.startsWith('sharedindex.') ? '' : stat.mtimeNs;
        files.set(path, `${stat.mode} ${time} ${contents}`);
      }
    }
  }
  return files;
}

/** Of the git that looks: it must not write, nor run what the workspace names. */
const QUIET = [
  ...['--no-optional-locks', '-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/nowhere', '-c', 'gc.auto=0'],
];

function gitSays(root: string): Record<string, string> {
  const say = (...args: string[]): string => {
    const { status, stdout, stderr } = tryGit(root, [...QUIET, ...args]);
    return `${status}\n${stdout.toString('latin1')}\n${stderr}`;
  };
  return {
    status: say('status', '--porcelain=v2', '--branch', '--show-stash', '--ignored'),
    head: say('rev-parse', 'HEAD') + say('symbolic-ref', 'HEAD'),
    branches: say('for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes', 'refs/stash'),
    stash: say('stash', 'list'),
    config: say('config', '--list', '--show-origin'),
    staged: say('ls-files', '-s', '-v', '--debug'),
    reflog: say('reflog'),
  };
}

function worktreeOf(root: string): string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .filter((path) => !path.split('/').includes('.git'))
    .map((path) => {
      const { mode, mtimeNs, ino } = lstatSync(join(root, path), { bigint: true });
      return `${path} ${mode} ${mtimeNs} ${ino}`;
    })
    .sort();
}

function everythingOf(root: string) {
  const repository = findRepository(root, TEST_USER);
  if (repository === null) throw new Error('no repository');
  const { gitDir, commonDir } = repository;
  const dirs = [...new Set([gitDir, commonDir])].map((dir) => [...userFilesIn(dir)]);
  const nested = join(root, 'sub/.git');
  const nestedFiles = existsSync(nested) && lstatSync(nested).isDirectory();
  return {
    ...gitSays(root),
    files: worktreeOf(root),
    dirs,
    nested: nestedFiles ? [...userFilesIn(nested)] : [],
  };
}

describe('checkpoint: a guest in the user’s repository', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const [name, { make, engines }] of Object.entries(GIT_STATES)) {
    for (const engine of engines) {
      it(`writes nothing of theirs: ${name} (${engine})`, async () => {
        const root = make();
        if (root === null) return;
        const before = everythingOf(root);
        const workspace = await openTest(root, { engine });
        const { checkpoint } = await workspace.createCheckpoint({ name: 'one' });
        expect(everythingOf(root)).to.deep.equal(before);
        appendFileSync(join(root, 'new file'), 'x');
        const changed = everythingOf(root);
        await workspace.createCheckpoint({ plan: checkpoint.plan_id });
        await workspace.status();
        await workspace.diffCheckpoints({ patch: true });
        await workspace.deleteCheckpoint('one');
        expect(everythingOf(root)).to.deep.equal(changed);
        assertFsckClean(root);
      });
    }
  }
});

describe('checkpoint: against git’s garbage collection', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ['embedded', 'native'] as const) {
    it(`keeps every checkpoint, with what is only staged (${engine})`, async () => {
      const root = GIT_STATES['staged changes']?.make() ?? '';
      writeFileSync(join(root, 'once'), 'only ever staged');
      rmSync(join(root, '.git/hooks'), { recursive: true });
      git(root, 'add', 'once');
      writeFileSync(join(root, 'once'), 'in the worktree');
      mkdirSync(join(root, 'empty'));
      const workspace = await openTest(root, { engine });
      const { checkpoint } = await workspace.createCheckpoint({});
      git(root, 'rm', '-q', '-f', '--cached', 'once');
      rmSync(join(root, 'once'));
      git(root, 'reflog', 'expire', '--expire=now', '--all');
      git(root, 'gc', '-q', '--prune=now');
      assertFsckClean(root);
      expect(git(root, 'show', `${checkpoint.ref}:once`)).to.equal('in the worktree');
      const { staging_area: stagingArea } = await workspace.rollback({});
      expect(stagingArea).to.deep.equal({ restored: true });
      expect(git(root, 'show', ':once')).to.equal('only ever staged');
      expect(readFileSync(join(root, 'once'), 'utf8')).to.equal('in the worktree');
      expect(existsSync(join(root, 'empty'))).to.equal(true);
      git(root, 'gc', '-q', '--prune=now');
      assertFsckClean(root);
      await workspace.undo();
      assertFsckClean(root);
    });
  }
});
