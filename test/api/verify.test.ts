import { expect } from 'chai';
import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../src/core/types.js';
import {
  checkpointRef,
  everything,
  failure,
  looseFile,
  open,
  prepare,
  stateRef,
  type Prepared,
} from '../doctor/prepared-workspace.js';
import { git } from '../helpers/git.js';
import { damagedOf, findDamage } from './damage.js';

/** As `unprivileged`, for what goes on after the first pause. */
async function unprivilegedly<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

describe('verify', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  it('finds nothing wrong with whole checkpoints and changes nothing', async () => {
    const { root, workspace, ids } = prepared;
    const before = everything(root);
    expect(await workspace.verify()).to.deep.equal({ checked: 2, damaged: [] });
    expect(await workspace.verify({ checkpoint: 'latest' })).to.deep.equal({
      checked: 1,
      damaged: [],
    });
    expect(await workspace.verify({ checkpoint: ids[0] })).to.include({ checked: 1 });
    expect(everything(root)).to.deep.equal(before);
  });

  it('does the same with the native engine', async () => {
    const workspace = await open(prepared.root, { engine: 'native' });
    expect(await workspace.verify({ all: true })).to.deep.equal({ checked: 2, damaged: [] });
    git(prepared.root, 'update-ref', '-d', stateRef(prepared, prepared.ids[0]));
    expect(damagedOf(await failure(workspace.verify()))).to.have.length(1);
    await workspace.close();
  });

  it('checks the checkpoints of one plan, or of all', async () => {
    const { workspace } = prepared;
    await workspace.createPlan({ name: 'two' });
    await workspace.createCheckpoint({ always: true });
    expect(await workspace.verify()).to.include({ checked: 1 });
    expect(await workspace.verify({ plan: 'one' })).to.include({ checked: 2 });
    expect(await workspace.verify({ all: true })).to.include({ checked: 3 });
  });

  it('needs no plan file for a checkpoint named by its id, nor for all', async () => {
    const { stateDir, workspace, planId, ids } = prepared;
    writeFileSync(join(stateDir, 'plans', `${planId}.json`), 'garbage');
    expect(await workspace.verify({ checkpoint: ids[1] })).to.include({ checked: 1 });
    expect(await workspace.verify({ all: true })).to.include({ checked: 2 });
  });

  it('names a missing blob for every checkpoint that needs it', async () => {
    const { root, ids } = prepared;
    const oid = git(root, 'rev-parse', `${checkpointRef(prepared, ids[0])}:shared.txt`);
    rmSync(looseFile(root, oid));
    expect(await findDamage(prepared)).to.deep.equal(
      ids.map((checkpoint_id) => ({ checkpoint_id, object: oid, problem: 'missing' })),
    );
  });

  it('tells truncated objects and flipped bytes, not only the first', async () => {
    const { root, ids } = prepared;
    const first = git(root, 'rev-parse', `${checkpointRef(prepared, ids[0])}:changing.txt`);
    const second = git(root, 'rev-parse', `${checkpointRef(prepared, ids[1])}:changing.txt`);
    truncateSync(looseFile(root, first), 5);
    const file = looseFile(root, second);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    const found = await findDamage(prepared);
    expect(found.map(({ checkpoint_id, object }) => [checkpoint_id, object])).to.deep.equal([
      [ids[0], first],
      [ids[1], second],
    ]);
    for (const { problem } of found) expect(problem).to.match(/cannot be read|damaged/);
  });

  it('tells the commit, the root tree and every part of the sidecar', async () => {
    const { root, ids } = prepared;
    const [id] = ids;
    const commit = git(root, 'rev-parse', checkpointRef(prepared, id));
    const parts = ['', ':plan.json', ':manifest.json', ':index', ':staged', '^{tree}'].map((part) =>
      git(root, 'rev-parse', `${stateRef(prepared, id)}${part}`),
    );
    const staged = git(root, 'ls-tree', `${stateRef(prepared, id)}:staged`).split(/\s+/)[2]!;
    for (const oid of [commit, `${commit}^{tree}`, ...parts, staged]) {
      const name = git(root, 'rev-parse', oid);
      const file = looseFile(root, name);
      const bytes = readFileSync(file);
      rmSync(file);
      const found = await findDamage(prepared);
      expect(found, oid).to.deep.include({ checkpoint_id: id, object: name, problem: 'missing' });
      writeFileSync(file, bytes);
    }
  });

  it('streams large blobs to their end', async () => {
    const { root, workspace } = prepared;
    const contents = Buffer.alloc(3 * 1024 * 1024);
    for (let at = 0; at < contents.length; at += 4)
      contents.writeUInt32LE((at * 2654435761) >>> 0, at);
    writeFileSync(join(root, 'large.bin'), contents);
    const { checkpoint } = await workspace.createCheckpoint();
    expect(await workspace.verify({ checkpoint: 'latest' })).to.include({ checked: 1 });
    const oid = git(root, 'rev-parse', `${checkpoint.commit}:large.bin`);
    const file = looseFile(root, oid);
    truncateSync(file, readFileSync(file).length - 10);
    const found = damagedOf(await failure(workspace.verify({ checkpoint: 'latest' })));
    expect(found.map(({ object }) => object)).to.deep.equal([oid]);
  });

  it('tells a lost pack object by object', async () => {
    const { root, ids } = prepared;
    git(root, 'repack', '-a', '-d', '-q');
    const packs = join(root, '.git/objects/pack');
    for (const name of readdirSync(packs)) rmSync(join(packs, name), { force: true });
    const found = await findDamage(prepared);
    for (const id of ids) {
      const commit = git(root, 'rev-parse', checkpointRef(prepared, id));
      expect(found).to.deep.include({ checkpoint_id: id, object: commit, problem: 'missing' });
    }
  });

  it('tells an object that may not be read', async () => {
    const { root, ids, workspace } = prepared;
    const oid = git(root, 'rev-parse', `${checkpointRef(prepared, ids[0])}:changing.txt`);
    chmodSync(looseFile(root, oid), 0);
    chmodSync(root, 0o755);
    await workspace.close();
    const error = await unprivilegedly(() => failure(workspace.verify()));
    expect(damagedOf(error).map(({ object }) => object)).to.deep.equal([oid]);
  });

  it('tells a sidecar ref that is gone, and one that is none', async () => {
    const { root, ids } = prepared;
    const [first, second] = ids.map((id) => stateRef(prepared, id));
    git(root, 'update-ref', '-d', first!);
    writeFileSync(join(root, '.git', second!), 'garbage\n');
    const found = await findDamage(prepared);
    expect(found[0]).to.deep.equal({ checkpoint_id: ids[0], object: first, problem: 'missing' });
    expect(found[1]).to.include({ checkpoint_id: ids[1], object: second });
    expect(found).to.have.length(2);
  });

  it('tells a checkpoint ref that is none, whichever way it is named', async () => {
    const { root, ids, workspace } = prepared;
    const ref = checkpointRef(prepared, ids[1]);
    writeFileSync(join(root, '.git', ref), 'garbage\n');
    const found = await findDamage(prepared);
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ checkpoint_id: ids[1], object: ref });
    expect(damagedOf(await failure(workspace.verify({ checkpoint: ids[1] })))).to.deep.equal(found);
  });

  it('finds an unreadable checkpoint by id, prefix and latest', async () => {
    const { root, ids } = prepared;
    const id = ids[1]!;
    const commit = git(root, 'rev-parse', checkpointRef(prepared, id));
    rmSync(looseFile(root, commit));
    const workspace = await open(root);
    for (const checkpoint of [id, id.toLowerCase(), id.slice(0, 25), 'latest']) {
      const found = damagedOf(await failure(workspace.verify({ checkpoint })));
      expect(found, checkpoint).to.deep.include({
        checkpoint_id: id,
        object: commit,
        problem: 'missing',
      });
    }
    for (const checkpoint of ['nothing', id.slice(0, 3), 'latest~1', '0000']) {
      const error = await failure(workspace.verify({ checkpoint }));
      expect(error.code, checkpoint).to.equal('CHECKPOINT_NOT_FOUND');
    }
    const named = { checkpoint: id, plan: 'one' };
    expect(damagedOf(await failure(workspace.verify(named)))).to.have.length(1);
    await workspace.close();
  });

  it('says so when the refs themselves cannot all be known', async () => {
    const { root, workspace } = prepared;
    writeFileSync(join(root, '.git/packed-refs'), 'garbage\n');
    const error = await failure(workspace.verify({ all: true }));
    expect(error.code).to.equal('STATE_DAMAGED');
    expect(error.details['ref']).to.equal('packed-refs');
  });

  it('leaves refs alone that are not checkpoints', async () => {
    const { root, workspace } = prepared;
    git(root, 'update-ref', 'refs/piton/checkpoint/other', 'HEAD');
    expect(await workspace.verify({ all: true })).to.include({ checked: 2 });
  });

  it('reports progress, and stops when told to', async () => {
    const { workspace } = prepared;
    const seen: Progress[] = [];
    await workspace.verify({ onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).to.deep.equal({ phase: 'verifying', done: 0 });
    const reason = new Error('enough');
    const stopped = workspace.verify({ signal: AbortSignal.abort(reason) });
    expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
  });

  it('does not count a checkpoint that is deleted meanwhile', async () => {
    const { root, ids, workspace } = prepared;
    let hasBegun = false;
    const onProgress = (): void => {
      if (hasBegun) return;
      hasBegun = true;
      rmSync(looseFile(root, git(root, 'rev-parse', 'HEAD:shared.txt')));
      for (const id of ids) git(root, 'update-ref', '-d', checkpointRef(prepared, id));
    };
    expect(await workspace.verify({ onProgress })).to.deep.equal({ checked: 0, damaged: [] });
  });
});
