import { nameOf, parentOf, ROOT, type BytePath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import type { Warning } from '../core/types.js';
import { decodeCommit, hashObject } from '../store/objects/object-format.js';
import { IGNORE_FILES } from '../worktree/ignore/ignore-rules.js';
import type { IgnoreFileReader } from '../worktree/read-ignore-file.js';
import { scanTouched } from '../worktree/scan-touched.js';
import { TouchedPaths, type TouchedNames } from '../worktree/touched.js';
import type { ChangesAnswer, Mark } from './ask-for-changes.js';
import type { CheckpointContext } from './context.js';
import { factsOf } from './facts.js';
import { loadLastLook, saveLastLook, type LastLook } from './last-look.js';
import { outlookOn, scanRequestOf, type Look, type Outlook, type View } from './look.js';
import type { Checkpoint } from './metadata.js';
import { wholeLook, type Looked, type Looker } from './whole-look.js';

type Options = Parameters<Looker<View>>[1];

/** What decides what is captured in folders below: all of the worktree must be looked at anew. */
function changesTheRules(touched: TouchedNames): boolean {
  for (const [folder, names] of touched) {
    if (folder !== ROOT && names.has('.git' as BytePath)) return true;
    for (const name of names) {
      if (IGNORE_FILES.includes(name.toLowerCase() as BytePath)) return true;
    }
  }
  return false;
}

/** Files that never held still are read again, whether or not anything happened since. */
function withUnstable(touched: TouchedNames, { notCaptured }: LastLook): TouchedNames {
  const all = new Map(touched);
  for (const { path, reason } of notCaptured) {
    if (reason !== 'unstable') continue;
    const folder = parentOf(path);
    all.set(folder, new Set([...(all.get(folder) ?? []), nameOf(path)]));
  }
  return all;
}

class QuickLook {
  readonly #context: CheckpointContext;
  readonly #options: Options;
  readonly #outlook: Outlook;
  readonly #last: LastLook;

  constructor(context: CheckpointContext, options: Options, outlook: Outlook, last: LastLook) {
    this.#context = context;
    this.#options = options;
    this.#outlook = outlook;
    this.#last = last;
  }

  /** Null when the whole worktree must be looked at. */
  async run(told: TouchedNames): Promise<View | null> {
    if (changesTheRules(told) || !(await this.#stands())) return null;
    const only = new TouchedPaths(withUnstable(told, this.#last));
    if (this.#last.ignoreFiles.some(({ path }) => only.covers(path))) return null;
    const request = scanRequestOf(this.#context, this.#outlook, this.#options);
    const scan = await scanTouched({ ...request, only }, this.#last, this.#context.objects);
    const uncapturedIgnoreFiles = this.#uncapturedIgnoreFiles(this.#outlook.reader);
    if (scan === null || uncapturedIgnoreFiles === null) return null;
    const { staging, rules, nested } = this.#outlook;
    return { scan, staging, rules, nested, uncapturedIgnoreFiles };
  }

  /** Whether the checkpoint that holds what was seen is still there. */
  async #stands(): Promise<boolean> {
    const { ref, commit, tree, wholeAt } = this.#last;
    const { refs, objects, clock } = this.#context;
    const age = clock.now() - wholeAt;
    if (age < 0 || age >= DEFAULTS.wholeLookMs || (await refs.read(ref)) !== commit) return false;
    try {
      return decodeCommit((await objects.read(commit)).data).tree === tree;
    } catch (error) {
      if (error instanceof PitonError) return false;
      throw error;
    }
  }

  /** Null unless the ignore files are those that were there, and say what they said. */
  #uncapturedIgnoreFiles({ read, seen }: IgnoreFileReader): Map<BytePath, Buffer> | null {
    const { algorithm } = this.#context.repository;
    const uncaptured = new Map<BytePath, Buffer>();
    for (const { path, oid, isCaptured } of this.#last.ignoreFiles) {
      const text = seen.get(path) ?? read(parentOf(path), nameOf(path));
      if (text === null || hashObject(algorithm, 'blob', text) !== oid) return null;
      if (!isCaptured) uncaptured.set(path, text);
    }
    return seen.size === this.#last.ignoreFiles.length ? uncaptured : null;
  }
}

/** Whether a later look may leave out what did not change. */
function canBeBuiltOn({ scan, ignoreFiles }: Look): boolean {
  return (
    !scan.hasSharedFiles &&
    scan.nestedRepositories.length === 0 &&
    ignoreFiles.size <= DEFAULTS.ignoreFilesReadAgain &&
    scan.notCaptured.every(({ reason }) => reason !== 'unreadable')
  );
}

async function lookWhole(
  context: CheckpointContext,
  options: Options,
  mark: Mark,
): Promise<Looked<View>> {
  const wholeAt = context.clock.now();
  const { look, remember } = await wholeLook(context, options);
  const { repository } = context;
  return {
    look,
    remember: (checkpoint, stamp) => {
      remember(checkpoint, stamp);
      const facts = factsOf(repository, look);
      if (facts === null || !canBeBuiltOn(look)) return;
      const { tree, files, notCaptured } = look.scan;
      const ignoreFiles = [...look.ignoreFiles].map(([path, text]) => ({
        path,
        oid: hashObject(repository.algorithm, 'blob', text),
        isCaptured: !look.uncapturedIgnoreFiles.has(path),
      }));
      saveLastLook(repository.stateDir, {
        ...{ mark, facts, tree, files, notCaptured, ignoreFiles, wholeAt },
        ...{ ref: checkpoint.ref, commit: checkpoint.commit },
      });
    },
  };
}

function lookedAtTouched(
  { repository: { stateDir } }: CheckpointContext,
  last: LastLook,
  { mark, touched }: ChangesAnswer,
  look: View,
): Looked<View> {
  return {
    look,
    remember: ({ ref, commit }: Checkpoint) => {
      if (touched?.size === 0 && commit === last.commit) return;
      const { tree, files, notCaptured } = look.scan;
      saveLastLook(stateDir, { ...last, mark, ref, commit, tree, files, notCaptured });
    },
  };
}

/**
 * Asks the process that watches the workspace what may have changed since the last look, and looks
 * only there. With any doubt it looks at everything: nobody answers; the watch began anew or lost
 * count; what decides about what is captured has changed; a file has names elsewhere; a repository
 * lies within; the last whole look is too long ago for what no system tells.
 */
export const quickLook: Looker<View> = async (context, options) => {
  const { changes, repository } = context;
  const isUsual = !options.includeIgnored && (options.alsoCapture ?? []).length === 0;
  if (changes === undefined || !isUsual) return wholeLook(context, options);
  const warnings: Warning[] = [];
  const outlook = outlookOn({ ...context, warn: (warning) => warnings.push(warning) }, options);
  const facts = factsOf(repository, outlook);
  const last = loadLastLook(repository.stateDir);
  const answer = facts === null ? null : await changes({ since: last?.mark ?? null, facts });
  if (answer === null) return wholeLook(context, options);
  if (answer.touched !== null && last?.facts === facts) {
    const look = await new QuickLook(context, options, outlook, last).run(answer.touched);
    if (look !== null) {
      for (const warning of warnings) context.warn(warning);
      return lookedAtTouched(context, last, answer, look);
    }
  }
  return lookWhole(context, options, answer.mark);
};
