import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { nextId } from '../../src/core/ids.js';
import {
  brief,
  deadPid,
  examined,
  mended,
  onlyTold,
  prepare,
  type Prepared,
} from './prepared-workspace.js';
import { tempDirectory } from '../helpers/temp.js';

const ID = nextId(Date.now());
const LATER_ID = nextId(Date.now(), ID);

function put(path: string, text = 'contents'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function grow(path: string, ageMs: number): void {
  const at = (Date.now() - ageMs) / 1_000;
  utimesSync(path, at, at);
}

describe('doctor and leftovers', () => {
  let prepared: Prepared;
  let root: string;
  let stateDir: string;

  beforeEach(async () => {
    prepared = await prepare();
    ({ root, stateDir } = prepared);
    await prepared.workspace.close();
  });

  describe('staging', () => {
    it('removes staged copies, however deep', async () => {
      put(join(stateDir, 'staging', ID, '0'));
      put(join(stateDir, 'staging', ID, 'a/b/c/1'));
      const problems = await mended(root);
      expect(brief(problems)).to.deep.equal(['staging should']);
      expect(problems[0]?.message).to.contain(`staging/${ID} holds 2 files (16 bytes)`);
      expect(existsSync(join(stateDir, 'staging', ID))).to.equal(false);
    });

    it('leaves alone what is no staged copy', async () => {
      put(join(stateDir, 'staging/mine/file'));
      expect(brief(await onlyTold(root))).to.deep.equal(['staging should']);
    });

    it('removes staged copies in the worktree, and keeps what was set aside', async () => {
      const folder = join(root, 'mount', `.piton-staging-${ID}`);
      for (const name of ['new/0', 'old/1', 'kept/2']) put(join(folder, name));
      const { problems } = await examined(root, true);
      const where = `in "mount/.piton-staging-${ID}" holds 1 file (8 bytes)`;
      const aside = `${where} that were set aside; take what you need and delete it`;
      expect(problems.map(({ message, repaired }) => [message, repaired])).to.deep.equal([
        [`kept ${aside}`, false],
        [`new ${where} that no operation needs`, true],
        [`old ${aside}`, false],
      ]);
      expect(readFileSync(join(folder, 'old/1'), 'utf8')).to.equal('contents');
      expect(readFileSync(join(folder, 'kept/2'), 'utf8')).to.equal('contents');
      expect(existsSync(join(folder, 'new'))).to.equal(false);
      await onlyTold(root);
    });

    it('removes such a folder when nothing else is in it', async () => {
      const folder = join(root, 'mount', `.piton-staging-${ID}`);
      put(join(root, 'mount/file'));
      put(join(folder, 'new/0'));
      await examined(root, true);
      expect(existsSync(folder)).to.equal(false);
      mkdirSync(folder);
      const left = await examined(root, true);
      expect(left.problems.map(({ repaired }) => repaired)).to.deep.equal([true]);
      expect(existsSync(folder)).to.equal(false);
      put(join(folder, 'a file'));
      const { problems } = await examined(root, true);
      expect(problems.map(({ repaired }) => repaired)).to.deep.equal([false]);
    });

    it('follows no link', async () => {
      const outside = tempDirectory();
      put(join(outside, 'new/precious'));
      symlinkSync(outside, join(root, `.piton-staging-${ID}`));
      mkdirSync(join(root, `.piton-staging-${LATER_ID}`));
      symlinkSync(join(outside, 'new'), join(root, `.piton-staging-${LATER_ID}`, 'new'));
      mkdirSync(join(stateDir, 'staging'), { recursive: true });
      symlinkSync(outside, join(stateDir, 'staging', ID));
      await examined(root, true);
      expect(readFileSync(join(outside, 'new/precious'), 'utf8')).to.equal('contents');
      rmSync(join(stateDir, 'staging'), { recursive: true });
      symlinkSync(outside, join(stateDir, 'staging'));
      put(join(outside, LATER_ID, 'precious'));
      await examined(root, true);
      expect(readFileSync(join(outside, LATER_ID, 'precious'), 'utf8')).to.equal('contents');
    });

    it('looks into no repository and passes over what it may not read', async () => {
      put(join(root, 'nested/.git', `.piton-staging-${ID}`, 'new/0'));
      const closed = join(root, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0);
      chmodSync(root, 0o755);
      try {
        if (process.getuid?.() === 0) process.seteuid?.(65_534);
        const { STAGING } = await import('../../src/doctor/staging.js');
        const context = { repository: { root, stateDir } };
        const look = STAGING.look(context as unknown as Parameters<typeof STAGING.look>[0]);
        expect(await look).to.deep.equal([]);
      } finally {
        process.seteuid?.(0);
        chmodSync(closed, 0o700);
      }
    });
  });

  describe('trash', () => {
    it('is listed and never deleted', async () => {
      put(join(stateDir, 'trash', ID, 'old/0'));
      put(join(stateDir, 'trash', ID, 'kept/1'));
      put(join(stateDir, 'trash', LATER_ID, 'old/2'));
      put(join(stateDir, 'trash', LATER_ID, 'kept/3'), 'more contents');
      const problems = await onlyTold(root);
      expect(brief(problems)).to.deep.equal(Array.from({ length: 3 }, () => 'trash should'));
      const kept = 'that no checkpoint holds; take what you need and delete it';
      expect(problems.map(({ message }) => message.replace(stateDir, ''))).to.deep.equal([
        `/trash/${ID}/kept holds 1 file (8 bytes) ${kept}`,
        `/trash/${ID}/old holds 1 file (8 bytes) of an earlier rollback; later ones remove it`,
        `/trash/${LATER_ID}/kept holds 1 file (13 bytes) ${kept}`,
      ]);
    });
  });

  describe('temporary files', () => {
    it('go when their process is dead and they are old', async () => {
      const name = (pid: number): string => `.tmp-${pid}-${'0123456789abcdef'}`;
      const objects = join(root, '.git/objects');
      const dead = deadPid();
      const stale = [
        join(stateDir, `workspace.json${name(dead)}`),
        join(stateDir, 'plans', `x.json${name(dead)}`),
        join(stateDir, 'log', `log${name(dead)}`),
        join(objects, 'pack', `tmp_pack_piton_${dead}_0123456789abcdef`),
        join(objects, '00', `tmp_obj_piton_${dead}_0123456789abcdef`),
      ];
      const fresh = [
        join(stateDir, `young${name(dead)}`),
        join(stateDir, `alive${name(process.pid)}`),
        join(objects, '00', `tmp_obj_piton_${process.pid}_0123456789abcdef`),
        join(objects, '00', 'tmp_obj_of_git'),
      ];
      for (const path of [...stale, ...fresh]) put(path);
      for (const path of [...stale, ...fresh.slice(1)]) grow(path, 11 * 60_000);
      const problems = await mended(root);
      expect(brief(problems)).to.deep.equal(stale.map(() => 'temporary_files should'));
      expect(stale.filter(existsSync)).to.deep.equal([]);
      expect(fresh.filter(existsSync)).to.deep.equal(fresh);
    });

    it('are also repositories that were being made', async () => {
      const suffix = '0123456789abcdef';
      const dead = join(root, `.git.piton-${deadPid()}-${suffix}`);
      const alive = join(root, `.git.piton-${process.pid}-${suffix}`);
      put(join(dead, 'refs/heads/x'));
      put(join(alive, 'HEAD'));
      const { problems } = await examined(root, true);
      expect(problems.map(({ check, repaired }) => [check, repaired])).to.deep.equal([
        ['temporary_files', true],
      ]);
      expect([existsSync(dead), existsSync(alive)]).to.deep.equal([false, true]);
    });

    it('are told of when they cannot be removed', async () => {
      const folder = `.git.piton-${deadPid()}-0123456789abcdef`;
      put(join(root, folder));
      const { problems } = await examined(root, true);
      expect(problems.map(({ repaired }) => repaired)).to.deep.equal([false]);
      expect(problems[0]?.message).to.match(/not mended/);
    });
  });
});
