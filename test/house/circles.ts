import ts from 'typescript';
import { importsOf, resolveImport } from './imports.js';
import { findingAt, type Finding, type Source } from './source.js';

/**
 * Files that import themselves by way of others, for a value or a type. What is imported when it
 * is needed, as commands are, does not count.
 */
export function checkCircles(sources: readonly Source[]): Finding[] {
  const targets = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, node }) => {
      const target = resolveImport(source.path, specifier);
      if (!isStatic(node) || target === undefined) return [];
      const way = wayTo(source.path, target, targets);
      if (way === null) return [];
      return [findingAt(source, node, `leads back here: ${[source.path, ...way].join(' -> ')}`)];
    }),
  );
}

function isStatic(node: ts.Node): boolean {
  return ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
}

function targetsOf(source: Source): string[] {
  return importsOf(source).flatMap(({ specifier, node }) => {
    const target = isStatic(node) ? resolveImport(source.path, specifier) : undefined;
    return target === undefined ? [] : [target];
  });
}

/** The files on a shortest way from one to another, both ends included; null without one. */
function wayTo(
  end: string,
  start: string,
  targets: ReadonlyMap<string, readonly string[]>,
): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set([start]);
  for (const way of ways) {
    const last = way.at(-1) ?? start;
    if (last === end) return way;
    for (const next of targets.get(last) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
