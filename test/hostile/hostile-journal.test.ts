import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { makeArena, makeOutside, pictureOf, refusal, type Arena } from './arena.js';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const CODES = ['RECOVERY_FAILED', 'UNSAFE_PATH', 'STATE_DAMAGED', 'OBJECT_DAMAGED'];
const SLOT = { area: 0, number: 0 };

type Forgery = (outside: string, directory: string) => Record<string, unknown>;

function stepsOn(path: string): Forgery {
  return () => ({
    steps: [
      { kind: 'make_folder', path },
      { kind: 'retire', path, to: SLOT, captured: null },
      { kind: 'remove_folder', path, mode: 0o777 },
      { kind: 'mode', path, mode: 0o777, before: 0o777 },
    ],
  });
}

/** A step that would bring a file of an area back into the worktree. */
const BRING_BACK = [{ kind: 'retire', path: 'brought', to: SLOT, captured: null }];

function areaIn(mount: string): Record<string, unknown> {
  return { areas: [{ mount }], steps: BRING_BACK };
}

const FORGERIES: Record<string, Forgery> = {
  'a path upwards': (outside, directory) => {
    return stepsOn(`${'../'.repeat(directory.split('/').length - 1)}${outside.slice(1)}/folder/f`)(
      ...([outside, directory] as const),
    );
  },
  'a path with .. in it': stepsOn('folder/../../f'),
  'an absolute path': (outside, directory) => stepsOn(`${outside}/f`)(outside, directory),
  'a path in .git': stepsOn('.git/config'),
  'a path in .GIT': stepsOn('.GIT/config'),
  'a path through a link': stepsOn('link/folder/f'),
  'an area outside': (outside, directory) =>
    areaIn(`${'../'.repeat(directory.split('/').length - 1)}${outside.slice(1)}`),
  'an area through a link': () => areaIn('link'),
  'an area in .git': () => areaIn('.git'),
  'an area that is a number': () => ({ areas: [{ mount: 7 }], steps: BRING_BACK }),
  'areas that are null': () => ({ areas: [null], steps: BRING_BACK }),
  'a slot that is a path': () => ({
    steps: [{ ...BRING_BACK[0], to: { area: 0, number: '../../../../config' } }],
  }),
  'an unknown step': () => ({ steps: [{ kind: 'run', path: 'f' }] }),
  'a step that is null': () => ({ steps: [null] }),
  'a staging area of another form': () => ({ index: { staged: null } }),
  'a HEAD of another form': () => ({ head: 7 }),
  'a branch outside of refs': () => ({
    head: {
      from: { ref: '../../../f', commit: null },
      to: { ref: '../../../f', commit: '0'.repeat(40) },
      branchBefore: '1'.repeat(40),
      alsoBranch: { name: '../f', expected: null, value: '0'.repeat(40) },
    },
  }),
};

/** What the checksum protects from is chance: whoever can write the file can compute it. */
function forge(arena: Arena, fields: Record<string, unknown>, name: string): void {
  const body = JSON.stringify({
    version: 1,
    operation: 'rollback',
    id: ID,
    planId: arena.planId,
    checkpointId: arena.checkpointId,
    safetyCheckpointId: arena.checkpointId,
    startedAt: '2026-01-01T00:00:00.000Z',
    areas: [{ mount: null }],
    steps: [],
    index: null,
    head: null,
    plansAfter: [{ plan_id: arena.planId }],
    ...fields,
  });
  const checksum = createHash('sha256').update(body).digest('hex');
  writeFileSync(join(arena.directory, '.git/piton', name), `${checksum}\n${body}`);
}

interface Scene {
  arena: Arena;
  directory: string;
  outside: string;
  /** The path in piton's own folder. */
  at: (name: string) => string;
}

/** A workspace that is closed, a link in it to a folder outside, and in that what areas hold. */
async function makeScene(): Promise<Scene> {
  const arena = await makeArena('embedded');
  await arena.workspace.close();
  const outside = makeOutside();
  const { directory } = arena;
  for (const place of ['new', 'old']) {
    const folder = join(outside, `.piton-staging-${ID}`, place);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '0'), 'outside\n');
  }
  symlinkSync(outside, join(directory, 'link'));
  return { arena, directory, outside, at: (name) => join(directory, '.git/piton', name) };
}

/** Runs something, after which only piton's own folder may have changed. */
async function changesNothing<T>({ directory, outside }: Scene, run: () => Promise<T>): Promise<T> {
  const look = (): unknown => ({
    tree: pictureOf(directory, ['.git']),
    git: pictureOf(join(directory, '.git'), ['piton', 'objects', 'refs']),
    outside: pictureOf(outside),
  });
  const before = look();
  const result = await run();
  expect(look()).to.deep.equal(before);
  return result;
}

async function open({ directory }: Scene): Promise<Workspace> {
  return openTest(directory, { engine: 'embedded' });
}

describe('a forged journal', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const [what, forgery] of Object.entries(FORGERIES)) {
    for (const name of ['journal', 'journal.committed']) {
      it(`changes nothing: ${what}, in ${name}`, async () => {
        const scene = await makeScene();
        const { arena, directory, outside, at } = scene;
        forge(arena, forgery(outside, directory), name);
        const workspace = await open(scene);
        const error = await changesNothing(scene, () =>
          refusal(workspace.rollback({ checkpoint: arena.checkpointId }), CODES),
        );
        expect(error.exitCode).to.equal(6);
        expect(error.hint).to.be.a('string');
        expect(existsSync(at(name))).to.equal(true);
        await changesNothing(scene, () => refusal(workspace.createCheckpoint(), CODES));
      });
    }
  }

  const FILES: Record<string, (path: string, outside: string) => void> = {
    huge: (path) => {
      writeFileSync(path, '');
      truncateSync(path, 600 * 1024 * 1024);
    },
    'a link to the outside': (path, outside) => {
      symlinkSync(join(outside, 'precious'), path);
    },
    'a link to nothing': (path) => {
      symlinkSync('nowhere', path);
    },
    'a folder': (path) => mkdirSync(path),
    'a FIFO': (path) => {
      expect(spawnSync('mkfifo', [path]).status).to.equal(0);
    },
    empty: (path) => {
      writeFileSync(path, '');
    },
  };
  for (const [what, make] of Object.entries(FILES)) {
    it(`that is ${what} stops what writes, and changes nothing`, async () => {
      const scene = await makeScene();
      make(scene.at('journal'), scene.outside);
      const workspace = await open(scene);
      await changesNothing(scene, async () => {
        const error = await refusal(workspace.createCheckpoint(), ['RECOVERY_FAILED']);
        expect(error.hint).to.contain('journal');
        await refusal(workspace.recover(), ['RECOVERY_FAILED']);
        expect(await workspace.doctor().catch((told: unknown) => told)).to.include({
          code: 'STATE_DAMAGED',
        });
      });
    });
  }

  it('of ids that nothing has is undone, and takes nothing with it', async () => {
    const scene = await makeScene();
    const stranger = { planId: ID, checkpointId: ID, safetyCheckpointId: ID };
    forge(scene.arena, stranger, 'journal');
    const workspace = await open(scene);
    const { recovered } = await changesNothing(scene, () => workspace.recover());
    expect(recovered).to.equal(true);
    expect(existsSync(scene.at('journal'))).to.equal(false);
    const { checkpoints } = await workspace.listCheckpoints();
    expect(checkpoints).to.have.length(1);
  });

  it('in the trash leads no sweep out of the workspace', async () => {
    const scene = await makeScene();
    forge(scene.arena, { areas: [{ mount: null }, { mount: 'link' }] }, 'journal');
    mkdirSync(scene.at(`trash/${ID}`), { recursive: true });
    renameSync(scene.at('journal'), scene.at(`trash/${ID}/journal`));
    const before = pictureOf(scene.outside);
    const workspace = await open(scene);
    await workspace.rollback({ checkpoint: scene.arena.checkpointId });
    expect(pictureOf(scene.outside)).to.deep.equal(before);
  });

  it("leads no clearing up after the dead through links in piton's own folder", async () => {
    for (const [folder, inner] of [
      ['staging', ''],
      ['trash', 'old'],
    ] as const) {
      const scene = await makeScene();
      const { at, outside } = scene;
      mkdirSync(join(outside, ID, inner), { recursive: true });
      writeFileSync(join(outside, ID, 'precious'), '');
      rmSync(at(folder), { recursive: true, force: true });
      symlinkSync(outside, at(folder));
      writeFileSync(at(`lock.dead-1-${'0'.repeat(16)}`), '');
      const workspace = await open(scene);
      await changesNothing(scene, () => refusal(workspace.createCheckpoint(), ['UNSAFE_PATH']));
    }
  });
});
