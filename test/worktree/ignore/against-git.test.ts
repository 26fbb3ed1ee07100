import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, bytesOf, joinPath, ROOT, type BytePath } from '../../../src/core/byte-path.js';
import { IgnoreRules, type IgnoreScope } from '../../../src/worktree/ignore/ignore-rules.js';
import { isPathIgnored } from '../../../src/worktree/ignore/path-query.js';
import { makeRepository, tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

const NAME_PARTS = [
  'a', 'b', 'c', 'A', 'B', 'ab', 'foo', 'x.o', '.o', '.', '-', '_', '1', '*', '?', '[', ']', '!',
  '#', ' ', '\\', '\n', '\t', '\r', '\x01', '\x7f', '\xff', '\xc3\xa9', '\xa0', '{', '^', '~', ':',
]; // prettier-ignore

const WILD_PARTS = [
  '*', '**', '***', '?', '/', '/', '//', '**/', '/**', '/**/', '**/*', '*/**', '\\', '\\\\', '\\*',
  '\\/', '\\[', '\\ ', '\\#', '\\!', ' ', '  ', '\t', '\r', '!', '#', '[', ']', '[]', '[!]', '[a',
  '[a-c]', '[!a]', '[^a]', '[^a-c]', '[]a]', '[]-a]', '[a-]', '[-a]', '[!]a]', '[a/]', '[/]', '[*]',
  '[?]', '[\\]]', '[\\\\]', '[\\a-c]', '[a-\\c]', '[c-a]', '[A-Z]', '[a-Z]', '[A-c]', '[\\-a]',
  '[[:alpha:]]', '[[:upper:]]', '[[:lower:]a]', '[![:digit:]]', '[[:space:]]', '[[:punct:]]',
  '[[:cntrl:]]', '[[:print:]]', '[[:graph:]]', '[[:blank:]]', '[[:xdigit:]]', '[[:alnum:]_]',
  '[[:bogus:]]', '[[:alpha:]', '[[:alpha]', '[[:]', '[[::]]', '[[a]', '[a-[:alpha:]]',
  '[[:alpha:]-c]',   '[\x01-\xff]', '[\x80-\xff]', '\0',
]; // prettier-ignore

const name = fc
  .array(fc.constantFrom(...NAME_PARTS), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((text) => !['.', '..', '.gitignore', '.pitonignore'].includes(text));

/** Bytes of a path turned into wildcards here and there, so that patterns often match. */
const mutations = fc.array(
  fc.tuple(
    fc.nat(40),
    fc.nat(3),
    fc.constantFrom('', '*', '**', '?', '/**/', '\\', '[!x]', '**/', ' '),
  ),
  { maxLength: 3 },
);

function mutate(path: string, changes: [number, number, string][]): string {
  return changes.reduce((text, [at, length, by]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + by + text.slice(start + length);
  }, path);
}

interface Case {
  paths: string[];
  /** Where a `.gitignore` lies, with its text. */
  files: [directory: string, text: string][];
  infoExclude: string;
  excludesFile: string;
  ignoreCase: boolean;
}

const anyCase: fc.Arbitrary<Case> = fc
  .uniqueArray(name, { minLength: 2, maxLength: 5 })
  .chain((names) => {
    const path = fc
      .array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    const fromParts = fc
      .array(fc.constantFrom(...names, ...WILD_PARTS), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(''));
    const fromPath = fc.tuple(path, mutations).map(([text, changes]) => mutate(text, changes));
    const decorated = fc
      .tuple(
        fc.constantFrom('', '', '', '!', '/', '!/', '**/', '#'),
        fc.oneof(fromParts, fromPath),
        fc.constantFrom('', '', '', '/', ' ', '\\ ', '\r', '/ ', '/*', '/**'),
      )
      .map((parts) => parts.join(''));
    const text = fc
      .tuple(
        fc.constantFrom('', '', '', '\xef\xbb\xbf'),
        fc.array(decorated, { maxLength: 6 }),
        fc.constantFrom('\n', '\n', '\r\n'),
        fc.boolean(),
      )
      .map(([mark, lines, end, ended]) => mark + lines.join(end) + (ended ? end : ''));
    return fc.record({
      paths: fc.array(path, { minLength: 1, maxLength: 10 }),
      files: fc.array(fc.tuple(fc.oneof(fc.constant(''), path), text), { maxLength: 3 }),
      infoExclude: text,
      excludesFile: fc.oneof(fc.constant(''), text),
      ignoreCase: fc.constantFrom(false, false, true),
    });
  });

/** More by hand: a few thousand find what a few hundred miss. */
const RUNS = Number(process.env['PITON_TEST_RUNS'] ?? 300);

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

class Subject {
  readonly root = makeRepository();
  readonly excludesFile = join(tempDirectory(), 'ignore');
  readonly files = new Map<string, Buffer>();

  /** Makes the worktree of a case; a path that cannot be made next to the others is left out. */
  make({ paths, files, infoExclude, excludesFile }: Case): void {
    for (const entry of readdirSync(this.root, { encoding: 'latin1' })) {
      if (entry !== '.git') {
        rmSync(Buffer.from(`${this.root}/${entry}`, 'latin1'), { recursive: true });
      }
    }
    this.files.clear();
    for (const path of paths) this.#write(path, Buffer.alloc(0));
    for (const [directory, text] of files) {
      const path = joinPath(asBytePath(directory), asBytePath('.gitignore'));
      if (!this.files.has(path) && this.#write(path, latin1(text))) {
        this.files.set(path, latin1(text));
      }
    }
    writeFileSync(join(this.root, '.git', 'info', 'exclude'), latin1(infoExclude));
    writeFileSync(this.excludesFile, latin1(excludesFile));
  }

  #write(path: string, contents: Buffer): boolean {
    const absolute = latin1(`${this.root}/${path}`);
    try {
      mkdirSync(latin1(`${this.root}/${path}`.replace(/\/[^/]*$/, '')), { recursive: true });
      writeFileSync(absolute, contents);
      return true;
    } catch {
      return false;
    }
  }

  run(args: string[], ignoreCase: boolean, input: Buffer = Buffer.alloc(0)): string {
    const options = [`core.excludesFile=${this.excludesFile}`, `core.ignoreCase=${ignoreCase}`];
    const named = options.flatMap((option) => ['-c', option]);
    const run = tryGit(this.root, [...named, ...args], input);
    if (run.status > 1) throw new Error(run.stderr);
    return run.stdout.toString('latin1');
  }
}

interface Seen {
  path: BytePath;
  isDirectory: boolean;
  scope: IgnoreScope;
  name: BytePath;
}

/** Everything in the worktree, with the scope it lies in, as a scan would come by. */
function* walk(subject: Subject, scope: IgnoreScope, directory: BytePath): Generator<Seen> {
  const absolute = Buffer.concat([latin1(`${subject.root}/`), bytesOf(directory)]);
  for (const entry of readdirSync(absolute, { withFileTypes: true, encoding: 'buffer' })) {
    const own = asBytePath(entry.name.toString('latin1'));
    const path = joinPath(directory, own);
    if (path === '.git') continue;
    yield { path, isDirectory: entry.isDirectory(), scope, name: own };
    if (entry.isDirectory()) {
      const read = (file: BytePath): Buffer | null =>
        subject.files.get(joinPath(path, file)) ?? null;
      yield* walk(subject, scope.enter(own, read), path);
    }
  }
}

function explanation({ scope, name: own, isDirectory }: Seen): string {
  const rule = scope.explain(own, isDirectory);
  return rule === null ? '\0\0' : `${rule.source}\0${rule.line}\0${rule.pattern}`;
}

function check(subject: Subject, tried: Case): number {
  subject.make(tried);
  const rules = new IgnoreRules({
    exclude: [],
    infoExclude: latin1(tried.infoExclude),
    excludesFile: latin1(tried.excludesFile),
    ignoreCase: tried.ignoreCase,
  });
  const readAt = (directory: BytePath, file: BytePath): Buffer | null =>
    subject.files.get(joinPath(directory, file)) ?? null;
  const root = rules.rootScope((file) => readAt(ROOT, file));
  const seen = [...walk(subject, root, ROOT)];

  const input = latin1(seen.map(({ path }) => `./${path}\0`).join(''));
  const args = ['check-ignore', '-z', '-v', '-n', '--no-index', '--stdin'];
  const fields = subject.run(args, tried.ignoreCase, input).split('\0');
  const said = seen.map((_, index) => {
    const [source, line, pattern, path] = fields.slice(4 * index, 4 * index + 4);
    const named = source
      ?.replace('.git/info/exclude', 'info/exclude')
      .replace(subject.excludesFile, 'core.excludesFile');
    return `${path}: ${named}\0${line}\0${pattern}`;
  });
  expect(seen.map((one) => `./${one.path}: ${explanation(one)}`)).to.deep.equal(said);

  const others = subject.run(['ls-files', '-o', '--exclude-standard', '-z'], tried.ignoreCase);
  const left = seen.filter((one) => !one.isDirectory && !one.scope.isIgnored(one.name, false));
  expect(left.map(({ path }) => `${path}\0`).sort()).to.deep.equal(others.match(/[^\0]+\0/g) ?? []);

  for (const { path, isDirectory, scope, name: own } of seen) {
    const ignored = isPathIgnored(rules, path, isDirectory, readAt);
    expect(ignored, path).to.equal(scope.isIgnored(own, isDirectory));
  }
  return seen.filter((one) => one.scope.explain(one.name, one.isDirectory) !== null).length;
}

/**
 * Asks git and us about every path under every pattern, each pattern in a folder of its own; gives
 * where the answers differ, and the share of ignored ones. The paths need not exist.
 */
function compare(patterns: readonly string[], paths: readonly string[], ignoreCase: boolean) {
  const root = makeRepository();
  for (const [index, text] of patterns.entries()) {
    mkdirSync(join(root, `d${index}`));
    writeFileSync(join(root, `d${index}`, '.gitignore'), latin1(text));
  }
  const asked = patterns.flatMap((_, index) => paths.map((below) => `d${index}/${below}`));
  const args = ['-c', `core.ignoreCase=${ignoreCase}`, 'check-ignore', '-z', '--no-index'];
  const input = latin1(asked.map((one) => `${one}\0`).join(''));
  const run = tryGit(root, [...args, '--stdin'], input);
  const ignored = new Set(run.stdout.toString('latin1').split('\0'));
  const sources = { exclude: [], infoExclude: null, excludesFile: null, ignoreCase };
  const rules = new IgnoreRules(sources);
  const readAt = (directory: BytePath, file: BytePath): Buffer | null => {
    const text = /^d\d+$/.test(directory) ? patterns[Number(directory.slice(1))] : undefined;
    return text === undefined || file !== '.gitignore' ? null : latin1(text);
  };
  const differing = asked.filter(
    (one) => isPathIgnored(rules, asBytePath(one), false, readAt) !== ignored.has(one),
  );
  const named = differing.map((one) => `${patterns[Number(/\d+/.exec(one)?.[0])]} for ${one}`);
  return { differing: named, share: ignored.size / asked.length };
}

describe('worktree/ignore against git', function () {
  this.timeout(120_000);

  it('decides about every path as git does, and by the same rule', () => {
    const subject = new Subject();
    let decided = 0;
    fc.assert(
      fc.property(anyCase, (tried) => {
        decided += check(subject, tried);
      }),
      { numRuns: RUNS },
    );
    expect(decided).to.be.greaterThan(300);
  });

  it('gives every byte the class that git gives it', () => {
    const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
    const names = bytes.filter((byte) => byte !== '/').map((byte) => `x${byte}`);
    const classes = ['alnum', 'alpha', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print'];
    classes.push('punct', 'space', 'upper', 'xdigit');
    const patterns = ['[A-z]', '[^a-m]', '[Z]', '[\\Z]', '\\Z', 'Z', '[\x80-\xff]', '?', '[!/]'];
    patterns.push(
      '[a-c-e]',
      '[a[:digit:]-z]',
      '[[:]',
      '[[:]-z]',
      '[[:x]',
      '[]-a]',
      '[!]-a]',
      '[a-\\c]',
    );
    for (const word of classes) patterns.push(`[[:${word}:]]`, `[^[:${word}:]]`);
    for (const ignoreCase of [false, true]) {
      const { differing, share } = compare(
        patterns.map((pattern) => `x${pattern}`),
        names,
        ignoreCase,
      );
      expect(differing).to.deep.equal([]);
      expect(share).to.be.greaterThan(0.3);
    }
  });

  it('matches wildcards over folders as git does', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '/',
      '/',
      '*',
      '**',
      '**/',
      '/**',
      '?',
      '[ab]',
      '[!b]',
      '\\/',
    );
    const pattern = fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
    const path = fc
      .array(fc.constantFrom('a', 'b', 'aa', 'ab', 'ba', 'aab'), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join('/'));
    const { differing, share } = compare(fc.sample(pattern, RUNS * 2), fc.sample(path, 60), false);
    expect(differing).to.deep.equal([]);
    expect(share).to.be.greaterThan(0.05);
  });
});
