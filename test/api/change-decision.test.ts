import { expect } from 'chai';
import { failure, prepare, type Prepared } from '../doctor/prepared-workspace.js';

describe('decisions', () => {
  let prepared: Prepared;
  let id: string;

  beforeEach(async () => {
    prepared = await prepare();
    const data = { question: 'which parser', choice: 'hand-written' };
    id = (await prepared.workspace.addDecision(undefined, data)).decision.decision_id;
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  it('are listed oldest first and shown by a prefix', async () => {
    const { workspace } = prepared;
    const second = await workspace.addDecision('one', { question: 'q', choice: 'c' });
    const { decisions } = await workspace.listDecisions('one');
    expect(decisions.map((one) => one.decision_id)).to.deep.equal([
      id,
      second.decision.decision_id,
    ]);
    expect(await workspace.showDecision(undefined, id.slice(0, 26).toLowerCase())).to.deep.equal({
      decision: decisions[0],
    });
    expect(await failure(workspace.showDecision(undefined, 'none'))).to.include({
      code: 'DECISION_NOT_FOUND',
    });
  });

  it('get artifacts, each once, without a checkpoint', async () => {
    const { workspace } = prepared;
    const { decision } = await workspace.addArtifacts(undefined, id, ['src/', 'not/there.txt']);
    expect(decision.artifacts).to.deep.equal(['src', 'not/there.txt']);
    const again = await workspace.addArtifacts('one', id, ['src', 'b']);
    expect(again.decision.artifacts).to.deep.equal(['src', 'not/there.txt', 'b']);
    expect(await workspace.showDecision('one', id)).to.deep.equal(again);
    expect((await workspace.listCheckpoints()).checkpoints).to.have.lengthOf(2);
  });

  it('get none that is outside', async () => {
    const { workspace } = prepared;
    for (const path of ['../x', '/etc/passwd', 'a/../b', '.git', 'nested/.git/config', '.', '']) {
      const error = await failure(workspace.addArtifacts(undefined, id, ['fine', path]));
      expect(error, path).to.include({ code: 'USAGE' });
    }
    expect((await workspace.showDecision(undefined, id)).decision.artifacts).to.deep.equal([]);
  });

  it('are done, again too', async () => {
    const { workspace } = prepared;
    for (let time = 0; time < 2; time++) {
      const { decision } = await workspace.completeDecision(undefined, id);
      expect(decision).to.include({ decision_id: id, status: 'done' });
    }
    expect((await workspace.resumePlan()).decisions_to_repeat).to.deep.equal([]);
    expect(await failure(workspace.completeDecision(undefined, 'none'))).to.include({
      code: 'DECISION_NOT_FOUND',
    });
  });
});
