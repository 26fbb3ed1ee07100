import { expect } from 'chai';
import { listCheckpointRefs } from '../../src/checkpoint/list.js';
import { nextId } from '../../src/core/ids.js';
import { LIMITS } from '../../src/core/limits.js';
import { deleteCheckpoints, deleteLoneSidecars } from '../../src/retention/prune.js';
import type { RefEdit } from '../../src/store/ref-store.js';
import {
  closeContexts,
  contextOf,
  PLAN,
  refStoreOf,
  take,
  type TestContext,
} from '../checkpoint/contexts.js';
import { rejectionOf } from '../disk/thrown.js';
import { git, makeRepository } from '../helpers/git.js';

async function withRefs(count: number): Promise<{ context: TestContext; root: string }> {
  const root = makeRepository();
  const context = await contextOf(root);
  const { checkpoint } = await take(context);
  let id = checkpoint.checkpoint_id;
  const edits: RefEdit[] = [];
  for (let made = 1; made < count; made++) {
    id = nextId(0, id);
    for (const kind of ['checkpoint', 'state']) {
      const name = `refs/piton/${kind}/${PLAN}/${id}`;
      edits.push({ name, expected: null, value: checkpoint.commit });
    }
  }
  if (edits.length > 0) await context.refs.transact(edits);
  return { context, root };
}

function namesIn(root: string): string[] {
  return git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split('\n');
}

describe('retention: deleting checkpoints', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  it('takes their sidecars along, so many at a time', async () => {
    const { context, root } = await withRefs(LIMITS.refsPerDeletion + 3);
    const refs = await listCheckpointRefs(context.refs, PLAN);
    const transactions: number[] = [];
    const counted = {
      ...refStoreOf(context),
      transact: (edits: readonly RefEdit[]) => {
        transactions.push(edits.length);
        return context.refs.transact(edits);
      },
    };
    await deleteCheckpoints(counted, PLAN, refs.slice(0, -1));
    expect(transactions).to.deep.equal([2 * LIMITS.refsPerDeletion, 4]);
    expect(namesIn(root)).to.have.lengthOf(2);
  });

  it('deletes none that has changed since', async () => {
    const { context, root } = await withRefs(3);
    const refs = await listCheckpointRefs(context.refs, PLAN);
    const moved = refs.map(({ name }) => ({ name, oid: '1'.repeat(40) }));
    const error = await rejectionOf(deleteCheckpoints(context.refs, PLAN, moved));
    expect(error).to.include({ code: 'GIT_FAILED' });
    expect(namesIn(root)).to.have.lengthOf(6);
  });

  it('ends what a kill in between has left', async () => {
    const { context, root } = await withRefs(4);
    const [first, second] = await listCheckpointRefs(context.refs, PLAN);
    for (const { name } of [first, second].flatMap((ref) => ref ?? [])) {
      git(root, 'update-ref', '-d', name);
    }
    expect(await deleteLoneSidecars(context.refs, PLAN)).to.equal(2);
    expect(namesIn(root)).to.have.lengthOf(4);
    expect(await deleteLoneSidecars(context.refs, PLAN)).to.equal(0);
  });
});
