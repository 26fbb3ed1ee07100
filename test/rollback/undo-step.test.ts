import { expect } from 'chai';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { asBytePath } from '../../src/core/byte-path.js';
import { systemErrorCode } from '../../src/core/errors.js';
import type { Step } from '../../src/rollback/steps.js';
import { undoStep, type StepEnd } from '../../src/rollback/undo-step.js';
import {
  ID,
  inOperation,
  keptReturn,
  LATER_ID,
  makeOperation,
  put,
  retire,
  stagedPlace,
  take,
  treeOf,
  undo,
  type TestOperation,
} from './operations.js';

/** A worktree and steps of every kind over it. */
function everyKind(): { context: TestOperation; steps: Step[] } {
  const context = makeOperation();
  const { root } = context;
  put(root, 'replaced', 'old');
  put(root, 'gone', 'old');
  put(root, 'obsolete/inner/file');
  put(root, 'script');
  put(root, 'file-to-folder', 'old');
  put(root, 'folder-to-file/x');
  put(root, 'held/stays');
  put(root, 'uncaptured/deep/file');
  symlinkSync('replaced', join(root, 'link'));
  mkdirSync(join(root, 'empty'), { mode: 0o750 });
  chmodSync(join(root, 'empty'), 0o750);
  const folder = (kind: 'make_folder', path: string): Step => ({ kind, path: asBytePath(path) });
  const remove = (path: string, mode = 0o755): Step => {
    return { kind: 'remove_folder', path: asBytePath(path), mode };
  };
  for (const path of ['obsolete', 'obsolete/inner', 'folder-to-file', 'held']) {
    chmodSync(join(root, path), 0o755);
  }
  chmodSync(join(root, 'script'), 0o644);
  const kept = join(context.stateDir, 'trash', LATER_ID, 'kept');
  for (const path of ['1', '2/deep/file', '3/.git/HEAD', '3/file']) put(kept, path, 'kept');
  symlinkSync('nowhere', join(kept, '4'));
  const steps: Step[] = [
    retire('uncaptured', 0),
    retire('file-to-folder', 1),
    retire('folder-to-file/x', 2),
    remove('folder-to-file'),
    folder('make_folder', 'file-to-folder'),
    folder('make_folder', 'new'),
    folder('make_folder', 'new/deep'),
    retire('replaced', 3),
    stagedPlace(context, 4, 'replaced', 'new'),
    stagedPlace(context, 5, 'new/deep/file', 'new'),
    stagedPlace(context, 6, 'file-to-folder/file', 'new'),
    stagedPlace(context, 7, 'folder-to-file', 'new'),
    stagedPlace(context, 8, 'uncaptured', 'new'),
    retire('link', 9),
    stagedPlace(context, 10, 'link', 'no link'),
    { kind: 'mode', path: asBytePath('script'), mode: 0o755, before: 0o644 },
    retire('gone', 11),
    retire('vanished', 12),
    retire('obsolete/inner/file', 13),
    remove('obsolete/inner'),
    remove('obsolete'),
    remove('empty', 0o750),
    remove('held'),
    keptReturn(context, '1', 'gone'),
    keptReturn(context, '2', 'obsolete'),
    keptReturn(context, '3/.git', 'new/.git'),
    keptReturn(context, '4', 'brought'),
  ];
  return { context, steps };
}

function retiredText(context: TestOperation, name: string): string {
  return readFileSync(join(context.stateDir, 'trash', ID, 'old', name), 'utf8');
}

describe('steps', () => {
  const { steps: all } = everyKind();

  it('do what they say, all of them', () => {
    const { context, steps } = everyKind();
    take(context, steps);
    const tree = treeOf(context.root);
    expect(Object.keys(tree)).to.deep.equal(
      [
        ...['file-to-folder', 'file-to-folder/file', 'folder-to-file', 'held', 'held/stays'],
        ...['link', 'new', 'new/deep', 'new/deep/file', 'replaced', 'script', 'uncaptured'],
        ...['brought', 'gone', 'new/.git', 'new/.git/HEAD'],
        ...['obsolete', 'obsolete/deep', 'obsolete/deep/file'],
      ].sort(),
    );
    expect(tree['replaced']).to.match(/^file \d+ new$/);
    expect(tree['link']).to.match(/^file \d+ no link$/);
    expect(tree['script']).to.equal('file 755 script');
  });

  for (let count = 0; count <= all.length; count++) {
    it(`come back after ${count} of them, and undoing again is harmless`, () => {
      const { context, steps } = everyKind();
      const trash = join(context.stateDir, 'trash', LATER_ID);
      const before = treeOf(context.root);
      const inTrash = treeOf(trash);
      const inodes = lstatSync(join(context.root, 'gone')).ino;
      take(context, steps.slice(0, count));
      expect(undo(context, steps)).to.deep.equal([]);
      expect(treeOf(context.root)).to.deep.equal(before);
      expect(undo(context, steps)).to.deep.equal([]);
      expect(treeOf(context.root)).to.deep.equal(before);
      expect(lstatSync(join(context.root, 'gone')).ino).to.equal(inodes);
      expect(treeOf(trash)).to.deep.equal(inTrash);
    });
  }

  it('set a newcomer aside when taken', () => {
    const context = makeOperation();
    const step = stagedPlace(context, 1, 'a', 'new');
    put(context.root, 'a', 'newcomer');
    take(context, [step]);
    expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('new');
    expect(retiredText(context, '1.newcomer-1')).to.equal('newcomer');
  });

  it('set a newcomer aside when what is placed is a link', () => {
    const context = makeOperation();
    const slot = join(context.stateDir, 'staging', ID, '1');
    const step = stagedPlace(context, 1, 'a', 'new');
    rmSync(slot);
    symlinkSync('there', slot);
    put(context.root, 'a', 'newcomer');
    take(context, [step]);
    expect(treeOf(context.root)).to.deep.equal({ a: 'link there' });
    expect(retiredText(context, '1.newcomer-1')).to.equal('newcomer');
  });

  it('throw the system error when nothing was staged', () => {
    const context = makeOperation();
    const step = stagedPlace(context, 1, 'a', 'new');
    rmSync(join(context.stateDir, 'staging', ID, '1'));
    expect(() => take(context, [step])).to.throw(/ENOENT/);
  });

  it('throw when a folder that is to be removed is none', () => {
    const context = makeOperation();
    put(context.root, 'a');
    const step: Step = { kind: 'remove_folder', path: asBytePath('a'), mode: 0o755 };
    expect(() => take(context, [step])).to.throw(/ENOTDIR/);
  });

  describe('undone', () => {
    it('set aside what appeared where something was retired', () => {
      const context = makeOperation();
      put(context.root, 'a', 'old');
      take(context, [retire('a', 1)]);
      put(context.root, 'a', 'newcomer');
      expect(undo(context, [retire('a', 1)])).to.deep.equal(['a -> 1.newcomer-1']);
      expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('old');
      expect(retiredText(context, '1.newcomer-1')).to.equal('newcomer');
    });

    it('take another name when one newcomer is there already', () => {
      const context = makeOperation();
      put(context.root, 'a', 'old');
      take(context, [retire('a', 1)]);
      put(join(context.stateDir, 'trash', ID, 'old'), '1.newcomer-1', 'first');
      put(context.root, 'a', 'second');
      expect(undo(context, [retire('a', 1)])).to.deep.equal(['a -> 1.newcomer-2']);
      expect(retiredText(context, '1.newcomer-1')).to.equal('first');
    });

    it('set aside a placed file that was written to, and put the old one back', () => {
      const context = makeOperation();
      put(context.root, 'a', 'old');
      const steps = [retire('a', 1), stagedPlace(context, 2, 'a', 'new')];
      take(context, steps);
      writeFileSync(join(context.root, 'a'), 'written since');
      expect(undo(context, steps)).to.deep.equal(['a -> 2.newcomer-1']);
      expect(readFileSync(join(context.root, 'a'), 'utf8')).to.equal('old');
      expect(retiredText(context, '2.newcomer-1')).to.equal('written since');
    });

    it('leave a file that took the place of the placed one to the retired one', () => {
      const context = makeOperation();
      put(context.root, 'a', 'old');
      const steps = [retire('a', 1), stagedPlace(context, 2, 'a', 'new')];
      take(context, steps);
      put(context.root, 'b', 'saved by an editor');
      renameSync(join(context.root, 'b'), join(context.root, 'a'));
      expect(undo(context, steps)).to.deep.equal(['a -> 1.newcomer-1']);
      expect(retiredText(context, '1.newcomer-1')).to.equal('saved by an editor');
    });

    it('bring back the folders that somebody deleted since', () => {
      const context = makeOperation();
      put(context.root, 'd/e/a', 'old');
      take(context, [retire('d/e/a', 1)]);
      rmSync(join(context.root, 'd'), { recursive: true });
      expect(undo(context, [retire('d/e/a', 1)])).to.deep.equal([]);
      expect(readFileSync(join(context.root, 'd/e/a'), 'utf8')).to.equal('old');
    });

    it('never go through a link that took the place of a folder', () => {
      const context = makeOperation();
      put(context.root, 'd/a', 'old');
      take(context, [retire('d/a', 1)]);
      rmSync(join(context.root, 'd'), { recursive: true });
      symlinkSync(context.gitDir, join(context.root, 'd'));
      expect(() => undo(context, [retire('d/a', 1)])).to.throw(/d/);
      expect(readdirSync(context.gitDir)).to.deep.equal([]);
      expect(retiredText(context, '1')).to.equal('old');
    });

    it('are known to be taken, or to have failed, where their folder cannot be reached', () => {
      const context = makeOperation();
      put(context.root, 'd/a', 'new');
      const made: Step = { kind: 'make_folder', path: asBytePath('d/e') };
      const mode: Step = { kind: 'mode', path: asBytePath('d/a'), mode: 0o755, before: 0o644 };
      const removed: Step = { kind: 'remove_folder', path: asBytePath('d/e'), mode: 0o755 };
      const placed = stagedPlace(context, 1, 'd/b', 'new');
      take(context, [placed]);
      renameSync(join(context.root, 'd'), join(context.gitDir, 'moved'));
      symlinkSync(context.gitDir, join(context.root, 'd'));
      const end = (step: Step, known: StepEnd): unknown =>
        inOperation(context, (operation) => {
          try {
            return undoStep(step, operation, known);
          } catch (error) {
            return systemErrorCode(error);
          }
        });
      for (const step of [placed, made]) {
        const ends = [end(step, 'taken'), end(step, 'failed'), end(step, 'unknown')];
        expect(ends, step.kind).to.deep.equal(['UNSAFE_PATH', null, null]);
      }
      for (const step of [mode, removed]) {
        const ends = [end(step, 'taken'), end(step, 'failed'), end(step, 'unknown')];
        expect(ends, step.kind).to.deep.equal(['UNSAFE_PATH', null, 'UNSAFE_PATH']);
      }
    });

    it('keep a made folder in which there is something by now', () => {
      const context = makeOperation();
      const steps: Step[] = [{ kind: 'make_folder', path: asBytePath('d') }];
      take(context, steps);
      put(context.root, 'd/mine');
      expect(undo(context, steps)).to.deep.equal([]);
      expect(readdirSync(join(context.root, 'd'))).to.deep.equal(['mine']);
    });

    it('leave modes alone where there is no file any more', () => {
      const context = makeOperation();
      mkdirSync(join(context.root, 'a'));
      chmodSync(join(context.root, 'a'), 0o755);
      const step: Step = { kind: 'mode', path: asBytePath('a'), mode: 0o755, before: 0o600 };
      undo(context, [step]);
      expect(treeOf(context.root)).to.deep.equal({ a: 'folder 755' });
    });

    it('throw away the second name that a cut off placing left', () => {
      const context = makeOperation();
      const step = stagedPlace(context, 1, 'a', 'new');
      take(context, [step]);
      const slot = join(context.stateDir, 'staging', ID, '1');
      writeFileSync(slot, 'other');
      undo(context, [step]);
      expect(treeOf(context.root)).to.deep.equal({});
      expect(readFileSync(slot, 'utf8')).to.equal('other');
    });
  });
});
