import { expect } from 'chai';
import fc from 'fast-check';
import {
  CHECKPOINT_KINDS,
  checkpointFromCommit,
  formatCheckpointMessage,
  reasonFor,
  type CheckpointMetadata,
} from '../../src/checkpoint/metadata.js';
import { formatCheckpointRef, formatStateRef } from '../../src/checkpoint/ref-names.js';
import { isSingleLine } from '../../src/checkpoint/trailers.js';
import { nextId } from '../../src/core/ids.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';

const TIME = 1_700_000_000_123;
const OID = 'a'.repeat(40);

const SAMPLE: CheckpointMetadata = {
  checkpoint_id: nextId(TIME),
  plan_id: nextId(TIME - 1),
  kind: 'manual',
  name: 'before the storm',
  reason: 'try it',
  source: 'editor',
  phase: 'execute',
  step: 4,
  head_ref: 'refs/heads/main',
  files: 12,
  not_captured: 0,
};
const KEY = { planId: SAMPLE.plan_id, checkpointId: SAMPLE.checkpoint_id };
const REF = { name: formatCheckpointRef(KEY), oid: OID };

const value = fc.string({ unit: 'grapheme' }).filter((text) => isSingleLine(text));
const metadata: fc.Arbitrary<CheckpointMetadata> = fc.record({
  checkpoint_id: fc.nat().map((time) => nextId(time)),
  plan_id: fc.nat().map((time) => nextId(time)),
  kind: fc.constantFrom(...CHECKPOINT_KINDS),
  name: fc.option(value),
  reason: fc.string({ unit: 'binary' }),
  source: fc.option(value),
  phase: fc.option(value),
  step: fc.integer({ min: -1 }),
  head_ref: fc.option(fc.constantFrom('refs/heads/a', 'refs/heads/detached', 'refs/heads/é')),
  files: fc.nat(),
  not_captured: fc.nat(),
});

function commit(message: string, parents: string[] = []) {
  return { tree: OID, parents, committerSeconds: 0, message };
}

describe('checkpoint/metadata', () => {
  it('writes the trailers of the format in their order', () => {
    expect(formatCheckpointMessage(SAMPLE)).to.equal(
      [
        'try it',
        '',
        `Piton-Checkpoint: ${SAMPLE.checkpoint_id}`,
        `Piton-Plan: ${SAMPLE.plan_id}`,
        'Piton-Kind: manual',
        'Piton-Step: 4',
        'Piton-Phase: execute',
        'Piton-Source: editor',
        'Piton-Name: before the storm',
        'Piton-Head: refs/heads/main',
        'Piton-Files: 12',
        'Piton-Not-Captured: 0',
        'Piton-Version: 1',
        '',
      ].join('\n'),
    );
    const bare = { ...SAMPLE, name: null, source: null, phase: null, head_ref: null };
    expect(formatCheckpointMessage(bare)).to.include('Step: 4\nPiton-Head: detached\n');
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(metadata, (one) => {
        const { head_ref, ...rest } = one;
        const name = formatCheckpointRef({
          planId: one.plan_id,
          checkpointId: one.checkpoint_id,
        });
        const read = checkpointFromCommit({ name, oid: OID }, commit(formatCheckpointMessage(one)));
        expect(read).to.deep.include({ ...rest, reason: reasonFor(one.reason, one) });
        expect(read.head).to.deep.equal({ ref: head_ref, commit: null });
      }),
    );
  });

  it('gives every kind a reason of its own when there is none', () => {
    const reasons = CHECKPOINT_KINDS.map((kind) => reasonFor(null, { kind, step: 3 }));
    expect(new Set(reasons).size).to.equal(CHECKPOINT_KINDS.length);
    expect(reasonFor(' \n', { kind: 'step', step: 3 })).to.equal('after step 3');
    expect(reasonFor('why', { kind: 'step', step: 3 })).to.equal('why');
  });

  it('refuses names, sources and phases that are not one line', () => {
    for (const key of ['name', 'source', 'phase'] as const) {
      for (const bad of ['', 'a\nPiton-Step: 9', 'a\x1bb', ' a']) {
        expect(() => formatCheckpointMessage({ ...SAMPLE, [key]: bad }), key + bad)
          .to.throw()
          .that.includes({ code: 'USAGE' });
      }
    }
  });

  it('refuses a HEAD that is no ref', () => {
    for (const head_ref of ['detached', 'refs/a b', 'refs/', 'refs/heads/a\nb', 'HEAD']) {
      expect(() => formatCheckpointMessage({ ...SAMPLE, head_ref }))
        .to.throw()
        .that.includes({ code: 'UNSUPPORTED_REPOSITORY' });
    }
  });

  it('refuses to write what it could not read', () => {
    for (const wrong of [{ step: -2 }, { step: 1.5 }, { files: -1 }, { plan_id: 'x' }]) {
      expect(() => formatCheckpointMessage({ ...SAMPLE, ...wrong }))
        .to.throw()
        .that.includes({ code: 'INTERNAL' });
    }
  });

  it('refuses another version, naming expected and found', () => {
    const newer = formatCheckpointMessage(SAMPLE).replace(
      'Piton-Version: 1',
      'Piton-New: x\nPiton-Version: 2',
    );
    const details = { ref: REF.name, expected: '1', found: '2' };
    expect(() => checkpointFromCommit(REF, commit(newer)))
      .to.throw()
      .that.deep.includes({ code: 'UNSUPPORTED_FORMAT', details });
  });

  it('takes a message that piton does not write for damage', () => {
    const good = formatCheckpointMessage(SAMPLE);
    for (const [from, to] of [
      ...[
        ['Piton-Step: 4', 'Piton-Step: 04'],
        ['Piton-Step: 4', 'Piton-Step: -2'],
        ['-Step: 4\n', '-Step: 4\n\n'],
      ],
      ...[
        ['Piton-Kind: manual', 'Piton-Kind: other'],
        ['Piton-Files: 12', 'Piton-Files: x'],
        ['Piton-Files: 12\n', ''],
      ],
      ...[
        ['Captured: 0', 'Captured: -1'],
        ['refs/heads/main', 'main'],
        [SAMPLE.plan_id, 'x'],
        ['Piton-Head: refs/heads/main\n', ''],
      ],
      ...[
        [SAMPLE.checkpoint_id, SAMPLE.checkpoint_id.toLowerCase()],
        ['Piton-Version: 1\n', ''],
        ['try it', ''],
      ],
      ...[
        ['Piton-Kind: manual\n', ''],
        ['Piton-Step: 4\n', ''],
        [`Piton-Plan: ${SAMPLE.plan_id}\n`, ''],
      ],
      ...[
        [`Piton-Checkpoint: ${SAMPLE.checkpoint_id}\n`, ''],
        ['Piton-Not-Captured: 0\n', ''],
      ],
    ] as [string, string][]) {
      expect(good).to.include(from);
      expect(() => checkpointFromCommit(REF, commit(good.replace(from, to))), `${from} ${to}`)
        .to.throw()
        .that.deep.includes({ code: 'STATE_DAMAGED', details: { ref: REF.name } });
    }
    expect(() => checkpointFromCommit(REF, commit('a commit of somebody')))
      .to.throw()
      .that.includes({ code: 'STATE_DAMAGED' });
  });

  it('makes a checkpoint of a ref and its commit', () => {
    const message = formatCheckpointMessage(SAMPLE);
    const { head_ref, ...rest } = SAMPLE;
    expect(checkpointFromCommit(REF, commit(message, ['b'.repeat(40)]))).to.deep.equal({
      ...rest,
      commit: OID,
      tree: OID,
      ref: REF.name,
      created_at: new Date(TIME).toISOString(),
      head: { ref: head_ref, commit: 'b'.repeat(40) },
    });
    expect(checkpointFromCommit(REF, commit(message)).head.commit).to.equal(null);
  });

  it('refuses a commit under the wrong ref, and a merge', () => {
    const message = formatCheckpointMessage(SAMPLE);
    const other = nextId(TIME + 1);
    for (const name of [
      formatCheckpointRef({ ...KEY, checkpointId: other }),
      formatCheckpointRef({ ...KEY, planId: other }),
      formatStateRef(KEY),
    ]) {
      expect(() => checkpointFromCommit({ name, oid: OID }, commit(message)))
        .to.throw()
        .that.deep.includes({ code: 'STATE_DAMAGED', details: { ref: name } });
    }
    expect(() => checkpointFromCommit(REF, commit(message, [OID, OID])))
      .to.throw()
      .that.includes({ code: 'STATE_DAMAGED' });
  });

  it('is readable with plain git', () => {
    const repository = makeRepository();
    const tree = git(repository, 'write-tree');
    const message = formatCheckpointMessage({ ...SAMPLE, reason: 'one\ntwo\n\nPiton-Step: 9' });
    const made = tryGit(repository, ['commit-tree', tree], message).stdout.toString().trim();
    const format = '--format=%s|%(trailers:key=Piton-Step,valueonly,separator=)';
    expect(git(repository, 'log', '-1', format, made)).to.equal('one|4');
  });
});
