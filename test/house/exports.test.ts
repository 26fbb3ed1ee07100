import { expect } from 'chai';
import { checkExportForms, checkUnusedExports } from './exports.js';
import { assertNone, sourceOf, sourcesBelow } from './source.js';

/** The two ends of a format, which tests hold against each other. */
const EXEMPT = ['formatJournal', 'parseJournal', 'formatPlan', 'SHARED'];

function isExempt(finding: string): boolean {
  return EXEMPT.some((name) => finding.includes(`imports ${name};`));
}

function forms(path: string, text: string): string[] {
  return checkExportForms(sourceOf(path, text));
}

function unused(...texts: string[]): string[] {
  return checkUnusedExports(
    texts.map((text, index) => sourceOf(`src/core/${'abc'[index]}.ts`, text)),
  ).map((finding) => /imports (\w+)/.exec(finding)?.[1] ?? finding);
}

describe('house: exports', () => {
  it('finds default exports', () => {
    for (const text of ['export default 1;', 'export default function a() {}']) {
      expect(forms('src/core/x.ts', text)).to.deep.equal([
        'src/core/x.ts:1: a default export; export by name',
      ]);
    }
    expect(forms('src/core/x.ts', 'export const a = 1; const b = 2; export { b };')).to.be.empty;
  });

  it('lets only the door pass exports on, and only by name', () => {
    expect(forms('src/core/x.ts', "export { a } from './a.js';")).to.have.lengthOf(1);
    expect(forms('src/index.ts', "export { a } from './api/a.js';")).to.be.empty;
    expect(forms('src/index.ts', "export * from './api/a.js';")).to.have.lengthOf(1);
    expect(forms('src/index.ts', "export type * from './api/a.js';")).to.be.empty;
  });

  it('finds exports of every form that nobody imports', () => {
    const text =
      'export const a = 1, [b] = [2]; export function c() {} export class D {} ' +
      'export interface E {} export type F = 1; const g = 1; export { g as h };';
    expect(unused(text)).to.deep.equal(['a', 'b', 'c', 'D', 'E', 'F', 'h']);
    const importing = "import { a, b, c, D, E, F, h as g } from './a.js';";
    expect(unused(text, importing)).to.be.empty;
  });

  it('knows what a dynamic import takes', () => {
    const text = 'export const a = 1; export const b = 2;';
    expect(unused(text, "const { a } = await import('./a.js');")).to.deep.equal(['b']);
    expect(unused(text, "use((await import('./a.js')).a);")).to.deep.equal(['b']);
    expect(unused(text, "const all = await import('./a.js');")).to.be.empty;
    expect(unused(text, "import('./a.js').then(({ a }) => a);")).to.be.empty;
    expect(unused(text, "import * as all from './a.js';")).to.be.empty;
    expect(unused('export type A = 1;', "let a: import('./a.js').A;")).to.be.empty;
  });

  it('does not take a mention in its own file for a use, except of a type in an export', () => {
    expect(unused('export const a = 1; const b = a;')).to.deep.equal(['a']);
    expect(unused('export type A = 1; const b: A = 1;')).to.deep.equal(['A']);
    const used = "import { b } from './a.js';";
    expect(unused('export type A = 1; export function b(a: A) {}', used)).to.be.empty;
  });

  it('knows what is taken outside src', () => {
    const main = sourceOf('src/cli/main.ts', 'export function main() {} export const a = 1;');
    expect(checkUnusedExports([main])).to.have.lengthOf(1);
    expect(checkUnusedExports([sourceOf('src/index.ts', 'export const a = 1;')])).to.be.empty;
  });

  it('has no default exports or passed-on exports in src', () => {
    assertNone(sourcesBelow('src').flatMap(checkExportForms));
  });

  it('has no unused exports in src', () => {
    assertNone(checkUnusedExports(sourcesBelow('src')).filter((one) => !isExempt(one)));
  });
});
