import { expect } from 'chai';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { git } from '../helpers/git.js';
import {
  brief,
  checkpointRef,
  examined,
  looseFile,
  mended,
  onlyTold,
  open,
  prepare,
  readPlanFile,
  stateRef,
  type Prepared,
} from './prepared-workspace.js';

describe('doctor and what plans point at', () => {
  let prepared: Prepared;
  let workspace: Workspace;

  beforeEach(async () => {
    prepared = await prepare();
    ({ workspace } = prepared);
  });

  afterEach(async () => {
    await workspace.close();
  });

  function deleteRefs(id: string | undefined): void {
    git(prepared.root, 'update-ref', '-d', checkpointRef(prepared, id));
    git(prepared.root, 'update-ref', '-d', stateRef(prepared, id));
  }

  it('makes the newest checkpoint the latest when that is gone, but no safety one', async () => {
    const { root, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0] });
    await workspace.undo();
    deleteRefs(ids[1]);
    const before = readPlanFile(prepared);
    expect(brief(await mended(root))).to.deep.equal(['last_checkpoint should']);
    const after = readPlanFile(prepared);
    expect(after.updated_at > before.updated_at).to.equal(true);
    const { updated_at } = after;
    expect(after).to.deep.equal({ ...before, updated_at, last_checkpoint_id: ids[0] });
  });

  it('says that there is no latest one when all are gone or unreadable', async () => {
    const { root, ids } = prepared;
    const commit = git(root, 'rev-parse', checkpointRef(prepared, ids[0]));
    deleteRefs(ids[1]);
    rmSync(looseFile(root, commit));
    await examined(root, true);
    expect(readPlanFile(prepared).last_checkpoint_id).to.equal(null);
  });

  it('stays when the clock stands still', async () => {
    const { root, ids } = prepared;
    deleteRefs(ids[1]);
    const before = readPlanFile(prepared);
    const early = await open(root, { clock: { now: () => Date.parse(before.created_at) } });
    await early.doctor({ repair: true });
    expect(readPlanFile(prepared).updated_at > before.updated_at).to.equal(true);
    await early.close();
  });

  it('drops undo and redo entries that lead nowhere, and no others', async () => {
    const { root, ids } = prepared;
    const first = await workspace.rollback({ checkpoint: ids[0] });
    const second = await workspace.rollback({ checkpoint: ids[1] });
    const { undo } = readPlanFile(prepared).rollbacks;
    deleteRefs(first.safety_checkpoint_id ?? '');
    const [problem, ...more] = await mended(root);
    expect(more).to.deep.equal([]);
    expect(problem).to.include({ check: 'undo_and_redo', severity: 'should' });
    expect(readPlanFile(prepared).rollbacks).to.deep.equal({ undo: undo.slice(1), redo: [] });
    const undone = await workspace.undo();
    deleteRefs(undone.safety_checkpoint_id ?? '');
    expect(brief(await mended(root))).to.deep.equal(['undo_and_redo should']);
    expect(readPlanFile(prepared).rollbacks).to.deep.equal({ undo: [], redo: [] });
    expect(second.safety_checkpoint_id).to.equal(undo[1]?.from_checkpoint_id);
  });

  it('leaves all as it is when refs cannot be read', async () => {
    const { root, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0] });
    git(root, 'pack-refs', '--all');
    const packed = join(root, '.git/packed-refs');
    writeFileSync(packed, readFileSync(packed, 'utf8').trimEnd());
    const problems = await onlyTold(root);
    expect(new Set(brief(problems))).to.deep.equal(new Set(['refs must', 'stat_cache must']));
  });
});
