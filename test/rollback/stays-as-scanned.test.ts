import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BytePath } from '../../src/core/byte-path.js';
import type { FileEntry } from '../../src/core/types.js';
import type { RollbackProposal } from '../../src/rollback/propose.js';
import { assertAsScanned } from '../../src/rollback/stays-as-scanned.js';
import { surveyWorktree } from '../../src/rollback/survey.js';
import { tempDirectory } from '../helpers/temp.js';
import { entry, folderEntry, paths, put } from './operations.js';

const SCANNED = [entry('d/e/as-it-should-be'), folderEntry('empty'), entry('file'), entry('run')];

describe('what was scanned and is to stay', () => {
  let root: string;
  beforeEach(() => {
    root = tempDirectory();
    for (const { path } of SCANNED) put(root, path);
    rmSync(join(root, 'empty'));
    mkdirSync(join(root, 'empty'));
  });

  /** Why a proposal that needs these folders, and changes these modes, is good for nothing. */
  function problem(needed: BytePath[], modes: FileEntry[] = []): unknown {
    const proposal: RollbackProposal = {
      ...{ writes: [], modes, removals: [], archived: [], newFolders: [], removedFolders: [] },
      ...{ neededFolders: needed, obsoleteFolders: [], left: [], unchanged: 1 },
    };
    try {
      assertAsScanned(proposal, surveyWorktree(root, proposal, []), SCANNED);
      return null;
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  }

  it('is there', () => {
    expect(problem(paths('d', 'd/e', 'new'), [entry('run')])).to.equal(null);
  });

  it('is gone with its folder, or with a folder above', () => {
    rmSync(join(root, 'd/e'), { recursive: true });
    expect(problem(paths('d', 'd/e'))).to.equal('IO_FAILED');
    symlinkSync('d', join(root, 'd/e'));
    expect(problem(paths('d', 'd/e'))).to.equal('UNSAFE_PATH');
    rmSync(join(root, 'd'), { recursive: true });
    expect(problem(paths('d', 'd/e'))).to.equal('IO_FAILED');
  });

  it('need not be: a folder is made of a file, and an empty one made again', () => {
    rmSync(join(root, 'empty'), { recursive: true });
    expect(problem(paths('empty', 'file', 'file/new'))).to.equal(null);
  });

  it('is a file still whose mode is to change', () => {
    rmSync(join(root, 'run'));
    expect(problem([], [entry('run')])).to.equal('IO_FAILED');
    symlinkSync('file', join(root, 'run'));
    expect(problem([], [entry('run')])).to.equal('UNSAFE_PATH');
  });
});
