import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** The project's folder, seen from `build/<out>/test/house`. */
export const ROOT = resolve(import.meta.dirname, '../../../..');

/** A file of the project; paths are relative to its folder, with `/`. */
export interface Source {
  path: string;
  text: string;
  ast: ts.SourceFile;
}

/** One thing that breaks a rule: `path:line: what is wrong and what to do`. */
export type Finding = string;

export function sourceOf(path: string, text: string): Source {
  const kind = path.endsWith('.js') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, kind) };
}

/** All files below a folder of the project whose name ends as given, sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const known = new Map<string, readonly Source[]>();

/** All TypeScript files below a folder of the project, which do not change while tests run. */
export function sourcesBelow(folder: string): readonly Source[] {
  const sources =
    known.get(folder) ?? filesBelow(folder, '.ts').map((path) => sourceOf(path, readText(path)));
  known.set(folder, sources);
  return sources;
}

export function lineOf(source: Source, node: ts.Node): number {
  return source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast)).line + 1;
}

export function findingAt(source: Source, node: ts.Node, message: string): Finding {
  return `${source.path}:${lineOf(source, node)}: ${message}`;
}

/** Every node below `node`, itself included, outer before inner. */
export function* walk(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* walk(child);
}

/** Fails a test with one finding a line. */
export function assertNone(findings: readonly Finding[]): void {
  if (findings.length > 0) {
    throw new Error(`${findings.length} findings\n${findings.join('\n')}`);
  }
}
