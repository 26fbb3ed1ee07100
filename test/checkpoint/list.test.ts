import { expect } from 'chai';
import { readCheckpoint, readCheckpoints, listCheckpointRefs } from '../../src/checkpoint/list.js';
import { rejectionOf } from '../disk/thrown.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { closeContexts, contextOf, PLAN, take } from './contexts.js';

const OTHER_PLAN = '01JPXN0000000000000000PXAZ';

describe('checkpoint: lists', () => {
  afterEach(closeContexts);

  it('are oldest first, of one plan or of all', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const first = (await take(context)).checkpoint;
    const other = (await take(context, { planId: OTHER_PLAN })).checkpoint;
    const second = (await take(context, { latest: first, always: true })).checkpoint;
    const ids = async (planId: string | null) => {
      const refs = await listCheckpointRefs(context.refs, planId);
      const { checkpoints, damaged } = await readCheckpoints(refs, context.objects);
      expect(damaged).to.deep.equal([]);
      return checkpoints;
    };
    expect(await ids(PLAN)).to.deep.equal([first, second]);
    expect(await ids(OTHER_PLAN)).to.deep.equal([other]);
    const all = [first, other, second].map(({ checkpoint_id: id }) => id).sort();
    expect((await ids(null)).map(({ checkpoint_id: id }) => id)).to.deep.equal(all);
    expect(await ids('01JPXN0000000000000000PXAY')).to.deep.equal([]);
  });

  it('leave out refs that are not piton’s', async () => {
    const root = makeRepository();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'x');
    for (const name of [PLAN, `${OTHER_PLAN}/notes`, `${OTHER_PLAN}/${PLAN}/x`]) {
      git(root, 'update-ref', `refs/piton/checkpoint/${name}`, 'HEAD');
    }
    const { refs } = await contextOf(root);
    expect(await listCheckpointRefs(refs, null)).to.deep.equal([]);
  });

  it('hide no checkpoint behind a damaged one', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    const blob = tryGit(root, ['hash-object', '-w', '--stdin'], 'x').stdout.toString().trim();
    const tagged = `refs/piton/checkpoint/${PLAN}/01JPXN0000000000000000PXAA`;
    const foreign = `refs/piton/checkpoint/${PLAN}/01JPXN0000000000000000PXAB`;
    git(root, 'update-ref', tagged, blob);
    git(root, 'update-ref', foreign, checkpoint.commit);
    const refs = await listCheckpointRefs(context.refs, PLAN);
    const list = await readCheckpoints(refs, context.objects);
    expect(list.checkpoints).to.deep.equal([checkpoint]);
    expect(
      list.damaged.map(({ checkpointId, planId, error }) => {
        return [checkpointId, planId, error.code];
      }),
    ).to.deep.equal([
      ['01JPXN0000000000000000PXAA', PLAN, 'STATE_DAMAGED'],
      ['01JPXN0000000000000000PXAB', PLAN, 'STATE_DAMAGED'],
    ]);
    const error = await rejectionOf(readCheckpoint({ name: tagged, oid: blob }, context.objects));
    expect(error).to.include({ code: 'STATE_DAMAGED' });
    expect(error).nested.property('details.ref').to.equal(tagged);
  });

  it('pass on what is no damage', async () => {
    const context = await contextOf(makeRepository());
    await take(context);
    const refs = await listCheckpointRefs(context.refs, PLAN);
    const failure = new Error('the disk is on fire');
    const objects = { ...context.objects, algorithm: 'sha1', read: () => Promise.reject(failure) };
    expect(await rejectionOf(readCheckpoints(refs, objects as never))).to.equal(failure);
  });
});
