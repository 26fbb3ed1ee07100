import type { HashAlgorithm } from '../core/types.js';

/** What git's configuration says, all files merged, later ones win. Keys as `git config -z -l`. */
export interface GitConfig {
  /** The last value of a key such as `core.bare` or `remote.origin.url`. */
  get(key: string): string | undefined;
  getAll(key: string): string[];
  /** As git reads booleans; undefined when absent. */
  getBoolean(key: string): boolean | undefined;
  /** With git's suffixes k, m, g; undefined when absent or not a number. */
  getInteger(key: string): number | undefined;
  keys(): string[];
  /**
   * Whether the last value of a key comes from the repository's own files, which are hostile, and
   * not from the user's or the machine's. Without an answer it counts as the repository's.
   */
  isFromRepository?(key: string): boolean;
}

/** A found repository. All paths are absolute, real (no links in them) text without a final `/`. */
export interface Repository {
  /** The worktree's root. */
  root: string;
  /** This worktree's own git dir (for a linked worktree not the common one). */
  gitDir: string;
  /** Where objects, refs and config are; equal to `gitDir` except in linked worktrees. */
  commonDir: string;
  /** `<gitDir>/piton`. */
  stateDir: string;
  kind: 'main' | 'linked_worktree' | 'submodule' | 'separate_git_dir';
  algorithm: HashAlgorithm;
  refStorage: 'files' | 'reftable';
  /** `extensions.*` that piton's own code does not know; then only the native engine will do. */
  unknownExtensions: string[];
  config: GitConfig;
}

/** What the surroundings say; the library takes these as arguments and never looks them up. */
export interface UserFiles {
  /** The user's home folder, for `~` in config values and for refusing it as a workspace. */
  home: string;
  /** `$XDG_CONFIG_HOME`, or `<home>/.config`. */
  configHome: string;
  /** The machine-wide config file, or null to leave it out. */
  systemConfig: string | null;
}
