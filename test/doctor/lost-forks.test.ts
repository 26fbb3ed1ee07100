import { expect } from 'chai';
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorData } from '../../src/api/data.js';
import type { PitonError } from '../../src/core/errors.js';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { brief, open, prepare, type Prepared } from './prepared-workspace.js';

/** Longer than a checkpoint can be in the making in another worktree. */
const LATER_MS = 61_000;

describe('doctor and the plans of forks', () => {
  let prepared: Prepared;
  let place: string;
  let forked: string;

  beforeEach(async () => {
    prepared = await prepare();
    place = join(tempDirectory(), 'attempt');
    const { plan } = await prepared.workspace.fork('latest', place);
    forked = plan.plan_id;
  });

  afterEach(() => prepared.workspace.close());

  async function doctored(repair: boolean): Promise<DoctorData> {
    const handle = await open(prepared.root, { clock: { now: () => Date.now() + LATER_MS } });
    try {
      return await handle.doctor({ repair });
    } catch (error) {
      return (error as PitonError).details as unknown as DoctorData;
    } finally {
      await handle.close();
    }
  }

  it('says that a fork was removed, which is no damage, and makes its plan here', async () => {
    git(prepared.root, 'worktree', 'remove', '--force', place);
    const { problems } = await doctored(false);
    expect(brief(problems)).to.deep.equal(['lost_plans should']);
    expect(problems[0]?.message).to.include(`${forked} was that of a fork, whose worktree is gone`);
    expect(brief((await doctored(true)).problems)).to.deep.equal(['lost_plans should']);
    expect((await doctored(false)).problems).to.deep.equal([]);
    expect(await prepared.workspace.showPlan(forked)).to.include({ checkpoints: 1 });
    await prepared.workspace.deletePlan(forked);
    expect((await doctored(false)).problems).to.deep.equal([]);
  });

  it('does not take a fork that lost its plan file for one that was removed', async () => {
    const gitDir = git(place, 'rev-parse', '--absolute-git-dir');
    unlinkSync(join(gitDir, 'piton/plans', `${forked}.json`));
    expect(brief((await doctored(false)).problems)).to.deep.equal(['lost_plans must']);
  });
});
