import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces } from '../api/workspaces.js';
import { git, tryGit } from '../helpers/git.js';
import { ENGINES, makeArena, makeOutside, pictureOf, refusal, type Arena } from './arena.js';

interface Entry {
  mode: string;
  name: string;
  oid: string;
}

function write(directory: string, type: string, contents: Buffer): string {
  const args = ['hash-object', '-t', type, '-w', '--literally', '--stdin'];
  const run = tryGit(directory, args, contents);
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.toString().trim();
}

function treeOf(directory: string, entries: readonly Entry[]): string {
  const parts = entries.map(({ mode, name, oid }) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(oid, 'hex')]),
  );
  return write(directory, 'tree', Buffer.concat(parts));
}

/** Puts a commit in the place of the checkpoint, as it was but for the tree. */
function plant({ directory, commit, ref }: Arena, tree: string): void {
  const original = tryGit(directory, ['cat-file', 'commit', commit]).stdout.toString();
  const planted = original.replace(/^tree [0-9a-f]+/, `tree ${tree}`);
  git(directory, 'update-ref', ref, write(directory, 'commit', Buffer.from(planted)));
}

interface Made {
  blob: string;
  link: string;
  folder: string;
  commit: string;
}

const FILE = '100644';
const LINK = '120000';
const FOLDER = '40000';

const TREES: Record<string, (made: Made) => Entry[]> = {
  ...Object.fromEntries(
    ['.git', '.GIT', '.Git ', 'git~1', '.g\xe2\x80\x8cit', '..', '.', 'a/b', '../out', ''].flatMap(
      (name) => [
        [`a file named '${name}'`, ({ blob }: Made) => [{ mode: FILE, name, oid: blob }]],
        [`a folder named '${name}'`, ({ folder }: Made) => [{ mode: FOLDER, name, oid: folder }]],
      ],
    ),
  ),
  'a name twice': ({ blob, link }) => [
    { mode: FILE, name: 'x', oid: blob },
    { mode: FILE, name: 'x', oid: link },
  ],
  'a file and a folder of one name': ({ blob, folder }) => [
    { mode: FILE, name: 'x', oid: blob },
    { mode: FOLDER, name: 'x', oid: folder },
  ],
  'a link and a folder of one name': ({ link, folder }) => [
    { mode: LINK, name: 'x', oid: link },
    { mode: FOLDER, name: 'x', oid: folder },
  ],
  'the same with a name between': ({ link, blob, folder }) => [
    { mode: LINK, name: 'x', oid: link },
    { mode: FILE, name: 'x.c', oid: blob },
    { mode: FOLDER, name: 'x', oid: folder },
  ],
  'a link to a submodule': ({ commit }) => [{ mode: '160000', name: 'x', oid: commit }],
  'a link named .gitmodules': ({ link }) => [{ mode: LINK, name: '.gitmodules', oid: link }],
  'names that are not sorted': ({ blob }) => [
    { mode: FILE, name: 'z', oid: blob },
    { mode: FILE, name: 'a', oid: blob },
  ],
  'an unknown mode': ({ blob }) => [{ mode: '020644', name: 'x', oid: blob }],
  'a folder that is a file': ({ blob }) => [{ mode: FOLDER, name: 'x', oid: blob }],
  'a file that is a folder': ({ folder }) => [{ mode: FILE, name: 'x', oid: folder }],
  'a link that is a folder': ({ folder }) => [{ mode: LINK, name: 'x', oid: folder }],
  'a file that is a commit': ({ commit }) => [{ mode: FILE, name: 'x', oid: commit }],
  'a missing file': () => [{ mode: FILE, name: 'x', oid: '0123456789'.repeat(4) }],
  'a missing folder': () => [{ mode: FOLDER, name: 'x', oid: '0123456789'.repeat(4) }],
};

const CODES = ['UNSAFE_PATH', 'OBJECT_DAMAGED', 'STATE_DAMAGED'];

describe('a hostile tree', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ENGINES) {
    for (const [name, entriesOf] of Object.entries(TREES)) {
      for (const where of ['at the top', 'in a folder']) {
        it(`is refused before the first change: ${name}, ${where}, ${engine}`, async () => {
          const outside = makeOutside();
          const arena = await makeArena(engine);
          const { directory, workspace, planId, commit } = arena;
          const blob = write(directory, 'blob', Buffer.from('planted\n'));
          const link = write(directory, 'blob', Buffer.from(outside));
          const folder = treeOf(directory, [{ mode: FILE, name: 'f', oid: blob }]);
          const hostile = treeOf(directory, entriesOf({ blob, link, folder, commit }));
          const top = treeOf(directory, [{ mode: FOLDER, name: 'folder', oid: hostile }]);
          git(directory, 'add', '-A');
          writeFileSync(join(directory, '.git/canary'), 'untouched');
          plant(arena, where === 'at the top' ? hostile : top);
          const planFile = join(directory, '.git/piton/plans', `${planId}.json`);
          const index = join(directory, '.git/index');
          const before = {
            tree: pictureOf(directory, ['.git']),
            outside: pictureOf(outside),
            plan: readFileSync(planFile, 'utf8'),
            index: readFileSync(index),
            config: readFileSync(join(directory, '.git/config'), 'utf8'),
          };

          const error = await refusal(
            workspace.rollback({ checkpoint: arena.checkpointId }),
            CODES,
          );

          expect(error.exitCode).to.equal(6);
          expect(pictureOf(directory, ['.git'])).to.deep.equal(before.tree);
          expect(pictureOf(outside)).to.deep.equal(before.outside);
          expect(readFileSync(index).equals(before.index)).to.equal(true);
          expect(readFileSync(join(directory, '.git/config'), 'utf8')).to.equal(before.config);
          expect(existsSync(join(directory, '.git/piton/journal'))).to.equal(false);
          const plan = JSON.parse(readFileSync(planFile, 'utf8')) as Record<string, unknown>;
          expect(plan['reversion_count']).to.equal(0);
          expect(readFileSync(planFile, 'utf8')).to.equal(before.plan);
        });
      }
    }
  }

  for (const engine of ENGINES) {
    it(`is told from a good one that was planted the same way: ${engine}`, async () => {
      const arena = await makeArena(engine);
      const blob = write(arena.directory, 'blob', Buffer.from('planted\n'));
      plant(arena, treeOf(arena.directory, [{ mode: FILE, name: 'planted', oid: blob }]));
      const result = await arena.workspace
        .rollback({ checkpoint: arena.checkpointId })
        .then(() => 'rolled back')
        .catch((error: unknown) => String(error));
      expect(result).to.equal('rolled back');
      expect(readFileSync(join(arena.directory, 'planted'), 'utf8')).to.equal('planted\n');
    });
  }
});
