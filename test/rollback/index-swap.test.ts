import { expect } from 'chai';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Areas } from '../../src/rollback/areas.js';
import {
  assertIndexAsCaptured,
  lockIndex,
  stageIndex,
  swapIndex,
  undoIndexSwap,
} from '../../src/rollback/index-swap.js';
import type { IndexSwap } from '../../src/rollback/journal.js';
import { giveAway } from '../crash/denied.js';
import { asNobody } from '../worktree/scanning.js';
import { areasOf, failure, ID, makeOperation } from './operations.js';

const MTIME_NS = 1_700_000_000_123_456_789n;

interface Scene {
  gitDir: string;
  index: string;
  lock: string;
  /** Where the file before is kept. */
  old: string;
  newcomer: string;
  areas: Areas;
}

function scene(before: string | null): Scene {
  const context = makeOperation();
  const { gitDir } = context;
  const trash = join(context.stateDir, 'trash', ID, 'old');
  const index = join(gitDir, 'index');
  if (before !== null) writeFileSync(index, before);
  return {
    ...{ gitDir, index, lock: `${index}.lock`, areas: areasOf(context) },
    ...{ old: join(trash, 'index'), newcomer: join(trash, 'index.newcomer') },
  };
}

const MODE = 0o100640;

function staged({ areas, index }: Scene, after: string | null, before: string | null): IndexSwap {
  const contents =
    after === null ? null : { bytes: Buffer.from(after), mtimeNs: MTIME_NS, mode: MODE };
  const stat = lstatSync(index, { bigint: true, throwIfNoEntry: false });
  const present =
    before === null || stat === undefined ? null : { bytes: Buffer.from(before), stat };
  return stageIndex(contents, present, areas);
}

async function swapped(at: Scene, before: string | null): Promise<number[]> {
  const swap = staged(at, 'after', before);
  await lockIndex(at.gitDir, at.areas, undefined);
  swapIndex(swap, at.gitDir, at.areas);
  at.areas.close();
  const { mode, uid, gid } = lstatSync(at.index);
  return [mode & 0o777, uid, gid];
}

function text(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Git's way to write its staging area: a new file in place of the old one. */
function gitWrites({ index }: Scene, contents: string): void {
  writeFileSync(`${index}.git`, contents);
  renameSync(`${index}.git`, index);
}

describe('the staging area in a rollback', () => {
  it('is staged with its time, never a moment newer', () => {
    const at = scene('before');
    const swap = staged(at, 'after', 'before');
    expect(swap.isRemoval).to.equal(false);
    expect(swap.before).to.equal(createHash('sha256').update('before').digest('hex'));
    const late = MTIME_NS - BigInt(swap.staged.mtimeNs);
    expect(late >= 0n && late < 10_000n, `${late} ns`).to.equal(true);
    expect(staged(scene(null), null, null)).to.deep.include({ isRemoval: true, before: null });
    at.areas.close();
  });

  it('keeps the owner and the permissions of the file that it replaces', async () => {
    const at = scene('before');
    chmodSync(at.index, 0o664);
    const isRoot = process.getuid?.() === 0;
    const owner = isRoot ? [65_534, 65_533] : [process.getuid?.(), process.getgid?.()];
    if (isRoot) chownSync(at.index, 65_534, 65_533);
    const umask = process.umask(0o077);
    const found = await swapped(at, 'before').finally(() => process.umask(umask));
    expect(found).to.deep.equal([0o664, ...owner]);
  });

  it('is no more readable than the checkpoint knows where there is no file', async () => {
    const [mode] = await swapped(scene(null), null);
    expect(mode).to.equal(0o640);
    const umask = process.umask(0o077);
    const [narrower] = await swapped(scene(null), null).finally(() => process.umask(umask));
    expect(narrower).to.equal(0o600);
  });

  it('says where the right to lock it is missing', async () => {
    const at = scene('before');
    staged(at, 'after', 'before');
    giveAway(dirname(at.gitDir));
    chmodSync(at.gitDir, 0o555);
    const error = await asNobody(() => failure(lockIndex(at.gitDir, at.areas, undefined)));
    chmodSync(at.gitDir, 0o755);
    expect(error).to.include({ code: 'PERMISSION_DENIED' });
    expect(error).to.have.property('hint').that.includes(at.gitDir);
    expect(error).to.have.nested.property('details.system_code', 'EACCES');
    at.areas.close();
  });

  for (const before of ['before', null]) {
    for (const after of ['after', null]) {
      const name = `${before ?? 'nothing'} to ${after ?? 'nothing'}`;

      it(`is swapped under the lock of git and comes back: ${name}`, async () => {
        const at = scene(before);
        const swap = staged(at, after, before);
        await lockIndex(at.gitDir, at.areas, undefined);
        expect(existsSync(at.lock)).to.equal(true);
        assertIndexAsCaptured(swap, at.gitDir);
        swapIndex(swap, at.gitDir, at.areas);
        expect(text(at.index)).to.equal(after);
        expect(existsSync(at.lock)).to.equal(false);
        expect(text(at.old)).to.equal(before);
        for (let round = 0; round < 2; round++) {
          undoIndexSwap(swap, at.gitDir, at.areas);
          expect(text(at.index)).to.equal(before);
          expect(existsSync(at.old)).to.equal(false);
        }
        at.areas.close();
      });

      it(`comes back from every moment between: ${name}`, async () => {
        const moments: ((at: Scene) => void)[] = [
          () => undefined,
          ({ index, old }) => {
            if (before !== null) linkSync(index, old);
          },
        ];
        for (const moment of moments) {
          const at = scene(before);
          const swap = staged(at, after, before);
          await lockIndex(at.gitDir, at.areas, undefined);
          moment(at);
          undoIndexSwap(swap, at.gitDir, at.areas);
          expect([text(at.index), text(at.lock), text(at.old)]).to.deep.equal([before, null, null]);
          at.areas.close();
        }
      });
    }
  }

  it('is set aside when git wrote it after the swap, and what was before comes back', async () => {
    const at = scene('before');
    const swap = staged(at, 'after', 'before');
    await lockIndex(at.gitDir, at.areas, undefined);
    swapIndex(swap, at.gitDir, at.areas);
    gitWrites(at, 'by git');
    undoIndexSwap(swap, at.gitDir, at.areas);
    expect([text(at.index), text(at.newcomer)]).to.deep.equal(['before', 'by git']);
    at.areas.close();
  });

  it('stays when git wrote it where there was none', async () => {
    const at = scene(null);
    const swap = staged(at, 'after', null);
    await lockIndex(at.gitDir, at.areas, undefined);
    swapIndex(swap, at.gitDir, at.areas);
    gitWrites(at, 'by git');
    undoIndexSwap(swap, at.gitDir, at.areas);
    expect(text(at.index)).to.equal('by git');
    at.areas.close();
  });

  it('keeps the lock of another process', async () => {
    const at = scene('before');
    const swap = staged(at, 'after', 'before');
    writeFileSync(at.lock, 'of git');
    undoIndexSwap(swap, at.gitDir, at.areas);
    expect(text(at.lock)).to.equal('of git');
    const stop = new AbortController();
    const waiting = lockIndex(at.gitDir, at.areas, stop.signal);
    stop.abort(new Error('enough'));
    expect(await failure(waiting)).to.have.property('name', 'AbortError');
    expect(text(at.lock)).to.equal('of git');
    at.areas.close();
  });

  it('waits for the lock, for some time', async function () {
    this.timeout(120_000);
    const at = scene('before');
    staged(at, 'after', 'before');
    writeFileSync(at.lock, 'of git');
    const waiting = lockIndex(at.gitDir, at.areas, undefined);
    await delay(60);
    unlinkSync(at.lock);
    await waiting;
    expect(lstatSync(at.lock).nlink).to.equal(2);
    const error = await failure(lockIndex(at.gitDir, at.areas, undefined));
    expect(error).to.include({ code: 'LOCKED' });
    at.areas.close();
  });

  it('does not wait where no lock can be made', async () => {
    const at = scene('before');
    expect(await failure(lockIndex(at.gitDir, at.areas, undefined))).to.include({ code: 'ENOENT' });
    at.areas.close();
  });

  for (const [name, change] of Object.entries({
    'wrote it': (at: Scene) => {
      gitWrites(at, 'by git');
    },
    'removed it': ({ index }: Scene) => {
      rmSync(index);
    },
  })) {
    it(`is refused when git ${name} since it was captured`, () => {
      const at = scene('before');
      const swap = staged(at, 'after', 'before');
      change(at);
      expect(() => {
        assertIndexAsCaptured(swap, at.gitDir);
      })
        .to.throw()
        .with.property('code', 'LOCKED');
      at.areas.close();
    });
  }
});
