import { expect } from 'chai';
import { readStagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import {
  readResolveUndo,
  type ResolvedSide,
} from '../../../src/worktree/staging-area/resolve-undo.js';
import { git, makeRepository } from '../../helpers/git.js';
import { codeOf, readIndex } from './index-files.js';
import { resolveConflict } from './resolved-conflict.js';

const LONE = Buffer.from(['a', '100644', '0', '0', ''].join('\0'), 'latin1');

function saidByUs(sides: readonly ResolvedSide[]): string {
  const lines = sides.map(({ mode, oid, stage, path }) => {
    return `${mode.toString(8)} ${oid} ${stage}\t${path}`;
  });
  return lines.join('\n');
}

describe('worktree/staging-area/resolve-undo', () => {
  for (const algorithm of ['sha1', 'sha256'] as const) {
    it(`reads what git remembers of resolved conflicts, with ${algorithm}`, () => {
      const root = makeRepository(`--object-format=${algorithm}`);
      resolveConflict(root, ['a', 'd/b']);
      const { resolved } = readStagingArea(readIndex(root), algorithm);
      expect(resolved).to.have.length(6);
      expect(saidByUs(resolved)).to.equal(git(root, 'ls-files', '--resolve-undo'));
    });
  }

  it('passes over sides that there were not', () => {
    const root = makeRepository();
    resolveConflict(root, ['a'], { isAdded: true });
    const { resolved } = readStagingArea(readIndex(root), 'sha1');
    expect(resolved.map(({ stage }) => stage)).to.deep.equal([2, 3]);
  });

  it('says that one which ends too early is damaged', () => {
    const whole = Buffer.concat([LONE, Buffer.alloc(20, 7)]);
    expect(readResolveUndo(whole, 'sha1', 'index')).to.have.length(1);
    for (let length = 1; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      expect(codeOf(() => readResolveUndo(cut, 'sha1', 'index'))).to.equal('STATE_DAMAGED');
    }
  });

  it('is there in a split staging area, too', () => {
    const root = makeRepository();
    resolveConflict(root, ['a']);
    const before = readStagingArea(readIndex(root), 'sha1').resolved;
    git(root, 'update-index', '--split-index');
    const split = readStagingArea(readIndex(root), 'sha1');
    expect(split.splitBase).not.to.equal(null);
    expect(split.resolved).to.deep.equal(before);
  });
});
