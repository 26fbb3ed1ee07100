import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPlan } from '../../src/plan/new-plan.js';
import { createPlanFile } from '../../src/plan/plan-file.js';
import { sweepLeftovers } from '../../src/retention/sweep-leftovers.js';
import { closeContexts, contextOf, PLAN, take } from '../checkpoint/contexts.js';
import { git, makeRepository } from '../helpers/git.js';
import { ageFile } from './aged.js';

function deadPid(): number {
  const output = execFileSync(process.execPath, ['-p', 'process.pid']);
  return Number(output.toString());
}

describe('retention: sweeping leftovers', () => {
  afterEach(closeContexts);

  it('sweeps what died processes left', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    createPlanFile(context.repository.stateDir, newPlan({ id: PLAN, now: 0 }), 'fast');
    await take(context);
    const { checkpoint } = await take(context, { always: true });
    git(root, 'update-ref', '-d', checkpoint.ref);
    const lock = join(root, '.git', `${checkpoint.ref}.lock`);
    writeFileSync(lock, '');
    const temp = join(root, `.git/objects/pack/tmp_pack_piton_${deadPid()}_0123456789abcdef`);
    writeFileSync(temp, 'x');
    ageFile(temp);
    context.clock.time = Date.now();
    expect(await sweepLeftovers(context)).to.equal(3);
    expect([temp, lock].filter((path) => existsSync(path))).to.deep.equal([]);
    expect(git(root, 'for-each-ref', 'refs/piton').split('\n')).to.have.lengthOf(2);
  });
});
