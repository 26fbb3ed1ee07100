import ts from 'typescript';
import { findingAt, lineOf, walk, type Finding, type Source } from './source.js';

export const MAX_LINES = 300;
export const MAX_FUNCTION_LINES = 70;
export const MAX_COLUMNS = 100;

/** A function that holds calls of these is a list of tests, however long. */
const TEST_BLOCKS = new Set(['describe', 'it']);

/** Files, functions and lines that are longer than a reader's screen. */
export function checkLengths(source: Source): Finding[] {
  return [...fileAndLines(source), ...functions(source)];
}

function fileAndLines(source: Source): Finding[] {
  const lines = source.text.replace(/\n$/, '').split('\n');
  const findings = lines.flatMap((line, index) => {
    const columns = [...line].length;
    if (columns <= MAX_COLUMNS) return [];
    return [`${source.path}:${index + 1}: ${columns} columns; at most ${MAX_COLUMNS}`];
  });
  if (lines.length > MAX_LINES) {
    findings.push(`${source.path}:1: ${lines.length} lines; at most ${MAX_LINES}`);
  }
  return findings;
}

function functions(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const node of walk(source.ast)) {
    if (!ts.isFunctionLike(node) || isTestBlock(node)) continue;
    const end = source.ast.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
    const lines = end - lineOf(source, node) + 1;
    if (lines > MAX_FUNCTION_LINES) {
      const message = `a function of ${lines} lines; at most ${MAX_FUNCTION_LINES}`;
      findings.push(findingAt(source, node, message));
    }
  }
  return findings;
}

function isTestBlock(node: ts.Node): boolean {
  for (const inner of walk(node)) {
    if (!ts.isCallExpression(inner) || !ts.isIdentifier(inner.expression)) continue;
    if (TEST_BLOCKS.has(inner.expression.text)) return true;
  }
  return false;
}
