import { expect } from 'chai';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeadState } from '../../src/core/types.js';
import type { PitonError } from '../../src/core/errors.js';
import { applyOperation } from '../../src/rollback/apply.js';
import { commitJournal, readJournal, writeJournal } from '../../src/rollback/journal.js';
import type { HeadSwap } from '../../src/rollback/journal.js';
import { recoverUnfinished } from '../../src/rollback/recover.js';
import { undoOperation } from '../../src/rollback/undo-operation.js';
import {
  failure,
  ID,
  journalOf,
  makeOperation,
  put,
  retire,
  stagedPlace,
  treeOf,
  type TestOperation,
} from './operations.js';

const [ONE, TWO, THREE] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [
  ...[string, string, string],
];
const MAIN = 'refs/heads/main';
const SIDE = 'refs/heads/side';

function at(ref: string | null, commit: string | null): HeadState {
  return { ref, commit };
}

/** The refs after an operation moved HEAD like this, or after only a part of that. */
function moved(swap: HeadSwap, refs: Record<string, string>, head: HeadState): TestOperation {
  const context = makeOperation();
  for (const [name, oid] of Object.entries(refs)) context.refs.values.set(name, oid);
  context.refs.head = head;
  writeJournal(context.stateDir, journalOf([], { head: swap }), 'fast');
  return context;
}

async function undone(
  swap: HeadSwap,
  refs: Record<string, string>,
  head: HeadState,
): Promise<{ refs: Record<string, string>; head: HeadState }> {
  const context = moved(swap, refs, head);
  await undoOperation(context, journalOf([], { head: swap }), null);
  expect(readJournal(context.stateDir)).to.equal(null);
  const values = Object.fromEntries(context.refs.values);
  return { refs: values, head: await context.refs.readHead() };
}

const ALONG: HeadSwap = {
  ...{ from: at(MAIN, TWO), to: at(MAIN, ONE), branchBefore: TWO, alsoBranch: null },
};
const ACROSS: HeadSwap = {
  ...{ from: at(SIDE, THREE), to: at(MAIN, ONE), branchBefore: TWO, alsoBranch: null },
};

describe('undoing a move of HEAD', () => {
  it('gives a branch its commit back, moved or not', async () => {
    for (const now of [ONE, TWO]) {
      const { refs, head } = await undone(ALONG, { [MAIN]: now }, at(MAIN, now));
      expect(refs).to.deep.equal({ [MAIN]: TWO });
      expect(head).to.deep.equal(at(MAIN, TWO));
    }
  });

  it('goes back to another branch, from every moment between', async () => {
    const moments: [Record<string, string>, HeadState][] = [
      [{ [MAIN]: TWO, [SIDE]: THREE }, at(SIDE, THREE)],
      [{ [MAIN]: ONE, [SIDE]: THREE }, at(SIDE, THREE)],
      [{ [MAIN]: ONE, [SIDE]: THREE }, at(MAIN, ONE)],
    ];
    for (const [refs, head] of moments) {
      const result = await undone(ACROSS, refs, head);
      expect(result.refs).to.deep.equal({ [MAIN]: TWO, [SIDE]: THREE });
      expect(result.head).to.deep.equal(at(SIDE, THREE));
    }
  });

  it('goes back to where no branch was', async () => {
    const swap: HeadSwap = { ...ACROSS, from: at(null, THREE) };
    const { refs, head } = await undone(swap, { [MAIN]: ONE }, at(MAIN, ONE));
    expect([refs, head]).to.deep.equal([{ [MAIN]: TWO }, at(null, THREE)]);
  });

  it('takes back a branch that it made, and makes one that it took away', async () => {
    const made: HeadSwap = { ...ACROSS, branchBefore: null };
    const first = await undone(made, { [MAIN]: ONE, [SIDE]: THREE }, at(MAIN, ONE));
    expect(first.refs).to.deep.equal({ [SIDE]: THREE });
    const gone: HeadSwap = { ...ACROSS, to: at(MAIN, null) };
    const second = await undone(gone, { [SIDE]: THREE }, at(MAIN, null));
    expect(second).to.deep.equal({ refs: { [MAIN]: TWO, [SIDE]: THREE }, head: at(SIDE, THREE) });
  });

  it('gives the branch beside it its commit back', async () => {
    const alsoBranch = { name: SIDE, expected: THREE, value: ONE };
    const swap: HeadSwap = { ...ALONG, alsoBranch };
    const { refs } = await undone(swap, { [MAIN]: ONE, [SIDE]: ONE }, at(MAIN, ONE));
    expect(refs).to.deep.equal({ [MAIN]: TWO, [SIDE]: THREE });
  });

  it('leaves what the user did since', async () => {
    const committed = await undone(ALONG, { [MAIN]: THREE }, at(MAIN, THREE));
    expect(committed.refs).to.deep.equal({ [MAIN]: THREE });
    const elsewhere = await undone(ACROSS, { [MAIN]: ONE, [SIDE]: THREE }, at(null, TWO));
    expect(elsewhere).to.deep.equal({ refs: { [MAIN]: TWO, [SIDE]: THREE }, head: at(null, TWO) });
    const deleted = await undone(ACROSS, { [MAIN]: ONE, [SIDE]: TWO }, at(MAIN, ONE));
    expect(deleted.refs).to.deep.equal({ [MAIN]: TWO, [SIDE]: TWO });
    expect(deleted.head.ref).to.equal(MAIN);
  });
});

describe('an operation that cannot be undone', () => {
  it('says what is where, keeps its journal, and is undone once its cause is gone', async () => {
    const context = makeOperation();
    put(context.root, 'd/a', 'old');
    const steps = [retire('d/a', 1), stagedPlace(context, 2, 'd/a', 'new')];
    const before = treeOf(context.root);
    const writePlan = (): Promise<void> => {
      rmSync(join(context.root, 'd'), { recursive: true });
      writeFileSync(join(context.root, 'd'), 'in the way');
      return Promise.reject(new Error('no plan'));
    };
    const error = await failure(applyOperation({ ...context, writePlan }, journalOf(steps), {}));
    const { code, details } = error as PitonError;
    expect({ code, details }).to.deep.equal({
      code: 'RECOVERY_FAILED',
      details: { path: 'd/a', trash: `trash/${ID}/old` },
    });
    expect(readJournal(context.stateDir)?.isCommitted).to.equal(false);
    expect(await failure(recoverUnfinished(context))).to.include({ code: 'RECOVERY_FAILED' });
    rmSync(join(context.root, 'd'));
    const recovery = await recoverUnfinished(context);
    expect(recovery).to.include({ operation: 'rollback', outcome: 'undone', planId: ID });
    expect(treeOf(context.root)).to.deep.equal(before);
  });

  it('for another reason says that, too, and that nothing is lost', async () => {
    const context = makeOperation({ writePlan: () => Promise.reject(new Error('no plan')) });
    put(context.root, 'a', 'old');
    context.refs.readHead = () => Promise.reject(new Error('no HEAD'));
    const journal = journalOf([retire('a', 1)], { head: { ...ALONG, to: at(null, ONE) } });
    context.refs.head = at(MAIN, TWO);
    context.refs.values.set(MAIN, TWO);
    const error = await failure(applyOperation(context, journal, {}));
    expect(error).to.include({ code: 'RECOVERY_FAILED' });
    expect(error.message).to.equal(
      'the rollback failed (no plan) and could not be undone: no HEAD',
    );
  });

  it('is finished by recovery when it had been committed', async () => {
    const context = makeOperation();
    mkdirSync(join(context.stateDir, 'trash', ID, 'old'), { recursive: true });
    writeJournal(context.stateDir, journalOf([]), 'fast');
    commitJournal(context.stateDir, 'fast');
    expect(await recoverUnfinished(context)).to.include({ outcome: 'finished' });
    expect(context.plans).to.deep.equal([ID]);
  });
});
