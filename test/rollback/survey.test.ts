import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import type { FileEntry } from '../../src/core/types.js';
import { proposeRollback, type RollbackProposal } from '../../src/rollback/propose.js';
import { isCovered, surveyWorktree, type Survey } from '../../src/rollback/survey.js';
import { tempDirectory } from '../helpers/temp.js';
import { entry, folderEntry, paths, put } from './operations.js';

/** What a rollback proposes when the scan saw `now` and the checkpoint has `then`. */
function proposed(now: FileEntry[], then: FileEntry[], back: string[] = []): RollbackProposal {
  return proposeRollback({
    present: { entries: now, ignored: [], notCaptured: [], nestedRepositories: [] },
    target: then,
    knowledge: {
      didNotLook: () => false,
      didNotCapture: () => false,
      hadNestedRepository: () => false,
    },
    returns: paths(...back),
    paths: null,
  });
}

function survey(root: string, now: FileEntry[], then: FileEntry[], back: string[] = []): Survey {
  return surveyWorktree(root, proposed(now, then, back), paths(...back));
}

function obstacles(root: string, now: FileEntry[], then: FileEntry[], back?: string[]): string[] {
  return survey(root, now, then, back).obstacles;
}

describe('a survey', () => {
  it('finds what no scan captured at a path that is written', () => {
    const root = tempDirectory();
    put(root, 'a', 'uncaptured');
    put(root, 'b', 'captured');
    const now = [entry('b', 'captured')];
    const then = [entry('a', 'new'), entry('b', 'new'), entry('c', 'new')];
    expect(obstacles(root, now, then)).to.deep.equal(['a']);
  });

  it('finds a folder that holds more than the captured files that go', () => {
    const root = tempDirectory();
    for (const path of ['a/x', 'a/d/y', 'b/x', 'b/d/uncaptured']) put(root, path);
    mkdirSync(join(root, 'b', 'e'));
    const now = [entry('a/d/y'), entry('a/x'), entry('b/x')];
    expect(obstacles(root, now, [entry('a'), entry('b')])).to.deep.equal(['b']);
  });

  it('finds a folder that holds an uncaptured file beside the captured ones', () => {
    const root = tempDirectory();
    for (const path of ['a/x', 'a/uncaptured']) put(root, path);
    expect(obstacles(root, [entry('a/x')], [entry('a')])).to.deep.equal(['a']);
  });

  it('finds an empty folder that no scan captured, and one in a captured folder', () => {
    const root = tempDirectory();
    for (const path of ['a', 'b/uncaptured', 'c']) mkdirSync(join(root, path), { recursive: true });
    put(root, 'b/x');
    const now = [entry('b/x'), folderEntry('c')];
    const then = [entry('a'), entry('b'), entry('c')];
    expect(obstacles(root, now, then)).to.deep.equal(['a', 'b']);
  });

  it('finds what is in the place of a folder, unless it is captured and goes', () => {
    const root = tempDirectory();
    put(root, 'a', 'uncaptured');
    put(root, 'b', 'captured');
    const found = survey(
      root,
      [entry('b', 'captured')],
      [entry('a/x'), entry('b/x'), entry('c/x')],
    );
    expect(found.obstacles).to.deep.equal(['a']);
    expect(found.missingFolders).to.deep.equal(['a', 'b', 'c']);
  });

  it('takes a link in the place of a folder for a link, whatever it leads to', () => {
    const outside = tempDirectory();
    const root = tempDirectory();
    put(outside, 'e/x', 'outside');
    symlinkSync(outside, join(root, 'd'));
    const found = survey(root, [], [entry('d/e/x', 'new')]);
    expect(found.obstacles).to.deep.equal(['d']);
    expect(found.missingFolders).to.deep.equal(['d', 'd/e']);
    expect(found.stat(asBytePath('d/e/x'))).to.equal(null);
  });

  it('tells new folders that are there already', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'd', 'e'), { recursive: true });
    const found = survey(root, [], [folderEntry('d/e'), folderEntry('f')]);
    expect([...found.presentFolders]).to.deep.equal(['d', 'd/e']);
    expect(found.missingFolders).to.deep.equal(['f']);
  });

  it('finds what is in the way of something that comes back', () => {
    const root = tempDirectory();
    put(root, 'a', 'captured');
    put(root, 'b', 'uncaptured');
    put(root, 'c/x', 'captured');
    put(root, 'd/uncaptured');
    const now = [entry('a', 'captured'), entry('c/x', 'captured')];
    expect(obstacles(root, now, [], ['a', 'b', 'c', 'd', 'e'])).to.deep.equal(['b', 'd']);
  });

  it('says what is at a path once and for all, and of nothing below a file', () => {
    const root = tempDirectory();
    put(root, 'a', 'file');
    const found = survey(root, [], []);
    const stat = (path: BytePath) => found.stat(path);
    expect(stat(asBytePath('a'))?.isFile()).to.equal(true);
    expect(stat(asBytePath('a/b/c'))).to.equal(null);
    expect(stat(asBytePath('later'))).to.equal(null);
    put(root, 'later');
    expect(stat(asBytePath('later'))).to.equal(null);
  });

  it('does not take what cannot be looked at for absent', () => {
    const found = survey(tempDirectory(), [], []);
    expect(() => found.stat(asBytePath('n'.repeat(300)))).to.throw('ENAMETOOLONG');
  });

  it('knows what lies below something', () => {
    expect(isCovered(asBytePath('a/b'), paths('x', 'a'))).to.equal(true);
    expect(isCovered(asBytePath('ab'), paths('a'))).to.equal(false);
  });
});
