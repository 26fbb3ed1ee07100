import { expect } from 'chai';
import { checkLengths } from './lengths.js';
import { assertNone, filesBelow, readText, sourceOf } from './source.js';

function check(text: string): string[] {
  return checkLengths(sourceOf('src/core/x.ts', text));
}

function functionOf(lines: number): string {
  return `export function a() {\n${'b();\n'.repeat(lines - 2)}}\n`;
}

describe('house: lengths', () => {
  it('counts the lines of a file', () => {
    expect(check('a;\n'.repeat(300))).to.deep.equal([]);
    expect(check('a;\n'.repeat(301))).to.deep.equal(['src/core/x.ts:1: 301 lines; at most 300']);
  });

  it('counts the lines of a function, its comment apart', () => {
    const comment = `/**\n${' * why\n'.repeat(20)} */\n`;
    expect(check(comment + functionOf(70))).to.deep.equal([]);
    expect(check(`\n${functionOf(71)}`)).to.deep.equal([
      'src/core/x.ts:2: a function of 71 lines; at most 70',
    ]);
    expect(check(functionOf(71).replace('function a()', 'const a = () =>'))).to.have.lengthOf(1);
    expect(check(`class A {\n${functionOf(71).replace('export function ', '')}}`)).to.have.lengthOf(
      1,
    );
  });

  it('takes a list of tests for a list, not for a function', () => {
    const tests = `describe('a', () => {\n${"it('b', () => {});\n".repeat(80)}});\n`;
    expect(check(tests)).to.deep.equal([]);
    const test = `it('b', () => {\n${'c();\n'.repeat(80)}});\n`;
    expect(check(test)).to.have.lengthOf(1);
  });

  it('counts columns as characters', () => {
    expect(check(`// ${'é'.repeat(97)}\n`)).to.deep.equal([]);
    expect(check(`// ${'😀'.repeat(97)}\n`)).to.deep.equal([]);
    expect(check(`\n// ${'a'.repeat(98)}\n`)).to.deep.equal([
      'src/core/x.ts:2: 101 columns; at most 100',
    ]);
  });

  it('holds in src, test and bin', () => {
    const paths = ['src', 'test'].flatMap((folder) => filesBelow(folder, '.ts'));
    const scripts = [...filesBelow('bin', '.js'), 'esbuild.config.js', 'eslint.config.js'];
    const sources = [...paths, ...scripts].map((path) => sourceOf(path, readText(path)));
    assertNone(sources.flatMap(checkLengths));
  });
});
