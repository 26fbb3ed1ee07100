import type { IgnoreRule } from './ignore-rule.js';
import { compileGlob, foldCase, literalLength, matchesGlob, type Glob } from './glob.js';

/** For each exact key the last rule about it, split by whether the rule is about folders only. */
class LiteralTable {
  readonly #any = new Map<string, number>();
  readonly #directories = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#any.size === 0 && this.#directories.size === 0;
  }

  /** Rules come in their order, so a later one takes the place of an earlier one. */
  add(key: string, rule: IgnoreRule, index: number): void {
    (rule.directoryOnly ? this.#directories : this.#any).set(key, index);
  }

  /** The index of the last rule that applies, or -1. */
  find(key: string, isDirectory: boolean): number {
    const any = this.#any.get(key) ?? -1;
    if (!isDirectory) return any;
    return Math.max(any, this.#directories.get(key) ?? -1);
  }
}

/** A rule that no table can hold. Its parts are tried from cheap to dear. */
interface PatternRule {
  readonly index: number;
  readonly directoryOnly: boolean;
  readonly anchored: boolean;
  /** What the text must begin with. */
  readonly prefix: string;
  /** What has to follow the prefix; null: anything that ends in `suffix`. */
  readonly glob: Glob | null;
  readonly suffix: string;
}

/** Names in one folder, seen from the list's own: `folder` ends in `/` or is ''. */
interface AnchoredLiterals {
  readonly folder: string;
  readonly names: LiteralTable;
}

const EXTENSION_PATTERN = /^\*\.[^*?[\\.]*$/;
const SUFFIX_PATTERN = /^\*[^*?[\\]*$/;

/** The rules of one source, sorted by how they can be looked up. */
class RuleTables {
  readonly names = new LiteralTable();
  readonly extensions = new LiteralTable();
  /** The last rule first. */
  readonly patterns: PatternRule[] = [];
  readonly anchored = new Map<string, AnchoredLiterals>();
  readonly rules: readonly IgnoreRule[];
  readonly #foldsCase: boolean;

  constructor(rules: readonly IgnoreRule[], foldsCase: boolean) {
    this.rules = rules;
    this.#foldsCase = foldsCase;
    rules.forEach((rule, index) => {
      if (rule.anchored) this.#addAnchored(rule, index);
      else this.#addName(rule, index);
    });
    this.patterns.reverse();
  }

  #folded(text: string): string {
    return this.#foldsCase ? foldCase(text) : text;
  }

  #addName(rule: IgnoreRule, index: number): void {
    const { pattern } = rule;
    if (literalLength(pattern) === pattern.length) {
      this.names.add(this.#folded(pattern), rule, index);
    } else if (EXTENSION_PATTERN.test(pattern)) {
      this.extensions.add(this.#folded(pattern.slice(2)), rule, index);
    } else if (SUFFIX_PATTERN.test(pattern)) {
      this.#addPattern(rule, index, '', null, this.#folded(pattern.slice(1)));
    } else {
      this.#addGlob(rule, index, pattern);
    }
  }

  /** git matches what follows the literal part as a pattern of its own: stars begin it. */
  #addAnchored(rule: IgnoreRule, index: number): void {
    const pattern = rule.pattern.slice(rule.pattern.startsWith('/') ? 1 : 0);
    if (literalLength(pattern) < pattern.length) {
      this.#addGlob(rule, index, pattern);
      return;
    }
    const path = this.#folded(pattern);
    const nameAt = path.lastIndexOf('/') + 1;
    const folder = path.slice(0, nameAt);
    const literals = this.anchored.get(folder) ?? { folder, names: new LiteralTable() };
    literals.names.add(path.slice(nameAt), rule, index);
    this.anchored.set(folder, literals);
  }

  #addGlob(rule: IgnoreRule, index: number, pattern: string): void {
    const length = literalLength(pattern);
    const glob = compileGlob(pattern.slice(length), this.#foldsCase);
    if (glob === null) return;
    this.#addPattern(rule, index, this.#folded(pattern.slice(0, length)), glob, '');
  }

  #addPattern(
    rule: IgnoreRule,
    index: number,
    prefix: string,
    glob: Glob | null,
    suffix: string,
  ): void {
    const { directoryOnly, anchored } = rule;
    this.patterns.push({ index, directoryOnly, anchored, prefix, glob, suffix });
  }
}

/** The rules of one source as they apply in one folder: the source's own or one below it. */
export class RuleList {
  /** Where the rules were read, for people. */
  readonly source: string;
  readonly #tables: RuleTables;
  /** The folder seen from the source's, folded like the rules; ends in `/` or is ''. */
  readonly #folder: string;
  readonly #patterns: readonly PatternRule[];
  readonly #anchored: readonly AnchoredLiterals[];
  readonly #here: LiteralTable | undefined;

  private constructor(
    source: string,
    tables: RuleTables,
    folder: string,
    patterns: readonly PatternRule[],
    anchored: readonly AnchoredLiterals[],
  ) {
    this.source = source;
    this.#tables = tables;
    this.#folder = folder;
    this.#patterns = patterns;
    this.#anchored = anchored;
    this.#here = anchored.find((literals) => literals.folder === folder)?.names;
  }

  static of(source: string, rules: readonly IgnoreRule[], foldsCase: boolean): RuleList {
    const tables = new RuleTables(rules, foldsCase);
    return new RuleList(source, tables, '', tables.patterns, [...tables.anchored.values()]);
  }

  /** Whether nothing here or below can match. */
  get isEmpty(): boolean {
    const { names, extensions } = this.#tables;
    const hasLists = this.#patterns.length > 0 || this.#anchored.length > 0;
    return !hasLists && names.isEmpty && extensions.isEmpty;
  }

  /** The same rules one folder further down; the same object when that makes no difference. */
  enter(name: string): RuleList {
    if (this.#anchored.length === 0 && !this.#patterns.some((pattern) => pattern.anchored)) {
      return this;
    }
    const folder = `${this.#folder}${name}/`;
    const patterns = this.#patterns.filter(
      ({ anchored, prefix }) => !anchored || folder.startsWith(prefix) || prefix.startsWith(folder),
    );
    const anchored = this.#anchored.filter((literals) => literals.folder.startsWith(folder));
    return new RuleList(this.source, this.#tables, folder, patterns, anchored);
  }

  /**
   * The last rule that matches an entry of this folder. `name` is folded like the rules;
   * `extension` is what follows its last dot, undefined when it has none.
   */
  decide(
    name: string,
    extension: string | undefined,
    isDirectory: boolean,
  ): IgnoreRule | undefined {
    const { names, extensions, rules } = this.#tables;
    let last = names.find(name, isDirectory);
    if (extension !== undefined) last = Math.max(last, extensions.find(extension, isDirectory));
    if (this.#here !== undefined) last = Math.max(last, this.#here.find(name, isDirectory));
    last = Math.max(last, this.#lastPattern(name, isDirectory, last));
    return last < 0 ? undefined : rules[last];
  }

  /** The index of the last pattern that matches and comes after the rule at `after`, or -1. */
  #lastPattern(name: string, isDirectory: boolean, after: number): number {
    for (const pattern of this.#patterns) {
      if (pattern.index <= after) return -1;
      if (pattern.directoryOnly && !isDirectory) continue;
      if (this.#matches(pattern, name)) return pattern.index;
    }
    return -1;
  }

  #matches({ anchored, prefix, glob, suffix }: PatternRule, name: string): boolean {
    if (glob === null) return name.endsWith(suffix);
    const text = anchored ? this.#folder + name : name;
    return text.startsWith(prefix) && matchesGlob(glob, text, prefix.length);
  }
}
