import { expect } from 'chai';
import { PitonError } from '../../src/core/errors.js';
import { listCheckpointRefs } from '../../src/checkpoint/list.js';
import type { Plan } from '../../src/plan/types.js';
import { proposePrune } from '../../src/retention/propose.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import { closeContexts, contextOf, PLAN, take, type TestContext } from '../checkpoint/contexts.js';
import { rejectionOf } from '../disk/thrown.js';
import { makeRepository } from '../helpers/git.js';
import { samplePlan } from '../plan/samples.js';

const POLICY = { keep_last: 1, keep_within_seconds: 0, keep_hourly: 0, keep_daily: 0 };
const KINDS = ['pre_run', 'pre_rollback', 'manual', 'manual', 'manual'] as const;

async function prepared(): Promise<{ context: TestContext; ids: string[]; plan: Plan }> {
  const context = await contextOf(makeRepository());
  const ids: string[] = [];
  for (const kind of KINDS) {
    context.clock.time += 1_000;
    const name = ids.length === 2 ? 'green' : null;
    const { checkpoint } = await take(context, { kind, name, always: true });
    ids.push(checkpoint.checkpoint_id);
  }
  return { context, ids, plan: samplePlan({ plan_id: PLAN }) };
}

async function propose(
  { context, plan }: { context: TestContext; plan: Plan },
  objects: ObjectReader = context.objects,
): ReturnType<typeof proposePrune> {
  return proposePrune({
    ...{ plan, plans: [plan], objects, policy: POLICY, isThorough: true },
    refs: await listCheckpointRefs(context.refs, PLAN),
    now: context.clock.time,
  });
}

describe('retention: a proposal', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  it('tells what stays and what goes, newest first, from what checkpoints say', async () => {
    const { ids, ...world } = await prepared();
    const { kept, pruned } = await propose(world);
    expect(kept).to.deep.equal([
      { checkpointId: ids[4], reasons: ['last'] },
      { checkpointId: ids[2], reasons: ['named'] },
      { checkpointId: ids[0], reasons: ['run'] },
    ]);
    expect(pruned.map(({ name }) => name.slice(-26))).to.deep.equal([ids[3], ids[1]]);
  });

  it('keeps what cannot be read, and passes on what is no damage', async () => {
    const { ids, ...world } = await prepared();
    const reader = (error: Error): ObjectReader => ({
      algorithm: 'sha1',
      has: () => true,
      read: () => Promise.reject(error),
      readStream: () => Promise.reject(error),
    });
    const { kept, pruned } = await propose(world, reader(new PitonError('OBJECT_DAMAGED', 'x')));
    expect(kept.map(({ reasons }) => reasons.at(-1))).to.deep.equal(ids.map(() => 'unreadable'));
    expect(pruned).to.deep.equal([]);
    const failure = new Error('no memory');
    expect(await rejectionOf(propose(world, reader(failure)))).to.equal(failure);
  });
});
