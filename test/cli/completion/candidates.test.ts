import { expect } from 'chai';
import { PitonError } from '../../../src/core/errors.js';
import { candidates } from '../../../src/cli/completion/candidates.js';
import { fakeWorkspace, type FakeOptions } from '../run-fake.js';
import { CHECKPOINT, DECISION, PLAN } from '../samples.js';

async function after(
  words: readonly string[],
  options: Pick<FakeOptions, 'answers' | 'root'> = {},
): Promise<string[]> {
  const found = await candidates(words, fakeWorkspace(options, []));
  return found.map(({ value }) => value);
}

describe('cli: what may come next', () => {
  it('is a command, then the words after its first', async () => {
    expect(await after([''])).to.include.members(['init', 'plan', 'rollback']);
    expect(await after(['roll'])).to.deep.equal(['rollback']);
    expect(await after(['plan', 'decision', 'a'])).to.deep.equal(['add', 'artifact']);
    expect(await after(['plan', 'checkpoint', '']))
      .to.include('diff')
      .and.not.include('plan');
    expect(await after(['nothing', 'i'])).to.deep.equal([]);
  });

  it('says what a command does, and that a group has more', async () => {
    const found = await candidates(['plan', ''], fakeWorkspace({}, []));
    const described = Object.fromEntries(
      found.map(({ value, description }) => [value, description]),
    );
    expect(described).to.include({ use: 'make a plan the current one', decision: 'decision …' });
  });

  it('is an option once there is a dash', async () => {
    expect(await after(['--en'])).to.deep.equal(['--engine']);
    expect(await after(['rollback', '--h'])).to.deep.equal(['--help', '--head']);
    expect(await after(['rollback', '-'])).to.include.members(['-C', '--plan', '--token']);
    expect(await after(['plan', 'rollback', 'p', '--pl'])).to.deep.equal([]);
  });

  it('is a value of the option before', async () => {
    expect(await after(['--engine', 'n'])).to.deep.equal(['native']);
    expect(await after(['status', '--engine', '=', ''])).to.include('embedded');
    expect(await after(['status', '--engine', '='])).to.include('embedded');
    expect(await after(['status', '--engine=e'])).to.deep.equal(['--engine=embedded']);
    expect(await after(['-C', ''])).to.deep.equal([]);
    expect(await after(['--plan', ''])).to.deep.equal([PLAN.plan_id]);
    expect(await after(['checkpoint', '-qm', ''])).to.deep.equal([]);
    expect(await after(['rollback', '--to-checkpoint', 'l'])).to.deep.equal(['latest']);
    const add = ['plan', 'decision', 'add', 'p', '--parent', ''];
    expect(await after(add)).to.deep.equal([DECISION.decision_id]);
  });

  it('is a name that fits the place', async () => {
    const latest = ['latest', 'green'];
    expect(await after(['show', ''])).to.have.members(latest);
    expect(await after(['diff', 'latest', ''])).to.have.members(latest);
    expect(await after(['plan', 'show', ''])).to.deep.equal([PLAN.plan_id]);
    expect(await after(['plan', 'decision', 'show', 'p', ''])).to.deep.equal([
      DECISION.decision_id,
    ]);
    expect(await after(['plan', 'show', 'p', ''])).to.deep.equal([]);
    expect(await after(['diff', '--', ''])).to.deep.equal([]);
  });

  it('asks about the plan that the line names', async () => {
    const asked: unknown[] = [];
    const listCheckpoints = (options: { plan?: string }) => {
      asked.push(options.plan);
      return { checkpoints: [] };
    };
    for (const words of [
      ['rollback', '--plan', 'a b', ''],
      ['plan', 'rollback', 'c', ''],
      ['show', ''],
    ]) {
      await after(words, { answers: { listCheckpoints } });
    }
    expect(asked).to.deep.equal(['a b', 'c', undefined]);
  });

  it('prefers names that need no quotes, and describes the others by theirs', async () => {
    const named = (name: string | null) => ({
      answers: { listPlans: { plans: [{ ...PLAN, name }] } },
    });
    expect(await after(['plan', 'use', ''], named('a-1'))).to.deep.equal(['a-1']);
    const found = await candidates(['plan', 'use', ''], fakeWorkspace(named('a\tb'), []));
    expect(found).to.deep.equal([{ value: PLAN.plan_id, description: 'a\\tb' }]);
    const checkpoints = [{ ...CHECKPOINT, name: 'green', reason: null }];
    const list = { answers: { listCheckpoints: { checkpoints } } };
    expect(await after(['show', 'g'], list)).to.deep.equal(['green']);
    expect(await after(['plan', 'use', ''], named(null))).to.deep.equal([PLAN.plan_id]);
  });

  it('is nothing where there is nothing to ask, or where asking fails', async () => {
    expect(await after(['show', ''], { root: null })).to.deep.equal([]);
    const refuse = () => {
      throw new PitonError('LOCKED', 'locked');
    };
    expect(await after(['show', ''], { answers: { listCheckpoints: refuse } })).to.deep.equal([]);
    const fail = () => {
      throw new TypeError('a defect');
    };
    const failing = after(['show', ''], { answers: { listCheckpoints: fail } });
    expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });
});
