import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitJournal, readJournal, writeJournal } from '../../src/rollback/journal.js';
import { recoverUnfinished } from '../../src/rollback/recover.js';
import {
  capturedState,
  ID,
  journalOf,
  makeOperation,
  put,
  retire,
  stagedPlace,
  take,
  treeOf,
  type TestOperation,
} from './operations.js';

/** A workspace whose process died after all steps; gives the worktree before and after them. */
function cutOff(context: TestOperation): Record<'before' | 'after', Record<string, string>> {
  put(context.root, 'edited', 'old');
  put(context.root, 'gone', 'gone');
  const before = treeOf(context.root);
  const { root, objects } = context;
  const steps = [
    retire('edited', 1, capturedState(root, 'edited', objects.add('old'))),
    stagedPlace(context, 2, 'edited', 'new'),
    retire('gone', 3, capturedState(root, 'gone', objects.add('gone'))),
  ];
  writeJournal(context.stateDir, journalOf(steps), 'fast');
  take(context, steps);
  return { before, after: treeOf(root) };
}

function inTrash({ stateDir }: TestOperation, name: string): string {
  return join(stateDir, 'trash', ID, 'old', name);
}

describe('what was left unfinished', () => {
  it('is finished once it is committed, and never undone', async () => {
    const context = makeOperation();
    const { before, after } = cutOff(context);
    commitJournal(context.stateDir, 'fast');
    const recovery = await recoverUnfinished(context);
    expect(recovery).to.deep.include({
      retired: [],
      outcome: 'finished',
      operation: 'rollback',
      planId: ID,
    });
    expect(treeOf(context.root)).to.deep.equal(after).and.not.deep.equal(before);
    expect(context.plans).to.deep.equal([ID]);
    expect(readFileSync(inTrash(context, '1'), 'utf8')).to.equal('old');
    expect(readJournal(context.stateDir)).to.equal(null);
    expect(await recoverUnfinished(context)).to.equal(null);
  });

  it('is undone before, though all its steps were taken', async () => {
    const context = makeOperation();
    const { before } = cutOff(context);
    expect(await recoverUnfinished(context)).to.deep.include({ outcome: 'undone', retired: [] });
    expect(treeOf(context.root)).to.deep.equal(before);
    expect(context.plans).to.deep.equal([]);
    expect(existsSync(inTrash(context, '1'))).to.equal(false);
    expect(readJournal(context.stateDir)).to.equal(null);
  });
});
