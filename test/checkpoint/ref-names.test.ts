import { expect } from 'chai';
import {
  CHECKPOINT_REFS,
  checkpointRefsOf,
  formatCheckpointRef,
  formatStateRef,
  parseCheckpointRef,
  parseStateRef,
  STATE_REFS,
  stateRefsOf,
} from '../../src/checkpoint/ref-names.js';
import { nextId } from '../../src/core/ids.js';
import { makeRepository, tryGit } from '../helpers/git.js';

const planId = nextId(1_700_000_000_000);
const checkpointId = nextId(1_700_000_000_001);
const key = { planId, checkpointId };

describe('checkpoint/ref-names', () => {
  it('spells refs that git accepts, below their prefixes', () => {
    const [checkpoint, state] = [formatCheckpointRef(key), formatStateRef(key)];
    expect(checkpoint).to.equal(`refs/piton/checkpoint/${planId}/${checkpointId}`);
    expect(state).to.equal(`refs/piton/state/${planId}/${checkpointId}`);
    expect(checkpoint.startsWith(checkpointRefsOf(planId))).to.equal(true);
    expect(state.startsWith(stateRefsOf(planId))).to.equal(true);
    expect(checkpointRefsOf(planId)).to.match(new RegExp(`^${CHECKPOINT_REFS}.*/$`));
    expect(stateRefsOf(planId)).to.match(new RegExp(`^${STATE_REFS}.*/$`));
    const repository = makeRepository();
    for (const name of [checkpoint, state]) {
      expect(tryGit(repository, ['check-ref-format', name]).status).to.equal(0);
    }
  });

  it('parses what it formats, each kind for itself', () => {
    expect(parseCheckpointRef(formatCheckpointRef(key))).to.deep.equal(key);
    expect(parseStateRef(formatStateRef(key))).to.deep.equal(key);
    expect(parseCheckpointRef(formatStateRef(key))).to.equal(null);
    expect(parseStateRef(formatCheckpointRef(key))).to.equal(null);
  });

  it('does not take refs of other forms for its own', () => {
    for (const rest of [
      ...[planId, `${planId}/`, `${planId}/x`, `x/${checkpointId}`, `${planId}/${checkpointId}/x`],
      ...[`${planId.toLowerCase()}/${checkpointId}`, `${planId}/${checkpointId}\n`, ''],
      ...[`${planId}/${checkpointId.toLowerCase()}`, `${planId}//${checkpointId}`],
    ]) {
      expect(parseCheckpointRef(CHECKPOINT_REFS + rest), rest).to.equal(null);
      expect(parseStateRef(STATE_REFS + rest), rest).to.equal(null);
    }
    expect(parseCheckpointRef(`x${CHECKPOINT_REFS}${planId}/${checkpointId}`)).to.equal(null);
  });

  it('never makes a ref of a text that is no id', () => {
    for (const bad of ['', '../heads', 'main', planId.toLowerCase(), `${planId}/x`]) {
      for (const spell of [
        () => formatCheckpointRef({ planId: bad, checkpointId }),
        () => formatCheckpointRef({ planId, checkpointId: bad }),
        () => formatStateRef({ planId: bad, checkpointId }),
        () => formatStateRef({ planId, checkpointId: bad }),
        () => checkpointRefsOf(bad),
        () => stateRefsOf(bad),
      ]) {
        expect(spell).to.throw().that.includes({ code: 'STATE_DAMAGED' });
      }
    }
  });
});
