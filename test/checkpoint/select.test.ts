import { expect } from 'chai';
import type { Checkpoint, CheckpointKind } from '../../src/checkpoint/metadata.js';
import {
  assertCheckpointName,
  assertNameFree,
  selectAcrossPlans,
  selectCheckpoint,
} from '../../src/checkpoint/select.js';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';

function checkpoint(
  id: string,
  step: number,
  kind: CheckpointKind = 'step',
  name: string | null = null,
): Checkpoint {
  const checkpoint_id = id.padEnd(26, '0');
  return {
    ...{ checkpoint_id, plan_id: `PLAN${id.slice(0, 4)}`, kind, name, step, reason: 'r' },
    ...{ source: null, phase: null, commit: '', tree: '', ref: '', created_at: '' },
    ...{ head: { ref: null, commit: null }, files: 0, not_captured: 0 },
  };
}

const LIST = [
  checkpoint('01AAAA', 0, 'manual', 'first'),
  checkpoint('01AABB', 1, 'step', '01aa'),
  checkpoint('01AACC', 1, 'pre_rollback', 'safe'),
  checkpoint('01BBBB', 1, 'interval', 'ab'),
  checkpoint('01CCCC', 1, 'pre_rollback'),
  checkpoint('01DDDD', -1, 'hook', 'First'),
];
const LATEST = LIST[3]!.checkpoint_id;

function failure(run: () => unknown): PitonError {
  try {
    run();
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function pick(selector: string, latest: string | null = LATEST): string {
  return selectCheckpoint(LIST, latest, selector).checkpoint_id.replace(/0+$/, '');
}

describe('checkpoint/select', () => {
  it('selects by id and by unique prefix, in any case', () => {
    expect(pick(LIST[2]!.checkpoint_id)).to.equal('01AACC');
    expect(pick(LIST[2]!.checkpoint_id.toLowerCase())).to.equal('01AACC');
    expect(pick('01BB')).to.equal('01BBBB');
    expect(pick('01aab')).to.equal('01AABB');
  });

  it('selects by exact name, before any prefix', () => {
    expect(pick('first')).to.equal('01AAAA');
    expect(pick('First')).to.equal('01DDDD');
    expect(pick('ab')).to.equal('01BBBB');
    expect(pick('01aa')).to.equal('01AABB');
    expect(failure(() => pick('FIRST')).code).to.equal('CHECKPOINT_NOT_FOUND');
  });

  it('counts back from the latest without the safety checkpoints', () => {
    expect(pick('latest')).to.equal('01BBBB');
    expect(pick('latest~0')).to.equal('01BBBB');
    expect(pick('latest~1')).to.equal('01AABB');
    expect(pick('latest~2')).to.equal('01AAAA');
    expect(failure(() => pick('latest~3')).code).to.equal('CHECKPOINT_NOT_FOUND');
    expect(pick('latest', LIST[4]!.checkpoint_id)).to.equal('01CCCC');
    expect(pick('latest~1', LIST[4]!.checkpoint_id)).to.equal('01BBBB');
    for (const latest of [null, 'gone']) {
      expect(failure(() => pick('latest', latest)).code).to.equal('CHECKPOINT_NOT_FOUND');
      expect(failure(() => pick('latest~1', latest)).code).to.equal('CHECKPOINT_NOT_FOUND');
    }
  });

  it('selects the newest of a step, but no safety checkpoint', () => {
    expect(pick('step:1')).to.equal('01BBBB');
    expect(pick('step:0')).to.equal('01AAAA');
    expect(pick('step:-1')).to.equal('01DDDD');
    const error = failure(() => pick('step:7'));
    expect(error).to.include({ code: 'CHECKPOINT_NOT_FOUND' });
    expect(error.hint).to.include('piton log');
    expect(error.details).to.deep.equal({ selector: 'step:7' });
  });

  it('names the candidates when a selector is ambiguous', () => {
    const error = failure(() => pick('01AA'));
    expect(error.code).to.equal('USAGE');
    expect(error.details['candidates']).to.deep.equal(
      LIST.slice(0, 3).map(({ checkpoint_id, plan_id, name }) => ({
        checkpoint_id,
        plan_id,
        name,
      })),
    );
  });

  it('finds no prefix of less than four characters', () => {
    const error = failure(() => pick('01B'));
    expect(error.code).to.equal('CHECKPOINT_NOT_FOUND');
    expect(error.hint).to.include('4 or more');
    expect(failure(() => pick('01BBU')).code).to.equal('CHECKPOINT_NOT_FOUND');
    expect(failure(() => pick('01ZZ')).code).to.equal('CHECKPOINT_NOT_FOUND');
  });

  it('says how to select when a selector is malformed', () => {
    for (const selector of [
      ...[
        '',
        ' latest',
        'latest~',
        'latest~x',
        'latest~-1',
        'latest^',
        'LATEST',
        'step:',
        'step:x',
      ],
      ...['step:-2', 'Step:1', 'a\nb', '\x1b', 'latest~1234567890', 'step:1.5'],
    ]) {
      const error = failure(() => pick(selector));
      expect(error.code, selector).to.equal('USAGE');
      expect(error.hint).to.include('latest~2');
    }
  });

  it('selects across plans only what no plan is needed for', () => {
    expect(selectAcrossPlans(LIST, '01BB')).to.equal(LIST[3]);
    expect(selectAcrossPlans(LIST, 'first')).to.equal(LIST[0]);
    for (const selector of ['latest', 'latest~1', 'step:1']) {
      const error = failure(() => selectAcrossPlans(LIST, selector));
      expect(error.code).to.equal('USAGE');
      expect(error.hint).to.include('name the plan');
    }
    const twins = [...LIST, checkpoint('01EEEE', 0, 'manual', 'first')];
    const error = failure(() => selectAcrossPlans(twins, 'first'));
    expect(error.details['candidates']).to.have.lengthOf(2);
    expect(failure(() => selectAcrossPlans(LIST, 'none')).code).to.equal('CHECKPOINT_NOT_FOUND');
  });

  it('takes names that look like nothing else', () => {
    for (const name of [
      'a',
      'before lunch',
      'vor dem Üben 😀',
      'my-latest',
      '2024',
      'é'.repeat(200),
    ]) {
      expect(() => assertCheckpointName(name), name).not.to.throw();
    }
    for (const name of [
      ...[
        '',
        ' a',
        'a\tb',
        'a\nb',
        '\x1b[2J',
        'latest',
        'latest-good',
        'LATEST',
        'step:1',
        'Step:x',
      ],
      ...[LATEST, LATEST.toLowerCase(), 'x'.repeat(LIMITS.checkpointNameCharacters + 1)],
    ]) {
      const error = failure(() => assertCheckpointName(name));
      expect(error.code, name).to.equal('USAGE');
      expect(error.details).to.deep.equal({ name });
    }
  });

  it('gives a name to one checkpoint of a plan only', () => {
    const error = failure(() => assertNameFree(LIST, 'first'));
    expect(error.code).to.equal('NAME_TAKEN');
    expect(error.details['checkpoint_id']).to.equal(LIST[0]!.checkpoint_id);
    expect(() => assertNameFree(LIST, 'first', LIST[0]!.checkpoint_id)).not.to.throw();
    expect(() => assertNameFree(LIST, 'second')).not.to.throw();
    expect(() => assertNameFree(LIST, 'first', LIST[1]!.checkpoint_id)).to.throw();
  });
});
