import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';

/** A repository as the git program is to see it. Paths are absolute. */
export interface GitRepository {
  /** The worktree's own git dir. */
  gitDir: string;
  /** Where objects and refs are; equal to `gitDir` except in linked worktrees. */
  commonDir: string;
  /**
   * The repository format: all `extensions.*` of its config, without that prefix, such as
   * `objectformat: 'sha256'`. Empty for an ordinary repository.
   */
  extensions: Readonly<Record<string, string>>;
}

export interface IsolatedRepository {
  /** What git is to take for the common dir. */
  commonDir: string;
  remove(): void;
}

/**
 * What git keeps in the common dir and piton wants of it (gitrepository-layout(5)). Left out are
 * the places that name programs or redirect git: `config`, `hooks`, `info`, `remotes`, `branches`.
 * HEAD and the index are the main worktree's, whose objects a gc from another must keep. Refs and
 * reflogs git finds by the git dir; they are linked for a version that goes by the common dir,
 * which would otherwise lose them.
 */
const DIRECTORIES = ['objects', 'refs', 'logs', 'worktrees', 'reftable'];
const FILES = ['packed-refs', 'shallow', 'HEAD', 'index'];

/**
 * A folder for git to take for the common dir, with links to the objects and refs of the real one
 * and a config of our own. Settings can only be overridden one by one and not all of them can
 * (`hook.<any name>.command`, `gc.recentObjectsHook`); so the workspace's are not read at all.
 * @throws {PitonError} `UNSUPPORTED_REPOSITORY` when an extension's name or value is none.
 */
export function isolateRepository(
  repository: GitRepository,
  temporaryFolder: string,
): IsolatedRepository {
  const config = formatConfig(repository.extensions);
  const commonDir = mkdtempSync(join(temporaryFolder, `piton-git-${process.pid}-`));
  const link = (name: string) => {
    symlinkSync(join(repository.commonDir, name), join(commonDir, name));
  };
  writeFileSync(join(commonDir, 'config'), config);
  // Git makes these files through a link to nowhere, but not the folders.
  FILES.forEach(link);
  DIRECTORIES.filter((name) => existsSync(join(repository.commonDir, name))).forEach(link);
  return {
    commonDir,
    remove: () => {
      rmSync(commonDir, { recursive: true, force: true });
    },
  };
}

const EXTENSION_NAME = /^[a-z][a-z0-9-]*$/i;
const EXTENSION_VALUE = /^[\w.:/@+-]*$/;

// It would have git read `config.worktree`, of which the workspace is the author.
const LEFT_OUT = 'worktreeconfig';

function formatConfig(extensions: Readonly<Record<string, string>>): string {
  const kept = Object.entries(extensions).filter(([name]) => name.toLowerCase() !== LEFT_OUT);
  for (const [name, value] of kept) {
    if (EXTENSION_NAME.test(name) && EXTENSION_VALUE.test(value)) continue;
    throw new PitonError('UNSUPPORTED_REPOSITORY', `unknown repository extension ${name}`, {
      hint: 'look at the extensions section of the repository config',
      details: { extension: name, value },
    });
  }
  const version = kept.length === 0 ? 0 : 1;
  return [
    `[core]\n\trepositoryformatversion = ${version}\n\tbare = false\n`,
    '[extensions]\n',
    ...kept.map(([name, value]) => `\t${name} = "${value}"\n`),
  ].join('');
}
