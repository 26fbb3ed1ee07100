import ts from 'typescript';
import { importsOf, resolveImport } from './imports.js';
import { findingAt, walk, type Finding, type Source } from './source.js';

/** Exports that are taken by something outside `src`. */
export const TAKEN_OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'src/cli/code-cache.ts': ['keepCompiledCode'],
  'src/cli/main.ts': ['main'],
  'src/cli/man-page.ts': ['manPage'],
  // The reference of the command line is checked against the table.
  'src/core/errors.ts': ['EXIT_CODE_BY_ERROR'],
};

const DOOR = 'src/index.ts';

interface Export {
  name: string;
  node: ts.Node;
  /** Whether it exists for the compiler only. */
  typeOnly: boolean;
}

/** Default exports, and re-exports anywhere but in the one door. */
export function checkExportForms(source: Source): Finding[] {
  return [...walk(source.ast)].flatMap((node) => {
    if (ts.isExportAssignment(node) || hasModifier(node, ts.SyntaxKind.DefaultKeyword)) {
      return [findingAt(source, node, 'a default export; export by name')];
    }
    if (!ts.isExportDeclaration(node) || node.moduleSpecifier === undefined) return [];
    if (source.path !== DOOR) {
      return [findingAt(source, node, `passes exports on; only ${DOOR} does`)];
    }
    // Of the files that hold the types of the door, all is offered.
    if (node.exportClause !== undefined || node.isTypeOnly) return [];
    return [findingAt(source, node, 'exports everything; name what the door offers')];
  });
}

/**
 * Exports that no other file of `src` imports. A type may also be exported because another
 * export of its own file mentions it: whoever imports that one meets the type.
 */
export function checkUnusedExports(sources: readonly Source[]): Finding[] {
  const taken = takenNames(sources);
  return sources.flatMap((source) => {
    if (source.path === DOOR) return [];
    const names = taken.get(source.path) ?? new Set();
    if (names.has('*')) return [];
    return exportsOf(source).flatMap(({ name, node, typeOnly }) => {
      if (names.has(name) || (typeOnly && isMentioned(source, name, node))) return [];
      return [findingAt(source, node, `nothing in src imports ${name}; drop the export or it`)];
    });
  });
}

function takenNames(sources: readonly Source[]): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>();
  for (const [path, names] of Object.entries(TAKEN_OUTSIDE)) taken.set(path, new Set(names));
  for (const source of sources) {
    for (const { specifier, names } of importsOf(source)) {
      const target = resolveImport(source.path, specifier);
      if (target === undefined) continue;
      taken.set(target, new Set([...(taken.get(target) ?? []), ...names]));
    }
  }
  return taken;
}

function exportsOf(source: Source): Export[] {
  return source.ast.statements.flatMap((node): Export[] => {
    if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
      return node.exportClause.elements.map((element) => ({
        name: element.name.text,
        node: element,
        typeOnly: node.isTypeOnly || element.isTypeOnly,
      }));
    }
    if (!hasModifier(node, ts.SyntaxKind.ExportKeyword)) return [];
    const typeOnly = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    return namesDeclared(node).map((name) => ({ name, node, typeOnly }));
  });
}

function namesDeclared(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.flatMap(({ name }) => namesBound(name));
  }
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return named && node.name !== undefined ? [node.name.text] : [];
}

function namesBound(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? namesBound(element.name) : [],
  );
}

function isMentioned(source: Source, name: string, declaration: ts.Node): boolean {
  return source.ast.statements.some((statement) => {
    if (statement === declaration || !hasModifier(statement, ts.SyntaxKind.ExportKeyword)) {
      return false;
    }
    return [...walk(statement)].some((node) => ts.isIdentifier(node) && node.text === name);
  });
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}
