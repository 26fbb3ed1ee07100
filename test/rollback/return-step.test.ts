import { expect } from 'chai';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../../src/rollback/steps.js';
import {
  keptReturn,
  LATER_ID,
  makeOperation,
  put,
  take,
  treeOf,
  undo,
  type TestOperation,
} from './operations.js';

/** A file in the trash of an earlier operation and the step that brings it back. */
function oneKept(): { context: TestOperation; kept: string; step: Step } {
  const context = makeOperation();
  const kept = join(context.stateDir, 'trash', LATER_ID, 'kept', '1');
  put(join(kept, '..'), '1', 'kept');
  return { context, kept, step: keptReturn(context, '1', 'a') };
}

describe('the step that brings something back', () => {
  it('comes back from between its two names', () => {
    const { context, kept, step } = oneKept();
    linkSync(kept, join(context.root, 'a'));
    undo(context, [step]);
    expect(treeOf(context.root)).to.deep.equal({});
    expect(readFileSync(kept, 'utf8')).to.equal('kept');
  });

  it('overwrites nothing, there and back', () => {
    const { context, kept, step } = oneKept();
    put(context.root, 'a', 'mine');
    expect(() => {
      take(context, [step]);
    }).to.throw('EEXIST');
    undo(context, [step]);
    expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('mine');
    rmSync(join(context.root, 'a'));
    take(context, [step]);
    writeFileSync(kept, 'new there');
    undo(context, [step]);
    expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('kept');
    expect(readFileSync(kept, 'utf8')).to.equal('new there');
  });

  it('leaves what somebody put in the place of what came back', () => {
    const { context, kept, step } = oneKept();
    take(context, [step]);
    put(context.root, 'b', 'mine');
    renameSync(join(context.root, 'b'), join(context.root, 'a'));
    undo(context, [step]);
    expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('mine');
    expect(existsSync(kept)).to.equal(false);
  });

  it('comes back when the folder above it was taken away since', () => {
    const { context, kept } = oneKept();
    const step = keptReturn(context, '1', 'no/a');
    undo(context, [step]);
    expect(treeOf(context.root)).to.deep.equal({});
    expect(readFileSync(kept, 'utf8')).to.equal('kept');
  });
});
