import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { EngineName } from '../../src/core/types.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ENGINES, makeArena, makeOutside, pictureOf, refusal } from './arena.js';

/**
 * Every verb that writes, each on a workspace of its own. A refusal is as good as success, as long
 * as it is one of piton's.
 */
async function tryAll(directory: string, engine: EngineName, checkpoint: string): Promise<void> {
  const runs: ((workspace: Workspace) => Promise<unknown>)[] = [
    (workspace) => workspace.status(),
    (workspace) => workspace.createCheckpoint({ reason: 'again', always: true }),
    (workspace) => workspace.rollback({ checkpoint }),
    (workspace) => workspace.undo(),
    (workspace) => workspace.verify({ all: true }),
    (workspace) => workspace.doctor({ repair: true }),
    (workspace) => workspace.nameCheckpoint(checkpoint, 'named'),
    (workspace) => workspace.deleteCheckpoint(checkpoint),
  ];
  for (const run of runs) {
    try {
      await run(await openTest(directory, { engine, lockTimeoutMs: 0 }));
    } catch (error) {
      if (!(error instanceof PitonError) || error.code === 'INTERNAL') throw error;
    }
  }
}

function fifo(path: string): void {
  expect(spawnSync('mkfifo', [path]).status).to.equal(0);
}

const STATE_PLACES = [
  ...['refs', 'refs/piton', 'refs/piton/checkpoint', 'objects', 'piton', 'piton/plans'],
  ...['piton/trash', 'piton/staging', 'piton/stat-cache', 'piton/lock', 'piton/workspace.json'],
];

const DAMAGE = ['UNSAFE_PATH', 'OBJECT_DAMAGED', 'STATE_DAMAGED'];

for (const engine of ENGINES) {
  describe(`hostile links and files, ${engine}`, function () {
    this.timeout(120_000);
    afterEach(closeWorkspaces);

    it('rolls back a folder that became a link to the outside, without following it', async () => {
      const { directory, workspace, checkpointId } = await makeArena(engine);
      const outside = makeOutside();
      const before = pictureOf(outside);
      rmSync(join(directory, 'folder'), { recursive: true });
      symlinkSync(join(outside, 'folder'), join(directory, 'folder'));
      rmSync(join(directory, 'f'));
      symlinkSync(join(outside, 'f'), join(directory, 'f'));
      await workspace.rollback({ checkpoint: checkpointId });
      expect(pictureOf(outside)).to.deep.equal(before);
      expect(Object.keys(pictureOf(directory, ['.git']))).to.have.members([
        ...['f', 'folder', 'folder/f', 'x'],
      ]);
      expect(readFileSync(join(directory, 'f'), 'utf8')).to.equal('one f\n');
      expect(readFileSync(join(directory, 'folder/f'), 'utf8')).to.equal('one folder/f\n');
      await workspace.undo();
      expect(pictureOf(outside)).to.deep.equal(before);
      expect(pictureOf(directory, ['.git'])['folder']).to.contain(`-> ${outside}/folder`);
    });

    for (const place of STATE_PLACES) {
      for (const holds of ['its own contents', 'other things']) {
        it(`writes nothing through .git/${place} linked to a folder of ${holds}`, async () => {
          const { directory, workspace, checkpointId } = await makeArena(engine);
          await workspace.close();
          const outside = makeOutside();
          const path = join(directory, '.git', place);
          const target = holds === 'other things' ? outside : join(outside, 'own');
          if (holds === 'other things') rmSync(path, { recursive: true, force: true });
          else if (existsSync(path)) renameSync(path, target);
          symlinkSync(target, path);
          const before = pictureOf(outside);
          const tree = pictureOf(directory, ['.git']);
          await tryAll(directory, engine, checkpointId);
          expect(pictureOf(outside)).to.deep.equal(before);
          const after = pictureOf(directory, ['.git']);
          expect([tree['f'], tree['f']?.replace('two', 'one f')]).to.include(after['f']);
        });
      }
    }

    it('reads no ignore file that is a FIFO, a link or huge', async () => {
      const { directory, workspace } = await makeArena(engine);
      const outside = makeOutside();
      writeFileSync(join(outside, 'rules'), '*\n');
      fifo(join(directory, 'folder/.gitignore'));
      symlinkSync(join(outside, 'rules'), join(directory, '.gitignore'));
      writeFileSync(join(directory, 'huge.txt'), '');
      const linked = await workspace.createCheckpoint({ reason: 'linked' });
      const names = git(directory, 'ls-tree', '-r', '--name-only', linked.checkpoint.commit);
      expect(names.split('\n')).to.include.members(['.gitignore', 'f', 'huge.txt']);
      expect(linked.not_captured.map(({ path }) => path)).to.include('folder/.gitignore');

      rmSync(join(directory, '.gitignore'));
      writeFileSync(join(directory, '.gitignore'), `${'#'.repeat(1023)}\n`.repeat(20 * 1024));
      const outcome = await workspace.createCheckpoint({ reason: 'huge' }).then(
        ({ checkpoint }) => git(directory, 'ls-tree', '-r', '--name-only', checkpoint.commit),
        (error: unknown) => (error instanceof PitonError ? error.code : String(error)),
      );
      expect(outcome).to.satisfy((it: string) => it.includes('huge.txt') || it !== 'INTERNAL');
    });

    const VICTIMS: Record<string, (sidecar: string, commit: string) => string> = {
      blob: (_, commit) => `${commit}:folder/f`,
      tree: (_, commit) => `${commit}:folder`,
      'top tree': (_, commit) => `${commit}^{tree}`,
      'sidecar commit': (sidecar) => sidecar,
      'sidecar tree': (sidecar) => `${sidecar}^{tree}`,
      'plan state': (sidecar) => `${sidecar}:plan.json`,
      manifest: (sidecar) => `${sidecar}:manifest.json`,
    };
    for (const [name, victimOf] of Object.entries(VICTIMS)) {
      for (const harm of ['missing', 'corrupt']) {
        it(`refuses a rollback whose ${name} is ${harm}`, async () => {
          const { directory, workspace, checkpointId, ref, commit } = await makeArena(engine);
          rmSync(join(directory, 'folder'), { recursive: true });
          const sidecar = ref.replace('/checkpoint/', '/state/');
          const oid = git(directory, 'rev-parse', victimOf(sidecar, commit));
          const path = join(directory, '.git/objects', oid.slice(0, 2), oid.slice(2));
          rmSync(path);
          if (harm === 'corrupt') writeFileSync(path, 'not an object', { mode: 0o444 });
          const before = pictureOf(directory, ['.git']);
          const error = await refusal(workspace.rollback({ checkpoint: checkpointId }), DAMAGE);
          expect(error.exitCode).to.equal(6);
          expect(pictureOf(directory, ['.git'])).to.deep.equal(before);
        });
      }
    }

    it('refuses a rollback whose state ref is missing', async () => {
      const { directory, workspace, checkpointId, ref } = await makeArena(engine);
      git(directory, 'update-ref', '-d', ref.replace('/checkpoint/', '/state/'));
      const before = pictureOf(directory, ['.git']);
      await refusal(workspace.rollback({ checkpoint: checkpointId }), DAMAGE);
      expect(pictureOf(directory, ['.git'])).to.deep.equal(before);
    });

    const PLAN_FILES: Record<string, (path: string) => void> = {
      'not JSON': (path) => {
        writeFileSync(path, '{');
      },
      'a list': (path) => {
        writeFileSync(path, '[]');
      },
      'of wrong types': (path) => {
        writeFileSync(path, JSON.stringify({ schema_version: 1, reversion_count: 'x' }));
      },
      'not UTF-8': (path) => {
        writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d]));
      },
      huge: (path) => {
        truncateSync(path, 300 * 1024 * 1024);
      },
      'a FIFO': (path) => {
        rmSync(path);
        fifo(path);
      },
      'a link to the outside': (path) => {
        renameSync(path, join(tempDirectory(), 'plan'));
        symlinkSync('/etc/passwd', path);
      },
    };
    for (const [name, harm] of Object.entries(PLAN_FILES)) {
      it(`refuses a plan file that is ${name}, and doctor mends it`, async () => {
        const { directory, workspace, planId, checkpointId } = await makeArena(engine);
        harm(join(directory, '.git/piton/plans', `${planId}.json`));
        const before = pictureOf(directory, ['.git']);
        for (const verb of [() => workspace.rollback({ plan: planId }), () => workspace.undo()]) {
          const error = await refusal(verb(), ['STATE_DAMAGED', 'UNSAFE_PATH']);
          expect(error.exitCode).to.equal(6);
          expect(pictureOf(directory, ['.git'])).to.deep.equal(before);
        }
        await refusal(workspace.doctor(), ['STATE_DAMAGED']);
        await workspace.doctor({ repair: true });
        await workspace.rollback({ checkpoint: checkpointId });
        expect(readFileSync(join(directory, 'f'), 'utf8')).to.equal('one f\n');
        expect(readdirSync(join(directory, '.git/piton'))).not.to.include('journal');
      });

      it(`rolls back by a checkpoint's id beside a plan file that is ${name}`, async () => {
        const { directory, workspace, planId, checkpointId } = await makeArena(engine);
        const path = join(directory, '.git/piton/plans', `${planId}.json`);
        harm(path);
        await workspace.rollback({ checkpoint: checkpointId });
        expect(readFileSync(join(directory, 'f'), 'utf8')).to.equal('one f\n');
        expect(lstatSync(path).isFile()).to.equal(true);
        expect((await workspace.showPlan(planId)).plan_id).to.equal(planId);
      });
    }
  });
}
