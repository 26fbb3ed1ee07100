import ts from 'typescript';
import { importsOf, resolveImport } from './imports.js';
import { walk, type Finding, type Source } from './source.js';

/** Files of `src` that no entry point leads to. */
export function checkReach(sources: readonly Source[], entries: readonly string[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const missing = entries.filter((entry) => !byPath.has(entry));
  const reached = reachedFrom(entries, byPath);
  return [
    ...missing.map((entry) => `${entry}:1: is an entry point of the build and does not exist`),
    ...sources
      .filter((source) => !reached.has(source.path))
      .map((source) => `${source.path}:1: no entry point leads here; use it or drop it`),
  ];
}

/**
 * Test files that no stage runs: outside the stages' folders, or holding tests under a name that
 * is not `*.test.ts` without being imported by one that is.
 */
export function checkTestsAreRun(tests: readonly Source[], folders: readonly string[]): Finding[] {
  const imported = new Set(tests.flatMap(targetsOf));
  return tests.flatMap((source) => {
    if (source.path.endsWith('.test.ts')) {
      if (folders.some((folder) => source.path.startsWith(`test/${folder}/`))) return [];
      return [`${source.path}:1: no stage of test/run/stages.ts runs this folder`];
    }
    if (imported.has(source.path) || !holdsTests(source)) return [];
    return [`${source.path}:1: holds tests that are never run; call it *.test.ts`];
  });
}

/**
 * Files of `src` with code that the tests of their folder never come by: there is no test in the
 * mirrored place, and what the folder's tests import does not lead to them.
 */
export function checkMirrors(sources: readonly Source[], tests: readonly Source[]): Finding[] {
  const byPath = new Map([...sources, ...tests].map((source) => [source.path, source]));
  const reachedByFolder = new Map<string, ReadonlySet<string>>();
  const reachedIn = (folder: string): ReadonlySet<string> => {
    const own = tests.filter((test) => test.path.startsWith(folder)).map((test) => test.path);
    const reached = reachedByFolder.get(folder) ?? reachedFrom(own, byPath);
    reachedByFolder.set(folder, reached);
    return reached;
  };
  return sources.flatMap((source) => {
    const mirror = source.path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
    if (byPath.has(mirror) || !hasCode(source)) return [];
    const folder = `${mirror.split('/').slice(0, 2).join('/')}/`;
    if (reachedIn(folder).has(source.path)) return [];
    return [`${source.path}:1: has code and no test in ${folder}; add ${mirror}`];
  });
}

function reachedFrom(
  starts: readonly string[],
  byPath: ReadonlyMap<string, Source>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...targetsOf(source));
  }
  return reached;
}

function targetsOf(source: Source): string[] {
  return importsOf(source).flatMap(({ specifier }) => {
    const target = resolveImport(source.path, specifier);
    return target === undefined ? [] : [target];
  });
}

function holdsTests(source: Source): boolean {
  return [...walk(source.ast)].some(
    (node) =>
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'describe',
  );
}

/** Types, and tables of plain values, have nothing in them that a test could run. */
function hasCode(source: Source): boolean {
  return [...walk(source.ast)].some(
    (node) =>
      (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) ||
      ts.isCallExpression(node) ||
      ts.isNewExpression(node),
  );
}
