import ts from 'typescript';
import { findingAt, walk, type Finding, type Source } from './source.js';

/** What the library never looks at or touches: these are the command line's alone. */
const OF_PROCESS = new Set([
  'argv',
  'chdir',
  'cwd',
  'env',
  'exit',
  'exitCode',
  'stderr',
  'stdin',
  'stdout',
]);

/** They answer by environment variables. `os.userInfo().homedir` asks the system. */
const OF_OS = new Set(['homedir', 'tmpdir']);

/** Uses of the process's surroundings outside `src/cli`. */
export function checkSurroundings(source: Source): Finding[] {
  if (source.path.startsWith('src/cli/')) return [];
  return [...walk(source.ast)].flatMap((node) => {
    const used = surroundingUsed(node);
    if (used === undefined) return [];
    return [findingAt(source, node, `${used} is for src/cli only; take it as an argument`)];
  });
}

function surroundingUsed(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return memberUsed(node.expression.text, node.name.text);
  }
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const specifier = node.moduleSpecifier.text;
    if (specifier === 'node:process') return specifier;
    if (specifier === 'node:os') return osFunctionImported(node);
  }
  return undefined;
}

function memberUsed(object: string, member: string): string | undefined {
  if (object === 'console') return `console.${member}`;
  if (object === 'process' && OF_PROCESS.has(member)) return `process.${member}`;
  return object === 'os' && OF_OS.has(member) ? `os.${member}` : undefined;
}

function osFunctionImported(node: ts.ImportDeclaration): string | undefined {
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return undefined;
  return bindings.elements
    .map((element) => (element.propertyName ?? element.name).text)
    .find((name) => OF_OS.has(name));
}
