import { expect } from 'chai';
import { asBytePath, joinPath, ROOT, type BytePath } from '../../../src/core/byte-path.js';
import {
  IgnoreRules,
  type IgnoreScope,
  type IgnoreSources,
} from '../../../src/worktree/ignore/ignore-rules.js';
import { isPathIgnored } from '../../../src/worktree/ignore/path-query.js';

const NONE: IgnoreSources = {
  exclude: [],
  infoExclude: null,
  excludesFile: null,
  ignoreCase: false,
};

const b = asBytePath;

/** A reader of ignore files given as `path: text`, which notes what was asked for. */
function reader(files: Record<string, string>, asked: string[] = []) {
  return (directory: BytePath, name: BytePath): Buffer | null => {
    const path = joinPath(directory, name);
    asked.push(path);
    return files[path] === undefined ? null : Buffer.from(files[path]);
  };
}

function ignored(
  sources: Partial<IgnoreSources>,
  files: Record<string, string>,
  path: string,
): boolean {
  const rules = new IgnoreRules({ ...NONE, ...sources });
  return isPathIgnored(rules, b(path.replace(/\/$/, '')), path.endsWith('/'), reader(files));
}

/** In a folder two below the top, with patterns of all kinds, and many of two kinds. */
function scopeWith(rules: number): IgnoreScope {
  const lines = ['node_modules/', '*.log', '*.py[cod]', '/dist', 'docs/_build/', '.env.*', '*~'];
  for (let index = 0; index < rules / 2; index++) lines.push(`name${index}`, `*.e${index}`);
  const files = { '.gitignore': lines.join('\n'), 'src/.gitignore': '*.tmp\n!keep.tmp\n' };
  const read = reader(files);
  const all = new IgnoreRules({ ...NONE, infoExclude: Buffer.from('*.swp\n') });
  const top = all.rootScope((name) => read(ROOT, name));
  return top.enter(b('src'), (name) => read(b('src'), name)).enter(b('deep'), () => null);
}

describe('worktree/ignore/ignore-rules', () => {
  it('lets the stronger source win: exclude, folders from the deepest, info/exclude, user', () => {
    const excludesFile = Buffer.from('a\nb\nc\nd\ne\n');
    const infoExclude = Buffer.from('!b\n');
    const exclude = [b('!e'), b('f')];
    const sources = { exclude, infoExclude, excludesFile };
    const files = { '.gitignore': '!c\ng\n!f', 'sub/.gitignore': 'c\n!d\n' };
    const left = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((name) => {
      return !ignored(sources, files, `sub/${name}`);
    });
    expect(left).to.deep.equal(['b', 'd', 'e']);
  });

  it('puts .pitonignore above .gitignore of the same folder, below a deeper .gitignore', () => {
    const files = {
      '.gitignore': '*.log\nkeep\n',
      '.pitonignore': '!a.log\nbig\n',
      'sub/.gitignore': '!big\na.log\n',
    };
    expect(ignored({}, files, 'a.log')).to.equal(false);
    expect(ignored({}, files, 'b.log')).to.equal(true);
    expect(ignored({}, files, 'big')).to.equal(true);
    expect(ignored({}, files, 'keep')).to.equal(true);
    expect(ignored({}, files, 'sub/big')).to.equal(false);
    expect(ignored({}, files, 'sub/a.log')).to.equal(true);
  });

  it('takes values of piton.exclude as they are, the last match deciding', () => {
    const exclude = [b('#a'), b('b '), b('*.x'), b('!k.x'), b('/top'), b('dir/')];
    const paths = ['#a', 'b ', 'b', 'sub/a.x', 'sub/k.x', 'top', 'sub/top', 'dir/', 'dir'];
    expect(paths.filter((path) => ignored({ exclude }, {}, path))).to.deep.equal([
      '#a',
      'b ',
      'sub/a.x',
      'top',
      'dir/',
    ]);
  });

  it('never takes anything out of an ignored folder, and does not read its ignore files', () => {
    const asked: string[] = [];
    const files = { '.gitignore': 'out/\n!out/a\n', 'out/.gitignore': '!*\n' };
    const read = reader(files, asked);
    const rules = new IgnoreRules(NONE);
    expect(isPathIgnored(rules, b('out/deep/a'), false, read)).to.equal(true);
    expect(asked).to.deep.equal(['.pitonignore', '.gitignore']);
    const scope = rules.rootScope((name) => read(ROOT, name)).enter(b('out'), () => null);
    expect(scope.explain(b('a'), false)).to.deep.equal({
      source: '.gitignore',
      line: 1,
      pattern: 'out/',
      ignored: true,
    });
    expect(isPathIgnored(rules, ROOT, true, read)).to.equal(false);
  });

  it('tells the deciding rule with its place, also a negated one', () => {
    const rules = new IgnoreRules({ ...NONE, exclude: [b('zz'), b('*.bak')] });
    const root = rules.rootScope(() => null);
    const text = Buffer.from('\n!/x\n');
    const scope = root.enter(b('sub'), (name) => (name === '.pitonignore' ? text : null));
    expect(scope.directory).to.equal('sub');
    expect(scope.explain(b('x'), false)).to.deep.equal({
      source: 'sub/.pitonignore',
      line: 2,
      pattern: '!/x',
      ignored: false,
    });
    expect(scope.explain(b('x.bak'), false)).to.include({ source: 'piton.exclude', line: 2 });
    expect(scope.explain(b('y'), false)).to.equal(null);
  });

  it('folds case in every kind of pattern when asked to', () => {
    const infoExclude = Buffer.from('Name\n*.Ext\n*Tail\n/Dir/Below\nW*D\n/A/b?/C\nG\\X\n');
    const paths = ['nAME', 'x.eXT', 'xTAIL', 'dir/bELOW', 'wXd', 'a/B1/c', 'gx', 'gX'];
    const folded = paths.filter((path) => ignored({ infoExclude, ignoreCase: true }, {}, path));
    expect(folded).to.deep.equal(['nAME', 'x.eXT', 'xTAIL', 'dir/bELOW', 'wXd', 'a/B1/c']);
    expect(paths.filter((path) => ignored({ infoExclude }, {}, path))).to.deep.equal([]);
  });

  it('reads each ignore file once for any number of paths asked with the same reader', () => {
    const asked: string[] = [];
    const read = reader({}, asked);
    const rules = new IgnoreRules({ ...NONE, infoExclude: Buffer.from('/a/b/x\n') });
    expect(isPathIgnored(rules, b('a/b/x'), false, read)).to.equal(true);
    expect(isPathIgnored(rules, b('a/b/y'), false, read)).to.equal(false);
    expect(isPathIgnored(rules, b('a/z'), false, read)).to.equal(false);
    expect(asked).to.have.length(6);
    expect(isPathIgnored(rules, b('a/z'), false, reader({ 'a/.gitignore': 'z' }))).to.equal(true);
  });

  it('takes no longer for more rules that are names or extensions', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => b(`file-${index}.ts`));
    const secondsWith = (rules: number): number => {
      const scope = scopeWith(rules);
      const start = process.cpuUsage();
      expect(names.filter((name) => scope.isIgnored(name, false))).to.have.length(0);
      return process.cpuUsage(start).user / 1e6;
    };
    // The first time it is compiled, too.
    const [, few, many] = [60, 60, 6_000].map(secondsWith);
    expect(many).to.be.lessThan(10 * (few ?? 0));
  });
});
