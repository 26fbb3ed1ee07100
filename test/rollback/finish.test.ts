import { expect } from 'chai';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { asBytePath } from '../../src/core/byte-path.js';
import { applyOperation } from '../../src/rollback/apply.js';
import { commitJournal, readJournal, writeJournal } from '../../src/rollback/journal.js';
import { recoverUnfinished } from '../../src/rollback/recover.js';
import type { Step } from '../../src/rollback/steps.js';
import {
  capturedState,
  failure,
  ID,
  journalOf,
  LATER_ID,
  makeOperation,
  oidOf,
  put,
  retire,
  stagedPlace,
  treeOf,
  type TestOperation,
} from './operations.js';

const LATEST_ID = '01JPXN00000000000000000003';
const UNDONE = { code: 'ENOENT' };

/** A worktree with one captured and one uncaptured file, both to be replaced. */
function twoFiles(context: TestOperation): Step[] {
  put(context.root, 'captured', 'old');
  put(context.root, 'uncaptured', 'only here');
  const state = capturedState(context.root, 'captured', context.objects.add('old'));
  return [
    retire('captured', 1, state),
    stagedPlace(context, 2, 'captured', 'new'),
    retire('uncaptured', 3),
    stagedPlace(context, 4, 'uncaptured', 'new'),
  ];
}

function inTrash(context: TestOperation, ...names: string[]): string {
  return join(context.stateDir, 'trash', ...names);
}

describe('an operation', () => {
  it('stands as a whole, keeps what is in no checkpoint and the rest for one more', async () => {
    const context = makeOperation();
    const retired = await applyOperation(context, journalOf(twoFiles(context)), {});
    expect(readFileSync(join(context.root, 'captured'), 'utf8')).to.equal('new');
    expect(context.plans).to.deep.equal([ID, ID]);
    expect(retired).to.deep.equal([{ path: 'uncaptured', to: `trash/${ID}/kept/3` }]);
    expect(readFileSync(inTrash(context, ID, 'kept', '3'), 'utf8')).to.equal('only here');
    expect(readFileSync(inTrash(context, ID, 'old', '1'), 'utf8')).to.equal('old');
    const record = readFileSync(inTrash(context, ID, 'retired.json'), 'utf8');
    expect(JSON.parse(record)).to.have.nested.include({
      version: 1,
      safety_checkpoint_id: ID,
      'retired[0].path': 'uncaptured',
      'retired[0].at': `trash/${ID}/kept/3`,
    });
    expect(readJournal(context.stateDir)).to.equal(null);
    expect(existsSync(join(context.stateDir, 'staging', ID))).to.equal(false);
    expect(context.warnings).to.deep.equal([]);
  });

  it('is undone when a step fails', async () => {
    const context = makeOperation();
    const steps = [...twoFiles(context), retire('no/such', 9), retire('captured/x', 10)];
    const before = treeOf(context.root);
    const error = await failure(applyOperation(context, journalOf(steps), {}));
    expect(error).to.include(UNDONE);
    expect(treeOf(context.root)).to.deep.equal(before);
    expect(readJournal(context.stateDir)).to.equal(null);
    expect(context.plans).to.deep.equal([]);
  });

  it('is undone when the plan file cannot be written', async () => {
    const context = makeOperation({
      writePlan: () => Promise.reject(new Error('no plan')),
    });
    const steps = twoFiles(context);
    const before = treeOf(context.root);
    const error = await failure(applyOperation(context, journalOf(steps), {}));
    expect(error.message).to.equal('no plan');
    expect(treeOf(context.root)).to.deep.equal(before);
    expect(readJournal(context.stateDir)).to.equal(null);
  });

  it('is finished, not undone, when its committed journal was away for a while', async () => {
    const context = makeOperation({
      writePlan: () => {
        renameSync(context.stateDir, `${context.stateDir}-away`);
        mkdirSync(context.stateDir);
        return Promise.reject(new Error('no plan'));
      },
    });
    mkdirSync(join(context.root, 'obsolete'));
    const last: Step = { kind: 'remove_folder', path: asBytePath('obsolete'), mode: 0o755 };
    const journal = journalOf([...twoFiles(context), last]);
    const error = await failure(applyOperation(context, journal, {}));
    expect(error).to.include({ code: 'RECOVERY_FAILED' });
    const after = treeOf(context.root);
    expect(after).to.include.keys('captured').and.not.include.keys('obsolete');
    rmSync(context.stateDir, { recursive: true });
    renameSync(`${context.stateDir}-away`, context.stateDir);
    const back = { ...context, writePlan: () => Promise.resolve() };
    expect(await recoverUnfinished(back)).to.include({ outcome: 'finished' });
    expect(treeOf(context.root)).to.deep.equal(after);
  });

  it('is undone when it is interrupted, with the reason given', async () => {
    const context = makeOperation();
    const steps = twoFiles(context);
    const before = treeOf(context.root);
    const stop = new AbortController();
    const phases: number[] = [];
    const error = await failure(
      applyOperation(context, journalOf(steps), {
        signal: stop.signal,
        onProgress: ({ done, total }) => {
          phases.push(done, total ?? -1);
          stop.abort(new Error('enough'));
        },
      }),
    );
    expect(error.message).to.equal('enough');
    expect(phases).to.deep.equal([0, 4]);
    expect(treeOf(context.root)).to.deep.equal(before);
  });

  it('warns of what appeared meanwhile when it is undone', async () => {
    let context = makeOperation();
    const writePlan = (): Promise<void> => {
      writeFileSync(join(context.root, 'captured'), 'written meanwhile');
      return Promise.reject(new Error('no plan'));
    };
    context = makeOperation({ writePlan });
    await failure(applyOperation(context, journalOf(twoFiles(context)), {}));
    expect(readFileSync(join(context.root, 'captured'), 'utf8')).to.equal('old');
    expect(context.warnings.map(({ code }) => code)).to.deep.equal(['RETIRED']);
    expect(readFileSync(inTrash(context, ID, 'kept', '2.newcomer-1'), 'utf8')).to.equal(
      'written meanwhile',
    );
  });

  it('that cannot be undone keeps its journal and says so', async () => {
    let context = makeOperation();
    const writePlan = (): Promise<void> => {
      mkdirSync(join(context.stateDir, 'x'));
      writeFileSync(join(context.stateDir, 'journal.committed'), 'damaged');
      return Promise.reject(new Error('no plan'));
    };
    context = makeOperation({ writePlan });
    const error = await failure(applyOperation(context, journalOf(twoFiles(context)), {}));
    expect(error).to.include({ code: 'RECOVERY_FAILED' });
    expect(readFileSync(inTrash(context, ID, 'old', '1'), 'utf8')).to.equal('old');
  });

  it('leaves clearing up to the next command when it cannot', async () => {
    let writes = 0;
    const context = makeOperation({
      writePlan: () => (++writes === 2 ? Promise.reject(new Error('full')) : Promise.resolve()),
    });
    const retired = await applyOperation(context, journalOf(twoFiles(context)), {});
    expect(retired).to.deep.equal([]);
    expect(context.warnings.map(({ code }) => code)).to.deep.equal(['LEFTOVERS']);
    const recovery = await recoverUnfinished(context);
    expect(recovery?.outcome).to.equal('finished');
    expect(recovery?.retired.map(({ path }) => path)).to.deep.equal(['uncaptured']);
  });
});

describe('recovering', () => {
  it('does nothing when nothing is unfinished', async () => {
    expect(await recoverUnfinished(makeOperation())).to.equal(null);
  });

  it('undoes what had not reached its commit point', async () => {
    const context = makeOperation();
    const steps = twoFiles(context);
    const before = treeOf(context.root);
    writeJournal(context.stateDir, journalOf(steps), 'fast');
    const recovery = await recoverUnfinished(context);
    expect(recovery?.outcome).to.equal('undone');
    expect(recovery?.operation).to.equal('rollback');
    expect(treeOf(context.root)).to.deep.equal(before);
    expect(context.plans).to.deep.equal([]);
    expect(readJournal(context.stateDir)).to.equal(null);
  });

  it('tells of what had been kept when finishing was cut off, and lists it', async () => {
    const context = makeOperation();
    put(inTrash(context, ID, 'kept'), '3', 'only here');
    writeJournal(context.stateDir, journalOf([retire('uncaptured', 3)]), 'fast');
    commitJournal(context.stateDir, 'fast');
    const recovery = await recoverUnfinished(context);
    const expected = [{ path: 'uncaptured', to: `trash/${ID}/kept/3` }];
    expect(recovery?.retired).to.deep.equal(expected);
    expect(readdirSync(inTrash(context, ID))).to.include('retired.json');
  });

  it('finishes what had, the plan file included', async () => {
    const context = makeOperation();
    writeJournal(context.stateDir, journalOf([]), 'fast');
    commitJournal(context.stateDir, 'fast');
    expect((await recoverUnfinished(context))?.outcome).to.equal('finished');
    expect(context.plans).to.deep.equal([ID]);
    expect(readJournal(context.stateDir)).to.equal(null);
    expect(await recoverUnfinished(context)).to.equal(null);
  });
});

describe('the trash of an earlier operation', () => {
  async function after(change: (context: TestOperation) => void): Promise<TestOperation> {
    const context = makeOperation();
    await applyOperation(context, journalOf(twoFiles(context)), {});
    change(context);
    await applyOperation(context, journalOf([], { id: LATER_ID }), {});
    expect(context.warnings).to.deep.equal([]);
    return context;
  }

  it('goes once its objects were read back; what is kept stays', async () => {
    const context = await after(() => undefined);
    expect(existsSync(inTrash(context, ID, 'old'))).to.equal(false);
    expect(readdirSync(inTrash(context, ID)).sort()).to.deep.equal(['kept', 'retired.json']);
    expect(readFileSync(inTrash(context, ID, 'kept', '3'), 'utf8')).to.equal('only here');
  });

  it('is kept where the object is damaged', async () => {
    const context = await after(({ objects }) => objects.damaged.add(oidOf('old')));
    expect(readFileSync(inTrash(context, ID, 'kept', '1'), 'utf8')).to.equal('old');
  });

  it('is kept where it was written to since', async () => {
    const context = await after((made) => writeFileSync(inTrash(made, ID, 'old', '1'), 'late'));
    expect(readFileSync(inTrash(context, ID, 'kept', '1'), 'utf8')).to.equal('late');
  });

  it('is left as it is without its journal', async () => {
    const context = await after((made) => {
      writeFileSync(inTrash(made, ID, 'journal'), 'damaged');
      mkdirSync(inTrash(made, 'no-id'));
    });
    expect(readFileSync(inTrash(context, ID, 'old', '1'), 'utf8')).to.equal('old');
    expect(existsSync(inTrash(context, 'no-id'))).to.equal(true);
  });

  it('goes in parts when it is much more than the later operation had to do', async () => {
    const context = makeOperation();
    const steps = Array.from({ length: 300 }, (_, number) => {
      put(context.root, `f${number}`, 'old');
      const state = capturedState(context.root, `f${number}`, context.objects.add('old'));
      return retire(`f${number}`, number, state);
    });
    await applyOperation(context, journalOf(steps), {});
    await applyOperation(context, journalOf([], { id: LATER_ID }), {});
    expect(readdirSync(inTrash(context, ID, 'old'))).to.have.lengthOf(44);
    await applyOperation(context, journalOf([], { id: LATEST_ID }), {});
    expect(existsSync(inTrash(context, ID))).to.equal(false);
    expect(context.warnings).to.deep.equal([]);
  });
});
