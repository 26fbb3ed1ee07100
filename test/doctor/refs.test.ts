import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { git } from '../helpers/git.js';
import {
  brief,
  checkpointRef,
  examined,
  kept,
  looseFile,
  mended,
  onlyTold,
  open,
  prepare,
  stateRef,
  type Prepared,
} from './prepared-workspace.js';

describe('doctor and refs', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
    await prepared.workspace.close();
  });

  it('tells of refs that are not piton’s and lets them be', async () => {
    const { root, planId } = prepared;
    for (const name of ['other', `checkpoint/${planId}`, 'checkpoint/a/b', `state/${planId}/x`]) {
      if (!name.endsWith(planId)) git(root, 'update-ref', `refs/piton/${name}`, 'HEAD');
    }
    const problems = await onlyTold(root);
    expect(brief(problems)).to.deep.equal(['refs should', 'refs should', 'refs should']);
    expect(problems[0]?.message).to.contain('refs/piton/checkpoint/a/b');
  });

  it('tells of a ref that is none, and takes it for what it may have been', async () => {
    const { root, ids } = prepared;
    writeFileSync(join(root, '.git', checkpointRef(prepared, ids[1])), 'garbage\n');
    const problems = await onlyTold(root);
    expect(brief(problems)).to.deep.equal(['refs must', 'stat_cache must']);
    for (const { message } of problems) {
      expect(message).to.contain(checkpointRef(prepared, ids[1]));
    }
    writeFileSync(join(root, '.git', stateRef(prepared, ids[1])), 'garbage\n');
    expect(brief(await onlyTold(root))).to.deep.equal([
      'refs must',
      'refs must',
      'stat_cache must',
    ]);
  });

  it('tells of refs that point at no checkpoint, or at one that cannot be read', async () => {
    const { root, ids } = prepared;
    const [first, second] = ids;
    git(root, 'update-ref', checkpointRef(prepared, first), 'HEAD:shared.txt');
    git(root, 'update-ref', stateRef(prepared, first), 'HEAD^{tree}');
    rmSync(looseFile(root, git(root, 'rev-parse', checkpointRef(prepared, second))));
    const problems = await onlyTold(root);
    expect(brief(problems)).to.deep.equal(['refs must', 'refs must', 'refs must']);
    const [blob, missing, tree] = problems.map(({ message }) => message);
    expect(blob).to.match(/points at a blob, not at a commit/);
    expect(missing).to.match(/cannot be used: missing/);
    expect(tree).to.match(/points at a tree, not at a commit/);
  });

  it('tells of a link among the refs and goes through none', async () => {
    const { root } = prepared;
    symlinkSync('/etc', join(root, '.git/refs/piton/checkpoint/link'));
    const problems = await onlyTold(root);
    expect(problems.every(({ message }) => /link/.test(message))).to.equal(true);
    expect(brief(problems)).to.include('refs must');
  });

  it('tells of a checkpoint without a sidecar', async () => {
    const { root, ids } = prepared;
    git(root, 'update-ref', '-d', stateRef(prepared, ids[0]));
    const problems = await onlyTold(root);
    expect(brief(problems)).to.deep.equal(['sidecars must']);
    expect(problems[0]?.message).to.contain(checkpointRef(prepared, ids[0]));
  });

  it('deletes a sidecar without a checkpoint, and nothing else', async () => {
    const { root, ids } = prepared;
    git(root, 'update-ref', '-d', checkpointRef(prepared, ids[0]));
    const { refs } = kept(root);
    expect(brief(await mended(root))).to.deep.equal(['sidecars should']);
    const left = refs.filter((line) => !line.endsWith(stateRef(prepared, ids[0])));
    expect(left).to.have.length(refs.length - 1);
    expect(kept(root).refs).to.deep.equal(left);
  });

  it('does so with the native engine and with packed refs', async () => {
    const { root, ids } = prepared;
    git(root, 'pack-refs', '--all');
    git(root, 'update-ref', '-d', checkpointRef(prepared, ids[0]));
    const workspace = await open(root, { engine: 'native' });
    const { problems } = await workspace.doctor({ repair: true });
    expect(problems.map(({ check, repaired }) => [check, repaired])).to.deep.equal([
      ['sidecars', true],
    ]);
    await workspace.close();
    expect((await examined(root)).problems).to.deep.equal([]);
  });

  it('removes the locks that nobody holds, and no young ones', async () => {
    const { root, ids } = prepared;
    const [old, young] = ids.map((id) => join(root, '.git', `${checkpointRef(prepared, id)}.lock`));
    for (const path of [old!, young!]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    const before = Date.now() / 1_000 - 61;
    utimesSync(old!, before, before);
    const problems = await mended(root);
    expect(brief(problems)).to.deep.equal(['ref_locks should']);
    expect(problems[0]?.message).to.contain(ids[0]);
    rmSync(young!);
  });

  it('looks for no locks where refs are not files', async function () {
    const { root } = prepared;
    const workspace = await open(root);
    const { REF_LOCKS } = await import('../../src/doctor/temporary-files.js');
    const repository = { refStorage: 'reftable', commonDir: '/nowhere' };
    const context = { repository } as unknown as Parameters<typeof REF_LOCKS.look>[0];
    expect(REF_LOCKS.look(context)).to.deep.equal([]);
    await workspace.close();
  });
});
