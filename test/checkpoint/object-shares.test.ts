import { expect } from 'chai';
import { KEPT, ObjectShares, SHARED } from '../../src/checkpoint/object-shares.js';
import { asBytePath } from '../../src/core/byte-path.js';
import { MODE } from '../../src/core/types.js';
import { encodeTree } from '../../src/store/objects/object-format.js';
import { git } from '../helpers/git.js';
import { closeContexts } from './contexts.js';
import { sample } from './disk-cost-samples.js';

describe('shares of objects', () => {
  afterEach(closeContexts);

  it('are shared, kept or owned, whatever the order', async () => {
    const { context, taken } = await sample();
    const [first, second] = taken.map(({ commit }) => commit);
    const bounds = { trees: 1_000, objects: 1_000 };
    const shares = new ObjectShares(context.objects, bounds);
    await shares.claim(first!, 0);
    await shares.claim(second!, 1);
    const owners = [...shares.owners.values()];
    expect([0, 1, SHARED].every((owner) => owners.includes(owner))).to.equal(true);
    await shares.claim(first!, KEPT);
    await shares.claim(second!, 2);
    const later = [...shares.owners.values()];
    expect(later).not.to.include(0);
    expect(new ObjectShares(context.objects, bounds).owners.size).to.equal(0);
  });

  it('end at their bounds', async () => {
    const { context, taken } = await sample();
    const few = new ObjectShares(context.objects, { trees: 1, objects: 1_000 });
    await few.claim(taken[0]!.commit, 0);
    const entries = git(context.repository.root, 'ls-tree', taken[0]!.commit).split('\n');
    expect(few.owners.size).to.equal(2 + entries.length);
    const small = new ObjectShares(context.objects, { trees: 1_000, objects: 3 });
    await small.claim(taken[0]!.commit, 0);
    await small.claim(taken[1]!.commit, 0);
    expect(small.owners.size).to.equal(3);
  });

  it('do not go into what is not what it seems', async () => {
    const { context, root, taken } = await sample();
    const blob = git(root, 'rev-parse', `${taken[0]!.tree}:copied`);
    const bounds = { trees: 9, objects: 9 };
    const shares = new ObjectShares(context.objects, bounds);
    await shares.claim(blob, 0);
    expect([...shares.owners]).to.deep.equal([[blob, 0]]);
    // A file that reads as a tree, where a folder should be.
    const batch = context.objects.beginBatch();
    const line = { mode: MODE.directory, name: asBytePath('x') };
    const file = batch.add('blob', encodeTree([{ ...line, oid: blob }]));
    const tree = batch.add('tree', encodeTree([{ ...line, oid: file }]));
    await batch.publish();
    const commit = git(root, 'commit-tree', tree, '-m', 'odd');
    const odd = new ObjectShares(context.objects, bounds);
    await odd.claim(commit, 0);
    expect([...odd.owners.keys()]).to.have.members([commit, tree, file]);
  });
});
