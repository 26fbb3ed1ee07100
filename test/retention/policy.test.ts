import { expect } from 'chai';
import fc from 'fast-check';
import { nextId } from '../../src/core/ids.js';
import type { RetentionPolicy } from '../../src/plan/types.js';
import type { KeepReason } from '../../src/retention/keep-reason.js';
import {
  reasonsToKeep,
  type Described,
  type RetentionQuestion,
} from '../../src/retention/policy.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 31, 12, 30);
const NOTHING: RetentionPolicy = {
  keep_last: 0,
  keep_within_seconds: 0,
  keep_hourly: 0,
  keep_daily: 0,
};

interface Made extends Described {
  ageMs: number;
  pinned: boolean;
  readable: boolean;
}

interface World extends RetentionQuestion {
  made: ReadonlyMap<string, Made>;
  /** Ids in the order of a look at them. */
  looked: string[];
}

function made(ageMs: number, given: Partial<Made> = {}): Made {
  return {
    ageMs,
    isSafety: false,
    isNamed: false,
    isBeforeRun: false,
    pinned: false,
    readable: true,
    ...given,
  };
}

function world(all: readonly Made[], policy: Partial<RetentionPolicy>, isThorough = true): World {
  const byId = new Map<string, Made>();
  let newest: string | null = null;
  for (const one of all.toSorted((left, right) => right.ageMs - left.ageMs)) {
    newest = nextId(NOW - one.ageMs, newest);
    byId.set(newest, one);
  }
  const looked: string[] = [];
  const pinned = [...byId].filter(([, one]) => one.pinned);
  return {
    ids: [...byId.keys()],
    policy: { ...NOTHING, ...policy },
    pins: new Map(pinned.map(([id]) => [id, new Set<KeepReason>(['undo'])])),
    now: NOW,
    isThorough,
    made: byId,
    looked,
    describe: (id) => {
      looked.push(id);
      const one = byId.get(id);
      return Promise.resolve(one?.readable === true ? one : null);
    },
  };
}

/** The reasons of each, newest first. */
async function reasonsOf(question: RetentionQuestion): Promise<string[]> {
  const reasons = await reasonsToKeep(question);
  return [...reasons.values()].map((why) => [...why].join(' '));
}

async function keptOf(question: RetentionQuestion): Promise<Set<string>> {
  const reasons = await reasonsToKeep(question);
  return new Set([...reasons].filter(([, why]) => why.size > 0).map(([id]) => id));
}

describe('retention: the policy', () => {
  it('keeps the newest few, of which safety checkpoints take no place', async () => {
    const all = [0, 1, 2, 3, 4].map((hours) => made(hours * HOUR, { isSafety: hours === 1 }));
    expect(await reasonsOf(world(all, { keep_last: 2 }))).to.deep.equal([
      'last',
      '',
      'last',
      '',
      '',
    ]);
  });

  it('keeps what is young enough, to the second, and what is from the future', async () => {
    const all = [-HOUR, 9_999, 10_000].map((age) => made(age));
    const reasons = await reasonsOf(world(all, { keep_within_seconds: 10 }));
    expect(reasons).to.deep.equal(['within last', 'within', '']);
  });

  it('keeps the newest of hours and of days that have any', async () => {
    const hours = [0, 0.25, 0.75, 1, 30, 31, 60];
    const all = hours.map((age) => made(age * HOUR));
    expect(await reasonsOf(world(all, { keep_hourly: 3 }))).to.deep.equal([
      ...['last hourly', '', 'hourly', '', 'hourly', '', ''],
    ]);
    expect(await reasonsOf(world(all, { keep_daily: 3 }))).to.deep.equal([
      ...['last daily', '', '', '', 'daily', '', 'daily'],
    ]);
  });

  it('takes no safety checkpoint for the newest of an hour, and no damaged one', async () => {
    const all = [
      made(0),
      made(40 * 60_000, { isSafety: true }),
      made(41 * 60_000, { readable: false }),
      made(42 * 60_000),
    ];
    const reasons = await reasonsOf(world(all, { keep_hourly: 2 }));
    expect(reasons).to.deep.equal(['last hourly', '', 'unreadable', 'hourly']);
  });

  it('keeps named ones, pinned ones, and those that cannot be read', async () => {
    const all = [
      made(0),
      made(HOUR, { isNamed: true }),
      made(2 * HOUR, { pinned: true, isSafety: true }),
      made(3 * HOUR, { readable: false }),
      made(4 * HOUR),
    ];
    expect(await reasonsOf(world(all, {}))).to.deep.equal([
      'last',
      'named',
      'undo',
      'unreadable',
      '',
    ]);
  });

  it('keeps for a day what a run may roll back to', async () => {
    const all = [0, 23.9, 24].map((hours) => made(hours * HOUR, { isBeforeRun: true }));
    expect(await reasonsOf(world(all, {}))).to.deep.equal(['last run', 'run', '']);
  });

  it('looks at no checkpoint when all are young or pinned', async () => {
    const all = [made(0), made(HOUR), made(99 * HOUR, { pinned: true })];
    const question = world(all, { keep_within_seconds: 7_200 }, false);
    expect(await keptOf(question)).to.have.property('size', 3);
    expect(question.looked).to.deep.equal([]);
  });

  it('looks at few when little is old enough to go', async () => {
    const all = Array.from({ length: 2_000 }, (_, place) => made(place * 60_000));
    const policy = { keep_last: 50, keep_within_seconds: 1_990 * 60, keep_hourly: 24 };
    const question = world(all, policy, false);
    await keptOf(question);
    expect(new Set(question.looked).size).to.be.below(100);
  });
});

const POLICIES = fc.record({
  keep_last: fc.nat(8),
  keep_within_seconds: fc.nat(200_000),
  keep_hourly: fc.nat(6),
  keep_daily: fc.nat(4),
});
const WORLDS = fc.array(
  fc.record({
    ageMs: fc.integer({ min: -HOUR, max: 120 * HOUR }),
    isSafety: fc.boolean(),
    isBeforeRun: fc.boolean(),
    isNamed: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    pinned: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    readable: fc.integer({ min: 0, max: 9 }).map((one) => one > 0),
  }),
  { maxLength: 40 },
);
const MORE: readonly (keyof RetentionPolicy)[] = [
  'keep_last',
  'keep_within_seconds',
  'keep_hourly',
  'keep_daily',
];

describe('retention: any policy', () => {
  it('keeps the newest, the named, the pinned and the unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(WORLDS, POLICIES, fc.boolean(), async (all, policy, isThorough) => {
        const question = world(all, policy, isThorough);
        const kept = await keptOf(question);
        const due = [...question.made].filter(([, one]) => {
          return one.pinned || one.isNamed || !one.readable;
        });
        const wanted = [...due.map(([id]) => id), ...question.ids.slice(-1)];
        expect([...kept]).to.include.members(wanted);
      }),
    );
  });

  it('keeps no less when any of its numbers grows', async () => {
    await fc.assert(
      fc.asyncProperty(
        WORLDS,
        POLICIES,
        fc.constantFrom(...MORE),
        fc.nat(50_000),
        async (all, policy, key, more) => {
          const question = world(all, policy);
          const fewer = await keptOf(question);
          const wider = { ...question, policy: { ...policy, [key]: policy[key] + more } };
          expect([...(await keptOf(wider))]).to.include.members([...fewer]);
        },
      ),
    );
  });

  it('keeps the same of what it kept', async () => {
    await fc.assert(
      fc.asyncProperty(WORLDS, POLICIES, async (all, policy) => {
        const question = world(all, policy);
        const kept = await keptOf(question);
        const again = { ...question, ids: question.ids.filter((id) => kept.has(id)) };
        expect(await keptOf(again)).to.deep.equal(kept);
      }),
    );
  });

  it('keeps the same whether all reasons are wanted or not', async () => {
    await fc.assert(
      fc.asyncProperty(WORLDS, POLICIES, async (all, policy) => {
        const question = world(all, policy);
        const kept = await keptOf({ ...question, isThorough: false });
        expect(kept).to.deep.equal(await keptOf(question));
      }),
    );
  });

  it('keeps at most as many for its numbers as they say', async () => {
    await fc.assert(
      fc.asyncProperty(WORLDS, POLICIES, async (all, policy) => {
        const reasons = [...(await reasonsToKeep(world(all, policy))).values()];
        const count = (reason: KeepReason): number =>
          reasons.filter((why) => why.has(reason)).length;
        expect(count('last')).to.be.at.most(policy.keep_last + 1);
        expect(count('hourly')).to.be.at.most(policy.keep_hourly);
        expect(count('daily')).to.be.at.most(policy.keep_daily);
      }),
    );
  });
});
