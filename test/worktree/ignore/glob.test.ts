import { expect } from 'chai';
import { LIMITS } from '../../../src/core/limits.js';
import { compileGlob, foldCase, matchesGlob } from '../../../src/worktree/ignore/glob.js';

function matches(pattern: string, text: string): boolean {
  const glob = compileGlob(pattern, false);
  return glob !== null && matchesGlob(glob, text);
}

describe('worktree/ignore/glob', () => {
  it('keeps a star within a name and lets two stars pass slashes', () => {
    expect(matches('*.o', 'a.o')).to.equal(true);
    expect(matches('*.o', 'a/b.o')).to.equal(false);
    expect(matches('**/b', 'b')).to.equal(true);
    expect(matches('**/b', 'a/c/b')).to.equal(true);
    expect(matches('**/b', 'a/cb')).to.equal(false);
    expect(matches('a/**', 'a/b/c')).to.equal(true);
    expect(matches('a/**', 'a')).to.equal(false);
    expect(matches('a/**/b', 'a/b')).to.equal(true);
    expect(matches('a**b', 'a/b')).to.equal(false);
    expect([matches('', ''), matches('', 'a')]).to.deep.equal([true, false]);
  });

  it('never matches what is malformed', () => {
    for (const pattern of ['[a', 'a\\', '[[:bogus:]]', '[a-', '[a-\\', '[\\', '[[:alpha']) {
      expect(compileGlob(pattern, false), pattern).to.equal(null);
    }
  });

  it('does not compile what wants more than a path holds, but any number of folders', () => {
    expect(compileGlob('?'.repeat(3 * LIMITS.pathBytes + 3), false)).to.equal(null);
    expect(matches(`${'**/'.repeat(50_000)}b`, 'a/b')).to.equal(true);
  });

  it('answers hostile patterns in bounded time', () => {
    const hostile: [pattern: string, text: string][] = [
      [`${'*a'.repeat(100)}b`, 'a'.repeat(LIMITS.pathBytes)],
      [`${'**/a/'.repeat(300)}b`, 'a/'.repeat(LIMITS.pathBytes / 2)],
      [`${'**/*a*a*a*/'.repeat(100)}b`, `${'a'.repeat(30)}/`.repeat(130)],
      [`**/${'*a'.repeat(1000)}/b`, `${'a'.repeat(2000)}/${'a'.repeat(2000)}`],
      [`${'*?[a-z]'.repeat(500)}!`, 'a'.repeat(LIMITS.pathBytes)],
      [`${'**\\/a'.repeat(300)}b`, '/a'.repeat(LIMITS.pathBytes / 2)],
    ];
    const start = process.cpuUsage();
    for (const [pattern, text] of hostile) expect(matches(pattern, text), pattern).to.equal(false);
    expect(process.cpuUsage(start).user / 1e6).to.be.lessThan(10);
  });

  it('folds ASCII letters only', () => {
    expect(foldCase('AbZ\xc9[')).to.equal('abz\xc9[');
    const glob = compileGlob('A?[B-C]', true);
    expect(glob !== null && matchesGlob(glob, foldCase('aXc'))).to.equal(true);
  });
});
