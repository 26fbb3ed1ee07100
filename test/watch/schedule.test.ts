import { expect } from 'chai';
import { PitonError } from '../../src/core/errors.js';
import { keepWatch } from '../../src/watch/keep-watch.js';
import { Schedule, type Timing } from '../../src/watch/schedule.js';

const SECOND = 1_000;

type Fault = PitonError | null;

/** A workspace in which things happen at set times, on a clock that only waiting moves. */
class World {
  now = 0;
  version = 0;
  /** When checkpoints were taken, and when none could be. */
  readonly taken: number[] = [];
  readonly failed: number[] = [];
  readonly problems: string[] = [];
  readonly pauses: number[] = [];
  lookCost = 0;
  looking = 0;
  fault: Fault = null;
  isGone = false;
  readonly #stop = new AbortController();
  #events: [at: number, event: () => void][] = [];

  at(seconds: number, event: () => void): this {
    this.#events.push([seconds * SECOND, event]);
    return this;
  }

  /** A change every so often, over a time. */
  busy(from: number, to: number, every: number): this {
    for (let at = from; at < to; at += every) this.at(at, () => this.version++);
    return this;
  }

  stop(): void {
    this.#stop.abort(new Error('enough'));
  }

  async run(timing: Timing, seconds: number): Promise<this> {
    this.at(seconds, () => this.stop());
    await keepWatch(
      {
        assertPresent: () => {
          if (this.isGone) throw new PitonError('WORKSPACE_MISSING', 'it has gone');
        },
        trace: async () => {
          this.#pass(this.lookCost);
          this.looking += this.lookCost;
          return String(this.version);
        },
        take: async () => this.#take(),
        onProblem: ({ message }) => this.problems.push(message),
      },
      new Schedule(timing),
      {
        signal: this.#stop.signal,
        now: () => this.now,
        pause: async (milliseconds) => {
          if (!this.#stop.signal.aborted) expect(milliseconds).to.be.within(1, 60 * SECOND);
          this.pauses.push(milliseconds);
          this.#pass(milliseconds);
        },
      },
    );
    return this;
  }

  #take(): void {
    if (this.fault === null) this.taken.push(this.now);
    else {
      this.failed.push(this.now);
      throw this.fault;
    }
  }

  #pass(milliseconds: number): void {
    this.now += milliseconds;
    const due = this.#events.filter(([at]) => at <= this.now);
    this.#events = this.#events.filter(([at]) => at > this.now);
    for (const [, event] of due) event();
  }
}

const ON_CHANGE: Timing = { every: null, quiet: 2 * SECOND };

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? NaN));
}

async function errorOf(running: Promise<unknown>): Promise<PitonError> {
  return running.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as PitonError,
  );
}

describe('watch: when checkpoints are due', () => {
  it('takes one at once and then one an interval, on time', async () => {
    const world = await new World().run({ every: 300 * SECOND, quiet: null }, 1_000);
    expect(world.taken).to.deep.equal([0, 300 * SECOND, 600 * SECOND, 900 * SECOND]);
    expect(world.looking).to.equal(0);
  });

  it('waits in pieces that a timer can take', async () => {
    const month = 31 * 24 * 3_600 * SECOND;
    const world = await new World().run({ every: month, quiet: null }, 10);
    expect(world.taken).to.deep.equal([0]);
    expect(Math.max(...world.pauses)).to.be.at.most(SECOND);
  });

  it('makes up for nothing that was missed, and keeps its beat', async () => {
    const world = new World();
    world.at(12, () => (world.now += 33 * SECOND));
    await world.run({ every: 10 * SECOND, quiet: null }, 65);
    expect(world.taken.map((time) => time / SECOND)).to.deep.equal([0, 10, 45, 50, 60]);
  });

  it('waits until what has changed has rested', async () => {
    const world = await new World().busy(10, 16, 1).run(ON_CHANGE, 60);
    expect(world.taken).to.have.length(2);
    expect(world.taken[1]).to.be.within(17 * SECOND, 18 * SECOND);
  });

  it('captures what never rests, again and again', async () => {
    const world = await new World().busy(0.1, 120, 0.4).run(ON_CHANGE, 120);
    expect(gaps(world.taken)).to.have.length.within(3, 4);
    expect(Math.max(...gaps(world.taken))).to.be.at.most(32 * SECOND);
  });

  it('takes no more than one a second', async () => {
    const world = await new World().busy(0.1, 20, 0.1).run({ every: 10, quiet: 0 }, 20);
    expect(world.taken.length).to.be.within(10, 20);
    expect(Math.min(...gaps(world.taken))).to.be.at.least(SECOND);
  });

  it('takes both, at intervals and on change', async () => {
    const world = await new World().busy(10, 11, 1).run({ every: 30 * SECOND, quiet: SECOND }, 59);
    expect(world.taken.map((time) => Math.floor(time / SECOND))).to.deep.equal([0, 11, 30]);
  });

  it('spends a tenth of its time on looking, and a minute at most between looks', async () => {
    const world = new World();
    world.lookCost = 2 * SECOND;
    await world.run(ON_CHANGE, 2_000);
    expect(world.looking / world.now).to.be.within(0.09, 0.11);
    const slow = new World();
    slow.lookCost = 20 * SECOND;
    await slow.run(ON_CHANGE, 200);
    expect(Math.max(...slow.pauses)).to.equal(60 * SECOND);
  });
});

describe('watch: what goes wrong', () => {
  it('tells of it once, tries again less and less often, and goes on', async () => {
    const world = new World();
    world.busy(5, 6, 1).at(1, () => (world.fault = new PitonError('LOCKED', 'locked')));
    world.at(300, () => (world.fault = null)).at(400, () => (world.fault = full));
    const full = new PitonError('NO_SPACE', 'full');
    await world.busy(410, 411, 1).run(ON_CHANGE, 450);
    expect(
      gaps(world.failed)
        .slice(0, 4)
        .map((gap) => Math.floor(gap / SECOND)),
    ).to.deep.equal([2, 4, 8, 16]);
    const locked = world.failed.filter((time) => time < 300 * SECOND);
    expect(Math.max(...gaps(locked))).to.be.within(60 * SECOND, 61 * SECOND);
    expect(world.problems).to.deep.equal(['locked', 'full']);
    expect(world.taken).to.have.length(2);
    expect(world.taken[1]).to.be.within(300 * SECOND, 361 * SECOND);
  });

  it('does not begin when the first checkpoint cannot be taken', async () => {
    const world = new World();
    world.fault = new PitonError('PLAN_CLOSED', 'closed');
    expect(await errorOf(world.run(ON_CHANGE, 10))).to.equal(world.fault);
  });

  it('ends with a defect, and when the workspace has gone', async () => {
    for (const code of ['INTERNAL', 'WORKSPACE_MISSING'] as const) {
      const world = new World();
      const fault = new PitonError(code, 'over');
      world.at(3, () => (world.fault = fault));
      expect(await errorOf(world.run({ every: 5 * SECOND, quiet: null }, 20))).to.equal(fault);
      expect(world.now).to.equal(5 * SECOND);
    }
    const gone = new World();
    gone.at(3, () => (gone.isGone = true));
    const error = await errorOf(gone.run({ every: 60 * SECOND, quiet: null }, 100));
    expect(error.code).to.equal('WORKSPACE_MISSING');
    expect(gone.now).to.equal(3 * SECOND);
  });

  it('says that the workspace has gone, however that showed itself', async () => {
    const world = new World();
    Object.defineProperty(world, 'fault', {
      get: () => {
        if (world.now < 5 * SECOND) return null;
        world.isGone = true;
        return new PitonError('IO_FAILED', 'no such file');
      },
    });
    const error = await errorOf(world.run({ every: 5 * SECOND, quiet: null }, 20));
    expect(error.code).to.equal('WORKSPACE_MISSING');
  });

  it('takes no notice of what fails because it was told to stop', async () => {
    const world = new World();
    Object.defineProperty(world, 'fault', {
      get: () => {
        world.stop();
        return new PitonError('INTERNAL', 'stopped');
      },
    });
    await world.run(ON_CHANGE, 10);
    expect(world.problems).to.deep.equal([]);
  });
});
