import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../helpers/git.js';
import { bytesRead } from '../plan/bytes-read.js';
import { closeWorkspaces, openTest } from './workspaces.js';

const LARGE = 10 * 1024 * 1024;

describe('api: a checkpoint beside other plans', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('reads none of what they hold, and neither do steps and rollbacks', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    await workspace.createPlan({ name: 'large' });
    await workspace.setPlan('large', { context: { text: 'x'.repeat(LARGE) } });
    const { plan_id: plan } = await workspace.createPlan({ name: 'other' });
    await workspace.usePlan(plan);
    const file = join(root, 'a.txt');
    const works: (() => Promise<unknown>)[] = [
      () => workspace.createCheckpoint(),
      () => workspace.createCheckpoint({ plan, always: true }),
      () => workspace.completeStep(plan, { done: 0, status: 'failed' }),
      () => workspace.rollback({ checkpoint: 'latest~1' }),
      () => workspace.undo({ plan }),
    ];
    for (const [place, work] of works.entries()) {
      writeFileSync(file, `${place}`);
      const before = bytesRead();
      await work();
      expect(bytesRead() - before, String(work)).to.be.below(LARGE / 2);
    }
  });

  it('prunes although one of them is damaged, unless that could be above', async () => {
    const root = makeRepository();
    const workspace = await openTest(root);
    const { plan_id: other } = await workspace.createPlan({ name: 'other' });
    const retention = { keepLast: 1, keepWithinSeconds: 0, keepHourly: 0, keepDaily: 0 };
    const { plan_id: plan } = await workspace.createPlan({ name: 'this' });
    await workspace.setPlan(plan, { retention });
    const otherFile = join(root, '.git/piton/plans', `${other}.json`);
    const counts: number[] = [];
    const takeSome = async (): Promise<void> => {
      for (let place = 0; place < 3; place++) {
        writeFileSync(join(root, 'a.txt'), `${counts.length} ${place}`);
        await workspace.createCheckpoint({ plan });
      }
      const prefix = `refs/piton/checkpoint/${plan}`;
      counts.push(git(root, 'for-each-ref', prefix).split('\n').length);
    };
    writeFileSync(otherFile, '{}');
    await takeSome();
    const head = ['{', '  "schema_version": 2,', `  "plan_id": "${other}",`, '  "name": "other",'];
    writeFileSync(otherFile, [...head, '  "parent_plan_id": null,', ''].join('\n'));
    await takeSome();
    expect(counts).to.deep.equal([3, 1]);
  });
});
