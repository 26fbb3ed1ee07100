import { PitonError } from '../core/errors.js';
import { askVersion } from './ask-version.js';
import type { GitProgram } from './git-program.js';

/**
 * 2.32 is the first that can be kept from the user's own config (`GIT_CONFIG_GLOBAL`), and the
 * settings of a run reach it by the environment since 2.31.
 */
const MINIMUM_GIT_VERSION = '2.32.0';

/** Since when git can do what only some repositories need. */
const SINCE = {
  /** Repositories in SHA-256: 2.29 has them, but calls them an experiment without a warning. */
  sha256: '2.29.0',
  /** References kept in tables. */
  reftable: '2.45.0',
} as const;

export type GitFeature = keyof typeof SINCE;

export interface FoundGit {
  /** As git tells it, such as `2.39.5`; null when there is no git. */
  version: string | null;
  /** Whether it can be used. */
  ok: boolean;
  /** Why not, in words for a person. */
  problem?: string;
}

/** Looks for git and asks for its version; a git that does not answer properly is none. */
export async function findGit(program: GitProgram): Promise<FoundGit> {
  let answer: string;
  try {
    answer = await askVersion(program);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    return { version: null, ok: false, problem: error.message };
  }
  const version = /^git version (\d+\.\d+(?:\.\d+)?\S*)/.exec(answer)?.[1];
  if (version === undefined) {
    return { version: null, ok: false, problem: `${program.file} does not tell a version of git` };
  }
  if (isAtLeast(version, MINIMUM_GIT_VERSION)) return { version, ok: true };
  const problem = `git ${version} is too old: at least ${MINIMUM_GIT_VERSION} is needed`;
  return { version, ok: false, problem };
}

/** Whether a git of that version can do it. */
export function supports(version: string, feature: GitFeature): boolean {
  return isAtLeast(version, SINCE[feature]);
}

/** Compares by the first three numbers: `2.40.0.rc1` and `2.39.5 (Apple Git-154)` count too. */
function isAtLeast(version: string, wanted: string): boolean {
  const have = numbersOf(version);
  const want = numbersOf(wanted);
  const at = [0, 1, 2].find((index) => have[index] !== want[index]) ?? 0;
  return (have[at] ?? 0) >= (want[at] ?? 0);
}

function numbersOf(version: string): number[] {
  const numbers = version.split('.', 3).map((part) => Number.parseInt(part, 10));
  return [0, 1, 2].map((index) => numbers[index] ?? 0);
}
