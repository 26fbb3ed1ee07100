import { posix } from 'node:path';
import ts from 'typescript';
import { walk, type Source } from './source.js';

/** One place where a file names another one or a package. */
export interface Import {
  specifier: string;
  /** What is taken by name; `*` when it may be anything. */
  names: readonly string[];
  /** Whether it only passes the names on: `export … from`. */
  reexport: boolean;
  node: ts.Node;
}

const known = new WeakMap<Source, readonly Import[]>();

/** Static and dynamic imports, `export … from`, `import('…')` types, and `new URL('…')`. */
export function importsOf(source: Source): readonly Import[] {
  const found = known.get(source) ?? findImports(source);
  known.set(source, found);
  return found;
}

function findImports(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of walk(source.ast)) {
    const specifier = specifierOf(node);
    if (specifier === undefined) continue;
    found.push({
      specifier,
      names: namesTaken(node),
      reexport: ts.isExportDeclaration(node),
      node,
    });
  }
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return textOf(node.argument.literal);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0]);
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    const text = textOf(node.arguments?.[0]);
    if (node.expression.text === 'URL' && text?.startsWith('.') === true) return text;
  }
  return undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function namesTaken(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node)) return namesOfClause(node.importClause);
  if (ts.isExportDeclaration(node)) {
    const clause = node.exportClause;
    if (clause === undefined || !ts.isNamedExports(clause)) return ['*'];
    return clause.elements.map((element) => (element.propertyName ?? element.name).text);
  }
  if (ts.isImportTypeNode(node)) {
    return [node.qualifier === undefined ? '*' : firstName(node.qualifier)];
  }
  if (ts.isNewExpression(node)) return [];
  return namesOfDynamicImport(node);
}

function namesOfClause(clause: ts.ImportClause | undefined): string[] {
  if (clause === undefined) return [];
  const names = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return ['*'];
  const own = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
  return [...names, ...own];
}

/** `const { a } = await import(…)` and `(await import(…)).a` take `a`; anything else, all. */
function namesOfDynamicImport(node: ts.Node): string[] {
  let user = node.parent;
  while (ts.isAwaitExpression(user) || ts.isParenthesizedExpression(user)) user = user.parent;
  if (ts.isPropertyAccessExpression(user) && user.name.text !== 'then') return [user.name.text];
  if (ts.isVariableDeclaration(user) && ts.isObjectBindingPattern(user.name)) {
    return user.name.elements.map((element) => {
      const name = element.propertyName ?? element.name;
      return ts.isIdentifier(name) && element.dotDotDotToken === undefined ? name.text : '*';
    });
  }
  return ['*'];
}

function firstName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : firstName(name.left);
}

/** The project's file that a relative specifier means: `./x.js` is `x.ts`. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** The package of a bare specifier: `lowdb` for `lowdb/node`; undefined for files and builtins. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
