import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { carryOut } from '../../src/api/carry-out.js';
import { planStateAt } from '../../src/api/state-at.js';
import { meantCheckpoint } from '../../src/api/select.js';
import { Session } from '../../src/api/session.js';
import { settingsFrom } from '../../src/api/settings.js';
import { rolledBack } from '../../src/plan/rolled-back.js';
import { readJournal } from '../../src/rollback/journal.js';
import { failure, open, prepare, type Prepared } from '../doctor/prepared-workspace.js';
import { TEST_HOME } from '../helpers/git.js';

describe('subplans in a rollback', () => {
  let prepared: Prepared;
  /** Of `one`, while `early` was at step 0 and `late` had not begun. */
  let checkpoint: string;
  let late: string;

  beforeEach(async () => {
    prepared = await prepare();
    const { workspace, root, warnings } = prepared;
    await workspace.createPlan({ name: 'early', parent: 'one' });
    await workspace.completeStep('early', { done: 0 });
    writeFileSync(join(root, 'changing.txt'), 'early\n');
    const taken = await workspace.createCheckpoint({ plan: 'one' });
    checkpoint = taken.checkpoint.checkpoint_id;
    await workspace.completeStep('early', { done: 1 });
    ({ plan_id: late } = await workspace.createPlan({ name: 'late', parent: 'early' }));
    await workspace.applyPlan('early');
    writeFileSync(join(root, 'changing.txt'), 'late\n');
    await workspace.createCheckpoint({ step: 0 });
    await workspace.createPlan({ name: 'unrelated' });
    warnings.length = 0;
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  async function standing(): Promise<Record<string, [string, number]>> {
    const { plans } = await prepared.workspace.listPlans();
    const entries = plans.map(
      ({ name, status, last_completed_step: step }): [string, [string, number]] => [
        String(name),
        [status, step],
      ],
    );
    return Object.fromEntries(entries);
  }

  const BEFORE = {
    one: ['active', -1],
    early: ['applied', 1],
    late: ['active', 0],
    unrelated: ['active', -1],
  };
  const AFTER = { ...BEFORE, early: ['active', 0], late: ['reverted', 0] };

  it('go back to where they were, and are reverted when they had not begun', async () => {
    const { workspace, warnings } = prepared;
    expect(await standing()).to.deep.equal(BEFORE);
    await workspace.rollback({ plan: 'one', checkpoint });
    expect(await standing()).to.deep.equal(AFTER);
    expect(warnings).to.deep.equal([
      {
        code: 'SUBPLAN_REVERTED',
        message: `subplans that began after the checkpoint are reverted: ${late}`,
      },
    ]);
  });

  it('come back with undo, and go again with redo', async () => {
    const { workspace, warnings } = prepared;
    await workspace.rollback({ plan: 'one', checkpoint });
    warnings.length = 0;
    await workspace.undo({ plan: 'one' });
    expect(await standing()).to.deep.equal(BEFORE);
    expect(warnings).to.deep.equal([]);
    await workspace.redo({ plan: 'one' });
    expect(await standing()).to.deep.equal(AFTER);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['SUBPLAN_REVERTED']);
  });

  it('are told of by a dry run, which leaves them alone', async () => {
    const { workspace, warnings } = prepared;
    await workspace.rollback({ plan: 'one', checkpoint, dryRun: true });
    expect(await standing()).to.deep.equal(BEFORE);
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      `subplans that began after the checkpoint would be reverted: ${late}`,
    ]);
  });

  it('stay when only some paths, or another plan, go back', async () => {
    const { workspace, warnings } = prepared;
    await workspace.rollback({ plan: 'one', checkpoint, paths: ['changing.txt'] });
    expect(await standing()).to.deep.equal(BEFORE);
    await workspace.undo({ plan: 'one' });
    expect(await standing()).to.deep.equal(BEFORE);
    await workspace.rollback({ plan: 'late' });
    expect(await standing()).to.deep.equal(BEFORE);
    expect(warnings).to.deep.equal([]);
  });

  it('take nothing further once reverted, until they are rolled back themselves', async () => {
    const { workspace } = prepared;
    await workspace.rollback({ plan: 'one', checkpoint });
    await workspace.usePlan('late');
    const { code, hint } = await failure(workspace.createCheckpoint());
    expect(code).to.equal('PLAN_CLOSED');
    expect(hint).to.match(/piton undo --plan [0-9A-Z]{26}.*piton plan use [0-9A-Z]{26}/);
    await workspace.rollback({ plan: 'late' });
    expect(await standing()).to.deep.include({ late: ['active', 0] });
  });

  it('are not written when nothing becomes of them', async () => {
    const { workspace, stateDir } = prepared;
    const file = join(stateDir, 'plans', `${late}.json`);
    await workspace.rollback({ plan: 'one', checkpoint });
    const bytes = readFileSync(file);
    await workspace.rollback({ plan: 'one', checkpoint });
    expect(readFileSync(file)).to.deep.equal(bytes);
  });

  /** Rolls `one` back with a write of a plan's file that fails the `failing`th time. */
  async function rollBackFailing(failing: number): Promise<void> {
    const { root, warnings } = prepared;
    const onWarning = (warning: (typeof warnings)[number]) => void warnings.push(warning);
    const about = { directory: root, engine: 'embedded', home: TEST_HOME, onWarning } as const;
    const session = new Session(settingsFrom({ ...about, systemConfig: null }));
    let writes = 0;
    try {
      await session.locked(async (workspace) => {
        const meant = await meantCheckpoint(workspace, checkpoint, 'one');
        const then = await planStateAt(workspace, meant.checkpoint);
        const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
        const writePlan = (plan: Record<string, unknown>): Promise<void> => {
          writes += 1;
          return writes < failing ? workspace.writePlan(plan) : Promise.reject(full);
        };
        const scope = { paths: null, moveHead: false, alsoBranch: null, archive: null } as const;
        const how = { force: false, dryRun: false, token: null };
        const facts = { checkpointId: checkpoint, now: Date.now() };
        await carryOut(
          { ...workspace, writePlan },
          {
            ...{ operation: 'rollback', ...meant, then, ...scope, ...how },
            planAfter: (safetyCheckpointId) =>
              rolledBack(meant.plan, then, { ...facts, safetyCheckpointId }),
          },
        );
      });
    } finally {
      await session.close();
    }
  }

  it("stay with everything else when the plan's own file cannot be written", async () => {
    const { root, stateDir } = prepared;
    const error = await rollBackFailing(1).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'ENOSPC' });
    expect(readJournal(stateDir)).to.equal(null);
    expect(await standing()).to.deep.equal(BEFORE);
    expect(readFileSync(join(root, 'changing.txt'), 'utf8')).to.equal('late\n');
  });

  for (const failing of [2, 3, 4]) {
    it(`follow by the next command when write ${failing} of plans fails`, async () => {
      const { root, stateDir, warnings } = prepared;
      await rollBackFailing(failing);
      expect(readFileSync(join(root, 'changing.txt'), 'utf8')).to.equal('early\n');
      expect(readJournal(stateDir)).to.include({ isCommitted: true });
      expect(warnings.map(({ code }) => code)).to.include('LEFTOVERS');
      const next = await open(root);
      expect(await next.showPlan('late')).to.include({ status: 'reverted' });
      await next.close();
      expect(await standing()).to.deep.equal(AFTER);
      expect(existsSync(join(stateDir, 'journal.committed'))).to.equal(false);
    });
  }
});
