import { expect } from 'chai';
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { brief, mended, onlyTold, prepare, type Prepared } from './prepared-workspace.js';

describe('doctor and the workspace file', () => {
  let prepared: Prepared;
  let workspace: Workspace;

  beforeEach(async () => {
    prepared = await prepare();
    ({ workspace } = prepared);
  });

  afterEach(async () => {
    await workspace.close();
  });

  function current(): unknown {
    const text = readFileSync(join(prepared.stateDir, 'workspace.json'), 'utf8');
    return (JSON.parse(text) as Record<string, unknown>)['current_plan_id'];
  }

  it('makes a damaged one anew with the plan that was worked on last', async () => {
    const { root, stateDir, planId } = prepared;
    const other = await workspace.createPlan({ name: 'two' });
    await workspace.usePlan(planId);
    await workspace.createCheckpoint({ always: true });
    const file = join(stateDir, 'workspace.json');
    writeFileSync(file, 'garbage');
    expect(brief(await mended(root))).to.deep.equal(['workspace_file must']);
    expect(current()).to.equal(planId);
    expect(readFileSync(`${file}.damaged-1`, 'utf8')).to.equal('garbage');
    await workspace.setPlan(other.plan_id, { phase: 'later' });
    writeFileSync(file, 'garbage');
    await mended(root);
    expect(current()).to.equal(other.plan_id);
  });

  it('makes one without a current plan when there is none', async () => {
    const { root, stateDir, planId } = prepared;
    await workspace.deletePlan(planId);
    writeFileSync(join(stateDir, 'workspace.json'), '[]');
    await mended(root);
    expect(current()).to.equal(null);
  });

  it('tells of one that a newer piton wrote and lets it be', async () => {
    const { root, stateDir } = prepared;
    writeFileSync(join(stateDir, 'workspace.json'), '{"schema_version":9}');
    expect(brief(await onlyTold(root))).to.deep.equal(['workspace_file should']);
  });

  it('forgets a current plan that is gone', async () => {
    const { root, stateDir } = prepared;
    const { plan_id: planId } = await workspace.createPlan({ name: 'two' });
    unlinkSync(join(stateDir, 'plans', `${planId}.json`));
    expect(brief(await mended(root))).to.deep.equal(['workspace_file should']);
    expect(current()).to.equal(null);
  });
});
