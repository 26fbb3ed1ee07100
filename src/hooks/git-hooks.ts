import { PitonError } from '../core/errors.js';
import type { Repository } from '../store/repository-types.js';
import { blockLine, isBlockBroken, isShellScript, withBlock, withoutBlock } from './block.js';
import { GIT_EVENTS, type GitEvent } from './git-events.js';
import { gitHookFolder, usualHookFolder, type GitHookFolder } from './git-folder.js';
import {
  missingFolders,
  pathOfPlace,
  readHookFile,
  type HookFile,
  type HookPlace,
} from './hook-file.js';
import type { FileProposal, HookProposal, HookState } from './proposal.js';
import { shellLine } from './shell.js';

export interface GitHookOptions {
  repository: Repository;
  /** The user's home folder. */
  home: string;
}

export interface GitInstallOptions extends GitHookOptions {
  events: readonly GitEvent[];
  /** How piton is started from a script that only this machine has. */
  program: readonly string[];
  strict: boolean;
}

const EXECUTABLE = 0o111;
const NEW_MODE = 0o755;

/** Programs that write hook scripts of their own, by what stands in those. */
const MANAGERS: readonly { mark: RegExp; note: string }[] = [
  {
    mark: /lefthook/i,
    note:
      'lefthook makes this script anew when its settings change, without piton; what stays is a ' +
      "command 'piton hooks run git <hook>' in lefthook.yml",
  },
  {
    mark: /pre-commit\.com|\bpre_commit\b/,
    note:
      "'pre-commit install' makes this script anew, without piton; what stays is a local hook " +
      "with 'piton hooks run git <hook>' in .pre-commit-config.yaml",
  },
];

/** Every hook of git that piton can be in, and whether it is. */
export function gitHookStates(options: GitHookOptions): HookState[] {
  const events = Object.keys(GIT_EVENTS) as GitEvent[];
  let folder: GitHookFolder;
  try {
    folder = gitHookFolder(options.repository, options.home);
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    const place = options.repository.config.get('core.hookspath') ?? '';
    return events.map((event) => ({ ...stateOf(event, null), place, note: error.message }));
  }
  return events.map((event) => stateAt(event, folder.place(event)));
}

/**
 * Puts piton into hooks of git.
 * @throws {PitonError} `UNSAFE_PATH` for scripts behind links, `UNSUPPORTED_FORMAT` for those that
 * are no shell scripts or that git does not run, `UNSUPPORTED_REPOSITORY` as `gitHookFolder`
 */
export function proposeGitInstall(options: GitInstallOptions): HookProposal {
  const folder = gitHookFolder(options.repository, options.home);
  const files = options.events.map((event) => installAt(event, folder, options));
  const hooks = options.events.map((event, index) => {
    const place = folder.place(event);
    return stateOf(event, place, files[index]?.after ?? null);
  });
  return { hooks, files };
}

/**
 * Takes piton out of hooks of git: where git looks for them, and where it would look if no
 * `core.hooksPath` had been set since. Scripts that piton is not in are left alone.
 */
export function proposeGitUninstall(
  options: GitHookOptions & { events: readonly GitEvent[] },
): HookProposal {
  const { repository, home, events } = options;
  const usual = usualHookFolder(repository);
  const folder = unlessRefused(() => gitHookFolder(repository, home)) ?? usual;
  const places = events.flatMap((event) => [folder.place(event), usual.place(event)]);
  const unique = new Map(places.map((place) => [pathOfPlace(place), place]));
  return {
    hooks: events.map((event) => stateOf(event, folder.place(event))),
    files: [...unique.values()].flatMap((place) =>
      [place, ...movedAside(place)].flatMap((each) => uninstallAt(each)),
    ),
  };
}

/**
 * Where managers put a script that was there before their own: pre-commit, which goes on running
 * it, and lefthook, which brings it back when it is uninstalled.
 */
function movedAside({ base, below }: HookPlace): HookPlace[] {
  return ['legacy', 'old'].map((end) => ({ base, below: `${below}.${end}` }));
}

function installAt(
  event: GitEvent,
  folder: GitHookFolder,
  { program, strict }: GitInstallOptions,
): FileProposal {
  const place = folder.place(event);
  const before = readHookFile(place);
  if (before !== null) assertTakesBlock(before, place, folder);
  const line = shellLine(
    {
      // Those who share the script have piton elsewhere.
      program: folder.kind === 'own' ? program : ['piton'],
      words: ['git', event],
      strict,
      failureStatus: 1,
    },
    ' </dev/null >/dev/null',
  );
  const madeFolders = missingFolders(place);
  const text = withBlock(before?.text ?? null, line, madeFolders);
  return { place, before, after: { text, mode: before?.mode ?? NEW_MODE }, madeFolders };
}

function uninstallAt(place: HookPlace): FileProposal[] {
  const before = unlessRefused(() => readHookFile(place));
  if (before === null || blockLine(before.text) === null) return [];
  const { text, madeFolders } = withoutBlock(before.text);
  const after = text === null ? null : { text, mode: before.mode };
  return [{ place, before, after, madeFolders }];
}

/** Null for what is refused: piton does not write there, so it is not in there either. */
function unlessRefused<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof PitonError) return null;
    throw error;
  }
}

function assertTakesBlock(script: HookFile, place: HookPlace, folder: GitHookFolder): void {
  const path = pathOfPlace(place);
  const refuse = (problem: string, hint: string): never => {
    throw new PitonError('UNSUPPORTED_FORMAT', `${path} ${problem}`, { hint, details: { path } });
  };
  if (!isShellScript(script.text)) {
    refuse('is no shell script', "call 'piton hooks run git <hook>' from it by hand");
  }
  if (isBlockBroken(script.text)) {
    refuse('holds a part of a block of piton', 'take the lines with ">>> piton" out by hand');
  }
  if (folder.kind !== 'husky' && (script.mode & EXECUTABLE) === 0) {
    // Making it executable would start what its owner has put to rest.
    refuse('is not executable, so git does not run it', 'make it executable, or remove it');
  }
}

function stateAt(event: GitEvent, place: HookPlace): HookState {
  try {
    const state = stateOf(event, place, readHookFile(place));
    return state.installed ? state : (legacyState(event, place) ?? state);
  } catch (error) {
    if (error instanceof PitonError) return { ...stateOf(event, place), note: error.message };
    throw error;
  }
}

/** The state of a script that pre-commit has moved aside and runs from there. */
function legacyState(event: GitEvent, { base, below }: HookPlace): HookState | null {
  const place = { base, below: `${below}.legacy` };
  const state = stateOf(event, place, readHookFile(place));
  return state.installed ? { ...state, note: 'pre-commit has moved it there, and runs it' } : null;
}

function stateOf(
  event: GitEvent,
  place: HookPlace | null,
  script: HookFile | null = null,
): HookState {
  const line = script === null ? null : blockLine(script.text);
  const manager = MANAGERS.find(({ mark }) => script !== null && mark.test(script.text));
  return {
    host: 'git',
    place: place === null ? '' : pathOfPlace(place),
    event,
    level: 'project',
    installed: line !== null,
    strict: line?.includes(' --strict') ?? false,
    note: manager?.note ?? null,
  };
}
