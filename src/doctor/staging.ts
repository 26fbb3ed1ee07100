import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  asBytePath,
  bytePathFromText,
  fsPath,
  joinPath,
  nameOf,
  parentOf,
  pathToJson,
  ROOT,
  type BytePath,
} from '../core/byte-path.js';
import { systemErrorCode } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { contentsOf, isFolder } from '../disk/contents.js';
import { namesIn } from '../disk/names-in.js';
import { removeEmptyFolder } from '../disk/remove-folder.js';
import { STAGING_NAME } from '../worktree/walk.js';
import type { Check, Finding } from './check.js';
import { removeWhole, showContents } from './folders.js';
import { hasJournal } from './has-journal.js';

function foldersIn(path: BytePath): BytePath[] {
  try {
    const entries = readdirSync(fsPath(path), { encoding: 'latin1', withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => asBytePath(name));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}

/** Folders that rollbacks made in the worktree, where another file system is mounted in it. */
function stagingFolders(root: BytePath, signal: AbortSignal | undefined): BytePath[] {
  const found: BytePath[] = [];
  const folders = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    const inside = foldersIn(folder === ROOT ? root : joinPath(root, folder));
    for (const name of inside) {
      if (STAGING_NAME.test(name)) found.push(joinPath(folder, name));
      else if (name !== '.git') folders.push(joinPath(folder, name));
    }
  }
  return found;
}

function inState(stateDir: string): Finding[] {
  return namesIn(join(stateDir, 'staging')).map((name) => {
    const path = join(stateDir, 'staging', name);
    const contents = showContents(contentsOf(bytePathFromText(path)));
    return {
      severity: 'should',
      message: `staging/${name} holds ${contents} that no operation needs`,
      ...(isId(name) && { repair: () => removeWhole(stateDir, asBytePath('staging'), name) }),
    };
  });
}

function inWorktree(root: string, path: BytePath): Finding[] {
  const absolute = joinPath(bytePathFromText(root), path);
  const shown = JSON.stringify(pathToJson(path));
  const removeIfEmpty = (): void => {
    removeEmptyFolder(root, parentOf(path), nameOf(path));
  };
  const names = foldersIn(absolute);
  const findings = names.map((name): Finding => {
    const contents = showContents(contentsOf(joinPath(absolute, name)));
    if (name !== 'new') {
      const what = `${name} in ${shown} holds ${contents} that were set aside`;
      const message = `${what}; take what you need and delete it`;
      return { severity: 'should', message };
    }
    const repair = (): void => {
      removeWhole(root, path, name);
      removeIfEmpty();
    };
    const message = `${name} in ${shown} holds ${contents} that no operation needs`;
    return { severity: 'should', message, repair };
  });
  if (findings.length > 0 || !isFolder(absolute)) return findings;
  return [{ severity: 'should', message: `${shown} is left over`, repair: removeIfEmpty }];
}

/** Staged copies of a rollback that is no more. What it set aside is never removed. */
export const STAGING: Check = {
  name: 'staging',
  look: ({ repository, signal }) => {
    if (hasJournal(repository)) return [];
    const { root, stateDir } = repository;
    const folders = stagingFolders(bytePathFromText(root), signal);
    return [...inState(stateDir), ...folders.flatMap((path) => inWorktree(root, path))];
  },
};
