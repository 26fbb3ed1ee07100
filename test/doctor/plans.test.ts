import { expect } from 'chai';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DoctorData } from '../../src/api/data.js';
import type { Workspace } from '../../src/api/workspace.js';
import type { PitonError } from '../../src/core/errors.js';
import { nextId } from '../../src/core/ids.js';
import { git, tryGit } from '../helpers/git.js';
import {
  brief,
  checkpointRef,
  examined,
  kept,
  looseFile,
  mended,
  onlyTold,
  open,
  planFile,
  prepare,
  readPlanFile,
  stateRef,
  type Prepared,
} from './prepared-workspace.js';

describe('doctor and plan files', () => {
  let prepared: Prepared;
  let workspace: Workspace;

  beforeEach(async () => {
    prepared = await prepare();
    ({ workspace } = prepared);
  });

  afterEach(async () => {
    await workspace.close();
  });

  it('makes a lost one as it was', async () => {
    const { root, planId } = prepared;
    const file = planFile(prepared, planId);
    const before = readFileSync(file, 'utf8');
    unlinkSync(file);
    const { refs } = kept(root);
    expect(brief(await mended(root))).to.deep.equal(['lost_plans must', 'workspace_file should']);
    expect(readFileSync(file, 'utf8')).to.equal(before);
    expect(kept(root).refs).to.deep.equal(refs);
  });

  for (const interval of [{ everySteps: 1 }, { everySeconds: 0.001 }]) {
    it(`makes a lost one as it was after a step, with ${JSON.stringify(interval)}`, async () => {
      const { root, planId } = prepared;
      await workspace.setPlan(planId, { ...interval, context: { key: 'value' } });
      const { checkpoint } = await workspace.completeStep(planId, { done: 3 });
      expect(checkpoint).to.have.property('created', true);
      const file = planFile(prepared, planId);
      const before = readFileSync(file, 'utf8');
      unlinkSync(file);
      await examined(root, true);
      expect(readFileSync(file, 'utf8')).to.equal(before);
    });
  }

  for (const [what, damage] of [
    ['garbage', (file: string) => writeFileSync(file, 'garbage')],
    ['cut short', (file: string) => truncateSync(file, 700)],
    ['empty', (file: string) => truncateSync(file)],
    ['another plan’s', (file: string) => editPlan(file, { plan_id: nextId(Date.now()) })],
    ['of a wrong type', (file: string) => editPlan(file, { reversion_count: 'many' })],
    ['a folder', (file: string) => (unlinkSync(file), mkdirSync(file))],
    ['a link', (file: string) => (unlinkSync(file), symlinkSync('/etc/hostname', file))],
  ] as const) {
    it(`makes one anew that is ${what}, and keeps the damaged one`, async () => {
      const { root, planId } = prepared;
      const file = planFile(prepared, planId);
      const before = readFileSync(file, 'utf8');
      damage(file);
      const wasLink = what === 'a link';
      const damaged = what === 'a folder' || wasLink ? null : readFileSync(file, 'utf8');
      expect(brief(await mended(root))).to.deep.equal(['plan_files must']);
      expect(readFileSync(file, 'utf8')).to.equal(before);
      if (damaged !== null) expect(readFileSync(`${file}.damaged-1`, 'utf8')).to.equal(damaged);
      else expect(existsSync(`${file}.damaged-1`)).to.equal(true);
    });
  }

  it('sets a second damaged one aside beside the first', async () => {
    const { root, planId } = prepared;
    const file = planFile(prepared, planId);
    for (const number of [1, 2]) {
      writeFileSync(file, `garbage ${number}`);
      await mended(root);
      expect(readFileSync(`${file}.damaged-${number}`, 'utf8')).to.equal(`garbage ${number}`);
    }
  });

  it('takes the newest state and never a lower count of reversions', async () => {
    const { root, planId, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0] });
    await workspace.undo();
    await workspace.rollback({ checkpoint: ids[0] });
    const { reversion_count: count } = readPlanFile(prepared);
    expect(count).to.equal(2);
    unlinkSync(planFile(prepared, planId));
    await mended(root);
    expect(readPlanFile(prepared)).to.deep.include({
      reversion_count: count,
      last_checkpoint_id: ids[1],
    });
  });

  it('does not count an undo', async () => {
    const { root, planId, ids } = prepared;
    await workspace.rollback({ checkpoint: ids[0] });
    await workspace.undo();
    await workspace.redo();
    unlinkSync(planFile(prepared, planId));
    await mended(root);
    expect(readPlanFile(prepared).reversion_count).to.equal(1);
  });

  it('reads the count out of what is left of a damaged file', async () => {
    const { root, planId } = prepared;
    const file = planFile(prepared, planId);
    editPlan(file, { reversion_count: 7 });
    truncateSync(file, 700);
    await mended(root);
    expect(readPlanFile(prepared).reversion_count).to.equal(7);
  });

  it('finds a subplan in the sidecars of the plan above it', async () => {
    const { root, planId } = prepared;
    const { plan_id: subplanId } = await workspace.createPlan({ parent: planId, name: 'below' });
    await workspace.usePlan(planId);
    await workspace.createCheckpoint();
    const file = planFile(prepared, subplanId);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, 'garbage');
    await mended(root);
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });

  it('uses a sidecar whose checkpoint cannot be read, and passes over damaged ones', async () => {
    const { root, planId, ids } = prepared;
    for (const ref of [
      checkpointRef(prepared, ids[0]),
      `${stateRef(prepared, ids[1])}:plan.json`,
    ]) {
      rmSync(looseFile(root, git(root, 'rev-parse', ref)));
    }
    unlinkSync(planFile(prepared, planId));
    const { problems } = await examined(root, true);
    expect(problems.find(({ check }) => check === 'lost_plans')?.repaired).to.equal(true);
    expect(readPlanFile(prepared).name).to.equal('one');
  });

  it('says so when no sidecar is left, or has a plan', async () => {
    const { root, planId, ids } = prepared;
    git(root, 'update-ref', '-d', stateRef(prepared, ids[0]));
    const tree = tryGit(root, ['mktree'], '').stdout.toString().trim();
    const commit = git(root, 'commit-tree', '-m', 'state', tree);
    git(root, 'update-ref', stateRef(prepared, ids[1]), commit);
    unlinkSync(planFile(prepared, planId));
    const { problems } = await examined(root, true);
    const lost = problems.find(({ check }) => check === 'lost_plans');
    expect(lost?.message).to.match(/not mended: no sidecar of its checkpoints can be read/);
    writeFileSync(planFile(prepared, planId), 'garbage');
    await examined(root, true);
    expect(existsSync(planFile(prepared, planId))).to.equal(false);
    expect(readFileSync(`${planFile(prepared, planId)}.damaged-1`, 'utf8')).to.equal('garbage');
  });

  it('tells of one that a newer piton wrote and lets it be', async () => {
    const { root, planId } = prepared;
    editPlan(planFile(prepared, planId), { schema_version: 999 });
    expect(brief(await onlyTold(root))).to.deep.equal(['plan_files should']);
  });

  it('makes none anew that a newer piton had', async () => {
    const { root, planId, ids } = prepared;
    const ref = stateRef(prepared, ids[1]);
    const newer = JSON.stringify({ ...readPlanFile(prepared), schema_version: 999 });
    const oid = tryGit(root, ['hash-object', '-w', '--stdin'], newer).stdout.toString().trim();
    const lines = git(root, 'ls-tree', ref).split('\n');
    const edited = lines.map((line) =>
      line.endsWith('\tplan.json') ? `100644 blob ${oid}\tplan.json` : line,
    );
    const tree = tryGit(root, ['mktree'], `${edited.join('\n')}\n`)
      .stdout.toString()
      .trim();
    git(root, 'update-ref', ref, git(root, 'commit-tree', '-m', 'state', tree));
    writeFileSync(planFile(prepared, planId), 'garbage');
    const { problems } = await examined(root, true);
    const [problem] = problems;
    expect(problem).to.include({ check: 'plan_files', repaired: false });
    expect(problem?.message).to.match(/version 999/);
    expect(readFileSync(planFile(prepared, planId), 'utf8')).to.equal('garbage');
  });

  it('only tells of one that may not be read', async () => {
    const { root, stateDir } = prepared;
    renameSync(join(stateDir, 'plans'), join(stateDir, 'elsewhere'));
    symlinkSync('elsewhere', join(stateDir, 'plans'));
    const problems = await onlyTold(root);
    expect(brief(problems)).to.include.members(['state_directory must', 'plan_files must']);
  });

  it('keeps a safety checkpoint although its note outlived the undo entries', async () => {
    const { root, stateDir, planId, ids } = prepared;
    const { safety_checkpoint_id: safety } = await workspace.rollback({ checkpoint: ids[0] });
    const note = join(stateDir, 'pending-checkpoint');
    writeFileSync(note, `${planId} ${safety} safety\n`);
    unlinkSync(planFile(prepared, planId));
    const { refs } = kept(root);
    await mended(root);
    expect(kept(root).refs).to.deep.equal(refs);
    expect(readFileSync(`${note}.damaged-1`, 'utf8')).to.contain(safety);
    writeFileSync(note, 'garbage');
    writeFileSync(planFile(prepared, planId), 'garbage');
    expect(brief(await mended(root))).to.deep.equal(['plan_files must', 'pending_checkpoint must']);
  });

  it('knows the plans of other worktrees', async () => {
    const { root, planId, ids } = prepared;
    const other = join(root, '..', `${planId}-other`);
    git(root, 'worktree', 'add', '-q', '--detach', other);
    const found = async (place: string, laterMs: number): Promise<string[]> => {
      const handle = await open(place, { clock: { now: () => Date.now() + laterMs } });
      const { problems } = await handle
        .doctor()
        .catch((error: PitonError) => error.details as unknown as DoctorData);
      await handle.close();
      return brief(problems);
    };
    try {
      git(root, 'update-ref', '-d', checkpointRef(prepared, ids[0]));
      expect(await found(other, 61_000), 'they are another’s').to.deep.equal([]);
      expect(await found(root, 61_000)).to.deep.equal(['sidecars should']);
      unlinkSync(planFile(prepared, planId));
      expect(await found(other, 0), 'they may be in the making').to.deep.equal([]);
      const lost = ['lost_plans must', 'sidecars should'];
      expect(await found(other, 61_000)).to.deep.equal(lost);
      expect(await found(root, 61_000)).to.deep.equal([...lost, 'workspace_file should']);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});

function editPlan(file: string, change: Record<string, unknown>): void {
  const plan = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...plan, ...change }, null, 2));
}
