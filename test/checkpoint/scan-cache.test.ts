import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { loadScanCache } from '../../src/checkpoint/scan-cache.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { blobId } from '../worktree/scanning.js';
import { closeContexts, contextOf, take, type TestContext } from './contexts.js';

function cachePath({ repository }: TestContext): string {
  return join(repository.stateDir, 'stat-cache');
}

/** The blob that a checkpoint has at a path. */
function blobAt(root: string, { commit }: Checkpoint, path: string): string {
  return git(root, 'rev-parse', `${commit}:${path}`);
}

/** Until what was written is older than the next stamp. */
async function settled(): Promise<void> {
  await setTimeout(20);
}

describe('checkpoint: the stat cache', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  it('spares what has not changed from being read again', async () => {
    const root = makeRepository();
    mkdirSync(join(root, 'd'));
    for (const name of ['a', 'd/b', 'c']) writeFileSync(join(root, name), name);
    symlinkSync('a', join(root, 'l'));
    await settled();
    const context = await contextOf(root);
    const first = await take(context);
    expect(first.look.scan.hashedFiles).to.equal(4);
    expect((await loadScanCache(context)).isVouched).to.equal(true);
    const second = await take(await contextOf(root), { latest: first.checkpoint });
    expect(second.created).to.equal(false);
    expect(second.look.scan.hashedFiles).to.equal(0);
    writeFileSync(join(root, 'd/b'), 'other');
    const third = await take(context, { latest: first.checkpoint });
    expect(third.look.scan.hashedFiles).to.equal(1);
    expect(third.changes.map(({ path, status }) => `${status} ${path}`)).to.deep.equal([
      'modified d/b',
    ]);
  });

  it('sees every way to change a file', async () => {
    const root = makeRepository();
    const path = join(root, 'file');
    const context = await contextOf(root);
    writeFileSync(path, 'aaaa');
    const time = new Date(Date.now() - 3_600_000);
    utimesSync(path, time, time);
    await settled();
    const changes: Record<string, () => string> = {
      'same size, time set back': () => {
        writeFileSync(path, 'bbbb');
        utimesSync(path, time, time);
        return 'bbbb';
      },
      'a file of the same size and time in its place': () => {
        writeFileSync(join(root, '.git/new'), 'cccc');
        utimesSync(join(root, '.git/new'), time, time);
        renameSync(join(root, '.git/new'), path);
        return 'cccc';
      },
      'a time of the future': () => {
        writeFileSync(path, 'dddd');
        const future = new Date(Date.now() + 86_400_000);
        utimesSync(path, future, future);
        return 'dddd';
      },
      'still in the future': () => {
        const { mtime } = lstatSync(path);
        writeFileSync(path, 'eeee');
        utimesSync(path, mtime, mtime);
        return 'eeee';
      },
      'a link': () => {
        unlinkSync(path);
        symlinkSync('ffff', path);
        return 'ffff';
      },
      'another link': () => {
        unlinkSync(path);
        symlinkSync('gggg', path);
        return 'gggg';
      },
    };
    let latest = (await take(context)).checkpoint;
    for (const [what, change] of Object.entries(changes)) {
      await settled();
      const contents = change();
      const { created, checkpoint } = await take(context, { latest });
      expect(created, what).to.equal(true);
      expect(blobAt(root, checkpoint, 'file'), what).to.equal(blobId(contents));
      latest = checkpoint;
    }
  });

  it('sees a change of the mode alone', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'file'), 'x');
    await settled();
    const context = await contextOf(root);
    const { checkpoint: latest } = await take(context);
    chmodSync(join(root, 'file'), 0o755);
    const { changes } = await take(context, { latest });
    expect(changes.map(({ status }) => status)).to.deep.equal(['mode']);
  });

  it('misses none of a hundred edits of one size, each at once after a checkpoint', async () => {
    const root = makeRepository();
    const path = join(root, 'file');
    const contexts = [await contextOf(root), await contextOf(root, 'native')];
    writeFileSync(path, 'start');
    let latest: Checkpoint | null = null;
    for (let edit = 100; edit < 200; edit++) {
      writeFileSync(path, `${edit}`);
      const context = contexts[edit % 10 === 0 ? 1 : 0] as TestContext;
      const taken: Awaited<ReturnType<typeof take>> = await take(context, { latest });
      const { entries } = taken.look.scan;
      expect(entries.map(({ oid }) => oid)).to.deep.equal([blobId(`${edit}`)]);
      latest = taken.checkpoint;
    }
    const last = latest as Checkpoint;
    expect(blobAt(root, last, 'file')).to.equal(blobId('199'));
  });

  it('does not trust what was written in the tick of its own making', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    for (let round = 0; round < 20; round++) {
      writeFileSync(join(root, 'file'), `${round}`.padStart(4, '0'));
      const { look } = await take(context, { always: true });
      const stampFile = join(context.repository.stateDir, 'stat-cache.stamp');
      const { mtimeNs: stamp } = lstatSync(stampFile, { bigint: true });
      const { ctimeNs } = lstatSync(join(root, 'file'), { bigint: true });
      const { cache } = await loadScanCache(context);
      const remembered = [...look.scan.cacheEntries()].find(({ path }) => path === 'file');
      const found = remembered && cache?.find(remembered.path, remembered.record);
      expect(found !== null, `${round}`).to.equal(ctimeNs < stamp);
    }
  });
});

describe('checkpoint: a stat cache that is wrong', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  it('is as none, whatever its damage', async () => {
    const root = makeRepository();
    for (const name of ['a', 'b']) writeFileSync(join(root, name), name);
    await settled();
    const context = await contextOf(root);
    const { checkpoint: latest } = await take(context);
    const path = cachePath(context);
    const whole = readFileSync(path);
    const damages: Record<string, () => void> = {
      missing: () => undefined,
      empty: () => writeFileSync(path, ''),
      'cut off': () => writeFileSync(path, whole.subarray(0, -10)),
      'of another kind': () => writeFileSync(path, 'PITONSC2 and more'),
      'a flipped bit': () => {
        const flipped = Buffer.from(whole);
        flipped[60] = (flipped[60] ?? 0) ^ 1;
        writeFileSync(path, flipped);
      },
      'a link': () => symlinkSync('/etc/passwd', path),
      'a FIFO': () => void spawnSync('mkfifo', [path]),
    };
    for (const [what, damage] of Object.entries(damages)) {
      rmSync(path, { force: true });
      damage();
      const { look, created } = await take(context, { latest });
      expect(look.scan.hashedFiles, what).to.equal(2);
      expect(created).to.equal(false);
      expect((await loadScanCache(context)).isVouched, what).to.equal(true);
    }
    expect(context.warnings).to.deep.equal([]);
  });

  it('is told of when it cannot be replaced, and the checkpoint stands', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    const context = await contextOf(root);
    mkdirSync(cachePath(context));
    const { created } = await take(context);
    expect(created).to.equal(true);
    expect(context.warnings.map(({ code }) => code)).to.deep.equal(['STAT_CACHE_NOT_WRITTEN']);
    expect(readdirSync(context.repository.stateDir)).to.include('stat-cache');
  });

  it('vouches for nothing but through a checkpoint that stands', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    await settled();
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    const whole = readFileSync(cachePath(context)).subarray(0, -4);
    git(root, 'update-ref', 'refs/heads/x', checkpoint.commit);
    const start = whole.indexOf('refs/piton');
    const end = whole.indexOf(checkpoint.commit) + 40;
    const anchors = {
      [`${checkpoint.ref} ${checkpoint.commit}`]: true,
      [`${checkpoint.ref} ${'0'.repeat(40)}`]: false,
      [`${checkpoint.ref}`]: false,
      [`refs/heads/x ${checkpoint.commit}`]: false,
      [`../../etc/passwd ${checkpoint.commit}`]: false,
      [`HEAD ${checkpoint.commit}`]: false,
      '': false,
    };
    for (const [anchor, vouched] of Object.entries(anchors)) {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(anchor.length);
      const body = Buffer.concat([
        whole.subarray(0, start - 2),
        length,
        Buffer.from(anchor),
        whole.subarray(end),
      ]);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32LE(crc32(body));
      writeFileSync(cachePath(context), Buffer.concat([body, checksum]));
      const { isVouched, cache } = await loadScanCache(context);
      expect(cache?.anchor).to.equal(anchor);
      expect(isVouched, anchor).to.equal(vouched);
    }
  });

  it('does not keep contents from being stored again once git has dropped them', async () => {
    const root = makeRepository();
    for (const name of ['a', 'b']) writeFileSync(join(root, name), name);
    await settled();
    const { checkpoint } = await take(await contextOf(root));
    for (const ref of git(root, 'for-each-ref', '--format=%(refname)').split('\n')) {
      git(root, 'update-ref', '-d', ref);
    }
    git(root, 'gc', '-q', '--prune=now');
    expect(git(root, 'count-objects', '-v')).to.match(/^count: 0$/m);
    const again = await take(await contextOf(root), { latest: checkpoint });
    expect(again.created).to.equal(true);
    expect(again.look.scan.hashedFiles).to.equal(2);
    assertFsckClean(root);
    expect(git(root, 'show', `${again.checkpoint.commit}:a`)).to.equal('a');
  });

  it('lends what the repository still has when its checkpoint was deleted', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    await settled();
    const { checkpoint } = await take(await contextOf(root));
    git(root, 'update-ref', '-d', checkpoint.ref);
    const context = await contextOf(root);
    expect((await loadScanCache(context)).isVouched).to.equal(false);
    expect((await take(context)).look.scan.hashedFiles).to.equal(0);
    assertFsckClean(root);
  });
});
