import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DiskCost } from '../../src/checkpoint/disk-cost-file.js';
import { measureDiskCost } from '../../src/checkpoint/disk-cost.js';
import { listCheckpointRefs } from '../../src/checkpoint/list.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { CHECKPOINT_REFS, formatStateRef, STATE_REFS } from '../../src/checkpoint/ref-names.js';
import { loosePath } from '../../src/store/objects/presence.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { objectsOf, overwrite, packPath } from '../store/objects/samples.js';
import { closeContexts, contextOf, take, type TestContext } from './contexts.js';
import { sample, write } from './disk-cost-samples.js';

async function cost(context: TestContext): Promise<DiskCost> {
  return measureDiskCost(context, await listCheckpointRefs(context.refs, null));
}

/** The commit, its tree and all below it. */
function reach(root: string, commit: string): string[] {
  const below = git(root, 'ls-tree', '-r', '-t', '--format=%(objectname)', commit).split('\n');
  return [commit, git(root, 'rev-parse', `${commit}^{tree}`), ...below];
}

/** The same by git, for the refs that are there now. */
function costByGit(root: string): number {
  const refs = (prefix: string): string[] =>
    git(root, 'for-each-ref', '--format=%(objectname)', prefix).split('\n').filter(Boolean);
  const kept = new Set(['HEAD', ...refs('refs/heads/')].flatMap((commit) => reach(root, commit)));
  const ours = new Set(
    [...refs(CHECKPOINT_REFS), ...refs(STATE_REFS)].flatMap((commit) => reach(root, commit)),
  );
  const format = '--batch-check=%(objectname) %(objectsize:disk)';
  const lines = git(root, 'cat-file', '--batch-all-objects', format).split('\n');
  let bytes = 0;
  for (const line of lines) {
    const [oid = '', size] = line.split(' ');
    if (ours.has(oid) && !kept.has(oid)) bytes += Number(size);
  }
  return bytes;
}

async function withoutCheckpoint(
  { refs }: TestContext,
  { ref, plan_id: planId, checkpoint_id: checkpointId }: Checkpoint,
): Promise<void> {
  for (const name of [ref, formatStateRef({ planId, checkpointId })]) {
    await refs.transact([{ name, expected: await refs.read(name), value: null }]);
  }
}

describe('what checkpoints cost on disk', () => {
  afterEach(closeContexts);

  it('is nothing without checkpoints, and then nothing is written', async () => {
    const root = makeRepository();
    write(root, 'a', 'a');
    const context = await contextOf(root);
    expect(await cost(context)).to.deep.equal({ bytes: 0, ownBytes: new Map() });
    expect(readdirSync(context.repository.stateDir)).to.deep.equal([]);
  });

  it('is the size of all that is in them when there is no commit', async () => {
    const root = makeRepository();
    write(root, 'a', 'a'.repeat(1_000));
    const context = await contextOf(root);
    await take(context);
    const all = git(root, 'cat-file', '--batch-all-objects', '--batch-check=%(objectsize:disk)');
    const sum = all.split('\n').reduce((bytes, size) => bytes + Number(size), 0);
    expect((await cost(context)).bytes).to.equal(sum);
  });

  it('is what only they keep, by checkpoint too, loose and packed', async () => {
    const { context, root, taken } = await sample();
    for (const repacked of [false, true]) {
      if (repacked) git(root, 'gc', '-q');
      const { bytes, ownBytes } = await cost(context);
      expect(bytes).to.equal(costByGit(root)).and.to.be.above(0);
      expect([...ownBytes.keys()]).to.deep.equal(taken.map(({ checkpoint_id: id }) => id));
    }
    const before = await cost(context);
    await withoutCheckpoint(context, taken[1]!);
    const after = await cost(context);
    expect(after.bytes).to.equal(costByGit(root));
    expect(before.bytes - after.bytes).to.equal(before.ownBytes.get(taken[1]!.checkpoint_id));
  });

  it('is what a commit no longer needs to keep', async () => {
    const { context, root } = await sample();
    const before = (await cost(context)).bytes;
    git(root, 'branch', '-q', '-D', 'other');
    const after = (await cost(context)).bytes;
    expect(after).to.equal(costByGit(root)).and.to.be.above(before);
  });

  it('passes over what is damaged or missing', async () => {
    const { context, root, taken } = await sample();
    const whole = await cost(context);
    const latest = taken.at(-1)!;
    const file = loosePath(objectsOf(root), git(root, 'rev-parse', `${latest.tree}:folder0`));
    overwrite(file, () => Buffer.from('nonsense'));
    rmSync(loosePath(objectsOf(root), taken[0]!.commit));
    rmSync(join(context.repository.stateDir, 'disk-cost'));
    const { bytes, ownBytes } = await cost(context);
    expect(bytes).to.be.below(whole.bytes);
    expect(ownBytes.size).to.equal(3);
  });

  it('is nothing that a damaged pack can tell', async () => {
    const { context, root } = await sample();
    git(root, 'repack', '-adq');
    overwrite(packPath(root, 'pack'), (bytes) => bytes.subarray(0, -1));
    expect((await cost(context)).bytes).to.equal(0);
  });
});

describe('the remembered cost', () => {
  afterEach(closeContexts);

  function fileOf({ repository }: TestContext): string {
    return join(repository.stateDir, 'disk-cost');
  }

  /** Marks the remembered number, so that it can be told from one that is measured. */
  function mark(context: TestContext): void {
    const json = JSON.parse(readFileSync(fileOf(context), 'utf8')) as { bytes: number };
    writeFileSync(fileOf(context), JSON.stringify({ ...json, bytes: 12_345 }));
  }

  it('is used while refs and packs are the same', async () => {
    const { context, root, taken } = await sample();
    const measured = await cost(context);
    expect(await cost(context)).to.deep.equal(measured);
    const changes = [
      () => git(root, 'branch', 'third', 'other~1'),
      () => git(root, 'checkout', '-q', '--detach', 'other'),
      () => git(root, 'update-ref', `${CHECKPOINT_REFS}${taken[0]!.plan_id}/foreign`, 'main'),
      () => git(root, 'repack', '-adq'),
      () => withoutCheckpoint(context, taken[0]!),
    ];
    for (const change of changes) {
      await cost(context);
      mark(context);
      expect((await cost(context)).bytes).to.equal(12_345);
      await change();
      const isForeign = change === changes[2];
      expect((await cost(context)).bytes === 12_345, String(change)).to.equal(isForeign);
    }
  });

  it('is measured again when its file is not whole', async () => {
    const { context } = await sample();
    const measured = await cost(context);
    const file = fileOf(context);
    const text = readFileSync(file, 'utf8');
    const json = JSON.parse(text) as Record<string, unknown>;
    const spoilt: unknown[] = [
      text.slice(0, -5),
      'null',
      '7',
      { ...json, version: 2 },
      { ...json, key: 'ab' },
      { ...json, bytes: -1 },
      { ...json, bytes: 1.5 },
      { ...json, bytes: '7' },
      { ...json, own_bytes: null },
      { ...json, own_bytes: 7 },
      { ...json, own_bytes: { nonsense: 7 } },
      { ...json, own_bytes: { [[...measured.ownBytes.keys()][0]!]: -7 } },
      ' '.repeat(5 * 1024 * 1024),
    ];
    for (const contents of spoilt) {
      writeFileSync(file, typeof contents === 'string' ? contents : JSON.stringify(contents));
      expect(await cost(context)).to.deep.equal(measured);
      expect(readFileSync(file, 'utf8')).to.equal(text);
    }
  });

  it('is never read or written through links, and no FIFO is waited for', async () => {
    const { context } = await sample();
    const measured = await cost(context);
    const file = fileOf(context);
    const outside = tempDirectory();
    mark(context);
    renameSync(file, join(outside, 'disk-cost'));
    const marked = readFileSync(join(outside, 'disk-cost'), 'utf8');
    symlinkSync(join(outside, 'disk-cost'), file);
    expect(await cost(context)).to.deep.equal(measured);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(await cost(context)).to.deep.equal(measured);
    const { stateDir } = context.repository;
    rmSync(stateDir, { recursive: true });
    symlinkSync(outside, stateDir);
    expect(await cost(context)).to.deep.equal(measured);
    expect(readFileSync(join(outside, 'disk-cost'), 'utf8')).to.equal(marked);
    git(context.repository.root, 'branch', 'more', 'other~1');
    await cost(context);
    expect(readFileSync(join(outside, 'disk-cost'), 'utf8')).to.equal(marked);
  });

  it('may be missing', async () => {
    const { context } = await sample();
    const measured = await cost(context);
    rmSync(fileOf(context));
    mkdirSync(join(fileOf(context), 'in the way'), { recursive: true });
    expect(await cost(context)).to.deep.equal(measured);
    expect(existsSync(join(fileOf(context), 'in the way'))).to.equal(true);
    rmSync(context.repository.stateDir, { recursive: true });
    expect(await cost(context)).to.deep.equal(measured);
    expect(existsSync(context.repository.stateDir)).to.equal(false);
  });
});
