import { asBytePath, joinPath, ROOT, type BytePath } from '../../core/byte-path.js';
import { foldCase } from './glob.js';
import { parseIgnoreFile, parseIgnorePattern } from './ignore-rule.js';
import { RuleList } from './rule-list.js';

/** The contents of one of a folder's ignore files, or null when it has none. */
export type ReadIgnoreFile = (name: BytePath) => Buffer | null;

/** The rules that do not come from files of the worktree. */
export interface IgnoreSources {
  /** Values of `piton.exclude`, one pattern each. */
  readonly exclude: readonly BytePath[];
  /** The text of `info/exclude`, or null when there is none. */
  readonly infoExclude: Buffer | null;
  /** The text of the file that `core.excludesFile` names, or null. */
  readonly excludesFile: Buffer | null;
  /** `core.ignoreCase`: ASCII letters match in either case. */
  readonly ignoreCase: boolean;
}

/** The rule that decides about a path. */
export interface IgnoreDecision {
  /** The path of an ignore file, `piton.exclude`, `info/exclude` or `core.excludesFile`. */
  readonly source: string;
  /** The line in it, from 1; for `piton.exclude`, which of its values. */
  readonly line: number;
  readonly pattern: BytePath;
  /** False when the rule is a negated one. */
  readonly ignored: boolean;
}

/** The one that git knows nothing of. */
export const OWN_IGNORE_FILE = asBytePath('.pitonignore');

/** A folder's own ignore files; of two rules that match, one of the first file wins. */
export const IGNORE_FILES = [OWN_IGNORE_FILE, asBytePath('.gitignore')] as const;

/** What one folder's scope shares with those below it. */
interface ScopeRules {
  readonly foldsCase: boolean;
  readonly recorded: ReadonlyMap<BytePath, Buffer>;
}

/**
 * The rules in effect in one folder. What lies in an ignored folder is ignored, and no rule can
 * take it out again.
 */
export class IgnoreScope {
  readonly directory: BytePath;
  readonly #rules: ScopeRules;
  /** From `piton.exclude`: above every file. */
  readonly #top: readonly RuleList[];
  /** The higher ones first. */
  readonly #lists: readonly RuleList[];
  readonly #excludedBy: IgnoreDecision | null;

  constructor(
    rules: ScopeRules,
    directory: BytePath,
    top: readonly RuleList[],
    lists: readonly RuleList[],
    excludedBy: IgnoreDecision | null = null,
  ) {
    this.#rules = rules;
    this.directory = directory;
    this.#top = top;
    this.#lists = lists;
    this.#excludedBy = excludedBy;
  }

  /** The scope of a folder in this one. An ignored folder's own ignore files are not read. */
  enter(name: BytePath, readFile: ReadIgnoreFile): IgnoreScope {
    const directory = joinPath(this.directory, name);
    const decision = this.explain(name, true);
    if (decision?.ignored === true) {
      return new IgnoreScope(this.#rules, directory, this.#top, this.#lists, decision);
    }
    const key = this.#keyOf(name);
    const own = ownLists(this.#rules, directory, readFile);
    const inherited = enterAll(this.#lists, key);
    const lists = own.length === 0 ? inherited : [...own, ...inherited];
    return new IgnoreScope(this.#rules, directory, enterAll(this.#top, key), lists);
  }

  isIgnored(name: BytePath, isDirectory: boolean): boolean {
    return this.explain(name, isDirectory)?.ignored ?? false;
  }

  /** The rule that decides about an entry of this folder, or null when none matches. */
  explain(name: BytePath, isDirectory: boolean): IgnoreDecision | null {
    if (this.#excludedBy !== null) return this.#excludedBy;
    const key = this.#keyOf(name);
    return decide(this.#top, key, isDirectory) ?? decide(this.#lists, key, isDirectory);
  }

  #keyOf(name: BytePath): string {
    return this.#rules.foldsCase ? foldCase(name) : name;
  }
}

function decide(
  lists: readonly RuleList[],
  key: string,
  isDirectory: boolean,
): IgnoreDecision | null {
  const dot = key.lastIndexOf('.');
  const extension = dot < 0 ? undefined : key.slice(dot + 1);
  for (const list of lists) {
    const rule = list.decide(key, extension, isDirectory);
    if (rule !== undefined) {
      const { line, text, negated } = rule;
      return { source: list.source, line, pattern: text, ignored: !negated };
    }
  }
  return null;
}

/** The lists one folder further down, without those that cannot match there; shared if equal. */
function enterAll(lists: readonly RuleList[], key: string): readonly RuleList[] {
  const entered = lists.map((list) => list.enter(key));
  if (entered.every((list, index) => list === lists[index])) return lists;
  return entered.filter((list) => !list.isEmpty);
}

function ownLists(rules: ScopeRules, directory: BytePath, readFile: ReadIgnoreFile): RuleList[] {
  return IGNORE_FILES.flatMap((name) => {
    const path = joinPath(directory, name);
    const text = rules.recorded.get(path) ?? readFile(name);
    return text === null ? [] : listOf(path, text, rules.foldsCase);
  });
}

function listOf(source: string, text: Buffer | null, foldsCase: boolean): RuleList[] {
  if (text === null) return [];
  const list = RuleList.of(source, parseIgnoreFile(text), foldsCase);
  return list.isEmpty ? [] : [list];
}

/**
 * The ignore rules of a workspace. Of all rules that match a path the last one decides, in this
 * order from strong to weak: `piton.exclude`; the ignore files of each folder, the deepest folder
 * first and `.pitonignore` before `.gitignore`; `info/exclude`; the file of `core.excludesFile`.
 */
export class IgnoreRules {
  readonly sources: IgnoreSources;
  /** Ignore files that are known although `readFile` may not have them, by path. */
  readonly recorded: ReadonlyMap<BytePath, Buffer>;

  constructor(sources: IgnoreSources, recorded: ReadonlyMap<BytePath, Buffer> = new Map()) {
    this.sources = sources;
    this.recorded = recorded;
  }

  /** The scope of the root folder, where a walk from the top begins. */
  rootScope(readFile: ReadIgnoreFile): IgnoreScope {
    const { exclude, infoExclude, excludesFile, ignoreCase } = this.sources;
    const rules = { foldsCase: ignoreCase, recorded: this.recorded };
    const patterns = exclude.map((pattern, index) => parseIgnorePattern(pattern, index + 1));
    const top = RuleList.of('piton.exclude', patterns, ignoreCase);
    return new IgnoreScope(rules, ROOT, top.isEmpty ? [] : [top], [
      ...ownLists(rules, ROOT, readFile),
      ...listOf('info/exclude', infoExclude, ignoreCase),
      ...listOf('core.excludesFile', excludesFile, ignoreCase),
    ]);
  }
}
