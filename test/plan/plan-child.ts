/*
 * A second process working on a plan: `node plan-child.js <verb> <state directory> <json>`.
 * `set` changes fields, `read` prints the plan, `create` makes one, and `count` adds 1 to a key of
 * the context as often as it is told, taking the workspace lock for each.
 */
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../src/core/clock.js';
import { acquireLock } from '../../src/disk/lock.js';
import { createPlanFile, readPlan, updatePlan } from '../../src/plan/plan-file.js';
import type { Plan } from '../../src/plan/types.js';
import { ID, samplePlan } from './samples.js';

const [, , verb, stateDir = '', json = '{}'] = process.argv;
const given = JSON.parse(json) as Record<string, unknown>;
const options = { clock: SYSTEM_CLOCK, durability: 'fast' } as const;

async function count(key: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const lock = await acquireLock(join(stateDir, 'lock'), { timeoutMs: 30_000 });
    try {
      updatePlan(stateDir, ID, (plan) => increased(plan, key), options);
    } finally {
      lock.release();
    }
  }
}

function increased(plan: Plan, key: string): Plan {
  return { ...plan, context: { ...plan.context, [key]: Number(plan.context[key] ?? 0) + 1 } };
}

if (verb === 'create') createPlanFile(stateDir, samplePlan(given), 'full');
if (verb === 'set') updatePlan(stateDir, ID, (plan) => ({ ...plan, ...given }), options);
if (verb === 'count') await count(String(given['key']), Number(given['times']));
process.stdout.write(JSON.stringify(readPlan(stateDir, ID)));
