import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
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
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, only, openTest } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import { put, treeOf } from './operations.js';

interface Scene {
  root: string;
  workspace: Workspace;
}

const LARGE = 'x'.repeat(100);

/** A checkpoint with some files, of which none is larger than 50 bytes. */
async function scene(...files: string[]): Promise<Scene> {
  const root = makeRepository();
  git(root, 'config', 'piton.maxFileSize', '50');
  for (const path of ['other', ...files]) put(root, path, 'small');
  const workspace = await openTest(root);
  await workspace.createPlan();
  await workspace.createCheckpoint();
  return { root, workspace };
}

function contents(root: string): Record<string, string> {
  const tree = treeOf(root);
  for (const path of Object.keys(tree)) if (/^\.git(\/|$)/.test(path)) delete tree[path];
  return tree;
}

function trash(root: string): string {
  return join(root, '.git', 'piton', 'trash');
}

function keptNames(root: string): string[] {
  return readdirSync(trash(root), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('/kept/'),
  );
}

function makeFifo(root: string, path: string): void {
  execFileSync('mkfifo', [join(root, path)]);
}

function isFifo(root: string, path: string): boolean {
  return lstatSync(join(root, path), { throwIfNoEntry: false })?.isFIFO() === true;
}

describe('what a rollback retired', () => {
  afterEach(closeWorkspaces);

  it('comes back with undo, goes with redo, and comes back again', async () => {
    const { root, workspace } = await scene('big', 'd/e');
    writeFileSync(join(root, 'big'), LARGE);
    rmSync(join(root, 'd'), { recursive: true });
    writeFileSync(join(root, 'd'), LARGE);
    const before = contents(root);
    const { ino } = lstatSync(join(root, 'big'));
    const rolledBack = await workspace.rollback();
    expect(rolledBack.retired.map(({ path }) => path).sort()).to.deep.equal(['big', 'd']);
    const after = contents(root);
    expect(after['big']).to.match(/ small$/);
    for (let round = 0; round < 2; round++) {
      const undone = await workspace.undo();
      expect(contents(root), `undo ${round}`).to.deep.equal(before);
      expect(undone.changed_paths).to.deep.equal([
        { path: 'big', change: 'restored' },
        { path: 'd', change: 'created' },
        { path: 'd/e', change: 'deleted' },
      ]);
      expect(undone.left).to.deep.equal([]);
      expect(lstatSync(join(root, 'big')).ino).to.equal(ino);
      expect(keptNames(root)).to.deep.equal([]);
      await workspace.redo();
      expect(contents(root), `redo ${round}`).to.deep.equal(after);
    }
  });

  it('leaves nothing in the trash once it has come back', async () => {
    const { root, workspace } = await scene('big');
    writeFileSync(join(root, 'big'), LARGE);
    await workspace.rollback();
    const [id = ''] = readdirSync(trash(root));
    await workspace.undo();
    expect(readdirSync(trash(root))).to.not.include(id);
  });

  it('comes back from a folder that had to make room: a FIFO and ignored files', async () => {
    const { root, workspace } = await scene('d', 'a/b');
    rmSync(join(root, 'd'));
    put(root, '.gitignore', 'ignored\n');
    for (const path of ['d/captured', 'd/e/ignored', 'd/e/captured', 'd/f/ignored'])
      put(root, path);
    makeFifo(root, 'd/pipe');
    rmSync(join(root, 'a'), { recursive: true });
    makeFifo(root, 'a');
    const names = Object.keys({ ...listed(root) });
    await workspace.rollback();
    expect(readFileSync(join(root, 'd'), 'utf8')).to.equal('small');
    await workspace.undo();
    expect(Object.keys({ ...listed(root) })).to.deep.equal(names);
    expect(isFifo(root, 'd/pipe') && isFifo(root, 'a')).to.equal(true);
    expect(readFileSync(join(root, 'd/f/ignored'), 'utf8')).to.equal('d/f/ignored');
  });

  it('comes back as a repository where a nested one had to make room', async () => {
    const { root, workspace } = await scene('n');
    rmSync(join(root, 'n'));
    git(root, 'init', '-q', '-b', 'main', 'n');
    put(root, 'n/tracked');
    git(join(root, 'n'), 'add', 'tracked');
    git(join(root, 'n'), 'commit', '-q', '-m', 'nested');
    const head = git(join(root, 'n'), 'rev-parse', 'HEAD');
    await workspace.rollback();
    expect(lstatSync(join(root, 'n')).isFile()).to.equal(true);
    await workspace.undo();
    expect(git(join(root, 'n'), 'rev-parse', '--show-toplevel')).to.equal(join(root, 'n'));
    expect(git(join(root, 'n'), 'rev-parse', 'HEAD')).to.equal(head);
    expect(git(join(root, 'n'), 'status', '--porcelain')).to.equal('');
  });

  it('comes back with a rollback to the safety checkpoint, too', async () => {
    const { root, workspace } = await scene('big');
    writeFileSync(join(root, 'big'), LARGE);
    const { safety_checkpoint_id: safety } = await workspace.rollback();
    const rehearsed = await workspace.rollback({ checkpoint: safety ?? '', dryRun: true });
    expect(rehearsed.changed_paths).to.deep.equal([{ path: 'big', change: 'restored' }]);
    expect(keptNames(root)).to.have.lengthOf(1);
    await workspace.rollback({ checkpoint: safety ?? '', token: rehearsed.token ?? '' });
    expect(readFileSync(join(root, 'big'), 'utf8')).to.equal(LARGE);
  });

  it('comes back for the paths that are rolled back alone', async () => {
    const { root, workspace } = await scene('big', 'huge');
    for (const path of ['big', 'huge']) writeFileSync(join(root, path), LARGE);
    const { safety_checkpoint_id: safety } = await workspace.rollback();
    await workspace.rollback({ checkpoint: safety ?? '', paths: ['big'] });
    expect(readFileSync(join(root, 'big'), 'utf8')).to.equal(LARGE);
    expect(readFileSync(join(root, 'huge'), 'utf8')).to.equal('small');
  });

  it('comes back although its folder is gone meanwhile', async () => {
    const { root, workspace } = await scene('d/e/big');
    writeFileSync(join(root, 'd/e/big'), LARGE);
    await workspace.rollback();
    rmSync(join(root, 'd'), { recursive: true });
    await workspace.undo();
    expect(readFileSync(join(root, 'd/e/big'), 'utf8')).to.equal(LARGE);
  });
});

function listed(root: string): Record<string, true> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.filter((name) => !/^\.git(\/|$)/.test(name)).map((name) => [name, true]),
  );
}

describe('what a rollback retired and cannot come back', () => {
  afterEach(closeWorkspaces);

  async function undone(
    change: (root: string, kept: string) => void,
  ): Promise<{ root: string; kept: string; warnings: string[] }> {
    const { root, workspace } = await scene('big');
    writeFileSync(join(root, 'big'), LARGE);
    const { retired } = await workspace.rollback();
    const to = only(retired).to;
    const kept = join(root, '.git', 'piton', to);
    change(root, kept);
    await workspace.close();
    const warnings: string[] = [];
    const again = await openTest(root, {
      onWarning: ({ code, message, paths }) => warnings.push(`${code} ${paths?.join()} ${message}`),
    });
    await again.undo();
    return { root, kept, warnings };
  }

  function assertHeld({ kept, warnings }: Awaited<ReturnType<typeof undone>>): void {
    expect(only(warnings)).to.match(/^NOT_BROUGHT_BACK big .*trash\/\w+\/kept\/\d+$/);
    expect(readFileSync(kept, 'utf8')).to.contain(LARGE);
  }

  it('because it was changed there', async () => {
    const result = await undone((_, kept) => {
      appendFileSync(kept, 'more');
    });
    assertHeld(result);
  });

  it('because something uncaptured took its place', async () => {
    const result = await undone((root) => {
      rmSync(join(root, 'big'));
      makeFifo(root, 'big');
    });
    assertHeld(result);
    expect(isFifo(result.root, 'big')).to.equal(true);
  });

  it('because something uncaptured is in a folder at its place', async () => {
    const result = await undone((root) => {
      rmSync(join(root, 'big'));
      put(root, 'big/captured');
      makeFifo(root, 'big/pipe');
    });
    assertHeld(result);
    expect(isFifo(result.root, 'big/pipe')).to.equal(true);
  });

  it('because it is not there any more, of which there is nothing to say', async () => {
    const { warnings } = await undone((_, kept) => {
      rmSync(kept);
    });
    expect(warnings).to.deep.equal([]);
  });

  const RECORDS: [string, (record: string) => string][] = [
    ['no JSON', () => '{'],
    ['another version', (text) => text.replace('"version": 1', '"version": 2')],
    [
      'another checkpoint',
      (text) => text.replace(/"safety_checkpoint_id": "\w+"/, '"safety_checkpoint_id": 1'),
    ],
    ['a place outside the trash', (text) => text.replace(/"at": "[^"]+"/, '"at": "config"')],
    [
      'a place above it',
      (text) => text.replace(/"at": "([^"]+)\/kept/, '"at": "$1/kept/../../../..'),
    ],
    [
      'a path in the git dir',
      (text) => text.replace('"path": "big"', '"path": ".git/hooks/post-checkout"'),
    ],
    ['a path outside', (text) => text.replace('"path": "big"', '"path": "../big"')],
    ['a path that is none', (text) => text.replace('"path": "big"', '"path": 1')],
    ['a size that is none', (text) => text.replace(/"size": "\d+"/, '"size": {}')],
  ];
  for (const [name, change] of RECORDS) {
    it(`because its record has ${name}`, async () => {
      const { root, kept } = await undone((_, path) => {
        const record = join(path, '../../retired.json');
        const text = readFileSync(record, 'utf8');
        const changed = change(text);
        expect(changed).to.not.equal(text);
        writeFileSync(record, changed);
      });
      expect(readFileSync(kept, 'utf8')).to.equal(LARGE);
      expect(existsSync(join(root, '.git/hooks/post-checkout'))).to.equal(false);
      expect(existsSync(join(root, '../big'))).to.equal(false);
      expect(existsSync(join(root, '.git/config'))).to.equal(true);
    });
  }

  it('because its record is a folder', async () => {
    const { kept } = await undone((_, path) => {
      const record = join(path, '../../retired.json');
      rmSync(record);
      mkdirSync(record);
    });
    expect(readFileSync(kept, 'utf8')).to.equal(LARGE);
  });
});
