import { expect } from 'chai';
import fc from 'fast-check';
import { wildmatch } from '../../../src/store/config/wildmatch.js';
import { tempDirectory } from '../../helpers/temp.js';
import { git, tryGit } from '../../helpers/git.js';

describe('wildmatch', () => {
  const YES: [string, string][] = [
    ['foo', 'foo'],
    ['f?o', 'foo'],
    ['*', ''],
    ['*', 'foo'],
    ['**', 'foo/bar'],
    ['**/bar', 'bar'],
    ['**/bar', 'x/y/bar'],
    ['foo/**/bar', 'foo/bar'],
    ['foo/**/bar', 'foo/a/b/bar'],
    ['foo/**', 'foo/a/b'],
    ['foo/**\\/bar', 'foo/x/bar'],
    ['***/bar', 'a/b/bar'],
    ['f**o', 'fxxo'],
    ['*/x', 'a/x'],
    ['\\*', '*'],
    ['[a-c]x', 'bx'],
    ['[!a-c]x', 'dx'],
    ['[^a-c]x', 'dx'],
    ['[]]', ']'],
    ['[]-a]', '^'],
    ['[a-]', '-'],
    ['[\\]]', ']'],
    ['[[:digit:][:upper:]]', 'Q'],
    ['[[:ab]', ':'],
  ];
  const NO: [string, string][] = [
    ['foo', 'bar'],
    ['f?o', 'f/o'],
    ['*', 'a/b'],
    ['f**o', 'f/o'],
    ['foo**bar', 'foo/x/bar'],
    ['foo/**\\/bar', 'foo/bar'],
    ['[!a]', '/'],
    ['[/]', '/'],
    ['[a', 'a'],
    ['[a-', 'a'],
    ['[\\', 'a'],
    ['a\\', 'a'],
    ['[[:nothing:]]', 'n'],
    ['', 'a'],
    ['a', 'A'],
  ];
  for (const [pattern, text] of YES) {
    it(`${pattern} matches ${text}`, () => expect(wildmatch(pattern, text)).to.equal(true));
  }
  for (const [pattern, text] of NO) {
    it(`${pattern} does not match ${text}`, () => expect(wildmatch(pattern, text)).to.equal(false));
  }

  it('takes letters in either case when asked', () => {
    expect(wildmatch('Fo[A-C][[:upper:]]*', 'fObXy', { ignoreCase: true })).to.equal(true);
  });

  it('does not take long for a pattern that would make a backtracking matcher explode', () => {
    const start = process.cpuUsage();
    expect(wildmatch('**/a*'.repeat(200), 'a/'.repeat(1000))).to.equal(false);
    expect(process.cpuUsage(start).user / 1e6).to.be.lessThan(10);
  });

  it('agrees with git', () => {
    const directory = tempDirectory();
    git(directory, 'init', '-q');
    const letter = fc.constantFrom('a', 'b', '/', '-', 'A');
    const glob = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?', '[', ']', '!', '-', '\\');
    const text = fc
      .array(letter, { minLength: 1, maxLength: 6 })
      .map((letters) => letters.join(''))
      .filter((path) => !/^\/|\/$|\/\/|^-|^A?$/.test(path));
    const pattern = fc.array(glob, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    // A pathspec with the glob magic is matched by git's wildmatch with WM_PATHNAME, but one
    // without special characters also matches folders; those and odd ends are left out.
    const special = pattern.filter((one) => /[*?[\\]/.test(one) && !/^\/|\/$|\/\/|\\$/.test(one));
    // It also takes a literal beginning off first, and what follows for a beginning.
    const whole = special.filter((one) => !/^[^*?[\\]*[^*?[\\/]\*\*/.test(one));
    fc.assert(
      fc.property(text, whole, (path, globPattern) => {
        const index = `100644 ${'1'.repeat(40)}\t${path}\n`;
        git(directory, 'read-tree', '--empty');
        expect(tryGit(directory, ['update-index', '--index-info'], index).status).to.equal(0);
        const list = tryGit(directory, ['ls-files', '-z', `:(glob)${globPattern}`]);
        fc.pre(list.status === 0);
        expect(wildmatch(globPattern, path)).to.equal(list.stdout.length > 0);
      }),
      { numRuns: 100 },
    );
  }).timeout(120_000);
});
