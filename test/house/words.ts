import ts from 'typescript';
import { findingAt, walk, type Finding, type Source } from './source.js';

/** Words that have a better one in the glossary, with that one. */
const INSTEAD: Readonly<Record<string, string>> = {
  backup: 'checkpoint, or trash for what was retired',
  backups: 'checkpoints, or trash for what was retired',
  snapshot: 'checkpoint, or scan',
  snapshots: 'checkpoints, or scans',
  task: 'step, or job for work inside the program',
  tasks: 'steps, or jobs for work inside the program',
  todo: 'step; and unfinished code is not committed',
};

/** `restore` is retire's inverse only; for worktrees the word is roll back. */
const RESTORE_FOR_ROLLBACK = /^restore(Checkpoint|Worktree|Workspace|Tree|Plan)/;

const UNFINISHED = /\b(?:TODO|FIXME|XXX|HACK)\b/;

/** Words outside the glossary in the names that a file declares and in its comments. */
export function checkWords(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const node of walk(source.ast)) {
    if (!ts.isIdentifier(node) || !isDeclared(node)) continue;
    for (const problem of problemsOfName(node.text))
      findings.push(findingAt(source, node, problem));
  }
  for (const { text, line } of commentsOf(source)) {
    for (const problem of problemsOfProse(text))
      findings.push(`${source.path}:${line}: ${problem}`);
  }
  return findings;
}

/** Words outside the glossary in a document, by line. Code blocks and spans may quote others. */
export function checkDocumentWords(path: string, text: string): Finding[] {
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replace(/[^\n]/g, ' '));
  return prose
    .split('\n')
    .flatMap((line, index) =>
      problemsOfProse(line).map((problem) => `${path}:${index + 1}: ${problem}`),
    );
}

function problemsOfName(name: string): string[] {
  const words = name.split(/_|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
  const problems = words.flatMap(problemOfWord);
  if (RESTORE_FOR_ROLLBACK.test(name)) problems.push(`${name}: say roll back`);
  return problems;
}

function problemsOfProse(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const problems = words.flatMap(problemOfWord);
  if (problems.length === 0 && UNFINISHED.test(text)) problems.push('unfinished: finish it');
  return problems;
}

function problemOfWord(word: string): string[] {
  const better = Object.hasOwn(INSTEAD, word) ? INSTEAD[word] : undefined;
  return better === undefined ? [] : [`"${word}" is not our word: say ${better}`];
}

/** Names of others (imports, members of their objects) are not ours to choose. */
function isDeclared(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isImportSpecifier(parent))
    return parent.propertyName !== undefined && parent.name === node;
  if (ts.isBindingElement(parent)) return parent.name === node;
  return isNamedDeclaration(parent) && parent.name === node;
}

function isNamedDeclaration(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node)
  );
}

/** Every comment, a line at a time. */
export function commentsOf(source: Source): { text: string; line: number }[] {
  const starts = new Map<number, string>();
  for (const node of walk(source.ast)) {
    const ranges = [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) starts.set(pos, source.text.slice(pos, end));
  }
  return [...starts].flatMap(([position, comment]) => {
    const { line } = source.ast.getLineAndCharacterOfPosition(position);
    return comment.split('\n').map((text, index) => ({ text, line: line + index + 1 }));
  });
}
