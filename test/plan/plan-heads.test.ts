import { expect } from 'chai';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { createPlanFile } from '../../src/plan/plan-file.js';
import { listHeads, readHeads } from '../../src/plan/plan-heads.js';
import { planName } from '../../src/plan/schema.js';
import { tempDirectory } from '../helpers/temp.js';
import { bytesRead } from './bytes-read.js';
import { idOf, planPathIn, samplePlan } from './samples.js';

function isName(name: string): boolean {
  try {
    return planName(name, 'name') === name;
  } catch {
    return false;
  }
}

describe('plan: heads', () => {
  it('are what the whole file says, whatever the name', () => {
    const name = fc.option(fc.string({ unit: 'binary', minLength: 1 }).filter(isName));
    const parent = fc.option(fc.constant(idOf(7)));
    fc.assert(
      fc.property(name, parent, (given, above) => {
        const stateDir = tempDirectory();
        const head = { plan_id: idOf(1), name: given, parent_plan_id: above };
        createPlanFile(stateDir, samplePlan(head), 'fast');
        const [found] = listHeads(stateDir);
        expect(found).to.deep.equal(head);
      }),
    );
  });

  it('are had without reading what a plan holds', () => {
    const stateDir = tempDirectory();
    const context = { text: 'x'.repeat(1024 * 1024) };
    createPlanFile(stateDir, samplePlan({ plan_id: idOf(1), name: 'large', context }), 'fast');
    const before = bytesRead();
    expect(listHeads(stateDir)).to.have.lengthOf(1);
    expect(bytesRead() - before).to.be.below(100_000);
  });

  it('are read whole when a file is not written as piton does, and null when it is none', () => {
    const stateDir = tempDirectory();
    const own = samplePlan({ plan_id: idOf(1), name: 'by hand' });
    createPlanFile(stateDir, own, 'fast');
    const path = planPathIn(stateDir, idOf(1));
    writeFileSync(path, JSON.stringify({ ...own, schema_version: 1 }));
    expect(listHeads(stateDir).map(({ name }) => name)).to.deep.equal(['by hand']);
    for (const text of ['', '{', `{\n  "schema_version": 1,\n  "plan_id": "${idOf(1)}",\n`]) {
      writeFileSync(path, text);
      expect(readHeads(stateDir, [idOf(1)]).get(idOf(1)), text).to.equal(null);
      expect(listHeads(stateDir)).to.deep.equal([]);
    }
    expect(readHeads(stateDir, [idOf(2)]).get(idOf(2))).to.equal(null);
  });
});
