import { expect } from 'chai';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plan } from '../../src/plan/types.js';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ID, idOf, planPathIn } from './samples.js';

const CHILD = join(import.meta.dirname, 'plan-child.js');

function argumentsOf(verb: string, stateDir: string, given: object): string[] {
  return [CHILD, verb, stateDir, JSON.stringify(given)];
}

function inChild(verb: string, stateDir: string, given: object = {}, env = {}): Plan {
  const options = { env: { ...TEST_ENV, ...env }, encoding: 'utf8' } as const;
  const answer = execFileSync(process.execPath, argumentsOf(verb, stateDir, given), options);
  return JSON.parse(answer) as Plan;
}

describe('a plan file between processes', () => {
  const counters: [string, Partial<Plan>][] = [
    ['reversion_count', { reversion_count: 7 }],
    ['last_completed_step', { last_completed_step: 12 }],
    ['last_checkpoint_id', { last_checkpoint_id: idOf(5) }],
    [
      'all three together',
      { reversion_count: 3, last_completed_step: 0, last_checkpoint_id: idOf(6) },
    ],
  ];

  it('keeps the counters, each alone and all together, and the rest as it was', () => {
    for (const [what, fields] of counters) {
      const stateDir = tempDirectory();
      const created = inChild('create', stateDir, { max_reversions: null, name: 'x' });
      inChild('set', stateDir, fields);
      const read = inChild('read', stateDir);
      const expected = { ...created, ...fields, updated_at: read.updated_at };
      expect(read, what).to.deep.equal(expected);
      expect(read.max_reversions, 'null stays null').to.equal(null);
    }
  }).timeout(120_000);

  it('writes the file also when NODE_ENV is test', () => {
    const stateDir = tempDirectory();
    const env = { NODE_ENV: 'test' };
    inChild('create', stateDir, {}, env);
    inChild('set', stateDir, { phase: 'verify' }, env);
    const text = readFileSync(planPathIn(stateDir), 'utf8');
    expect((JSON.parse(text) as Plan).phase).to.equal('verify');
  }).timeout(120_000);

  it('loses no update of two processes that take turns under the lock', async () => {
    const stateDir = tempDirectory();
    inChild('create', stateDir);
    const run = promisify(execFile);
    await Promise.all(
      ['one', 'two'].map((key) =>
        run(process.execPath, argumentsOf('count', stateDir, { key, times: 40 }), {
          env: TEST_ENV,
        }),
      ),
    );
    expect(inChild('read', stateDir).context).to.deep.equal({ one: 40, two: 40 });
    expect(readdirSync(join(stateDir, 'plans')), 'no litter').to.deep.equal([`${ID}.json`]);
  }).timeout(120_000);
});
