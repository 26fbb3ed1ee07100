import { expect } from 'chai';
import { assertNone, filesBelow, readText, sourceOf, sourcesBelow } from './source.js';
import { checkDocumentWords, checkWords } from './words.js';

function check(text: string): string[] {
  return checkWords(sourceOf('src/core/x.ts', text));
}

describe('house: words', () => {
  it('finds them in names that the file declares', () => {
    const texts = [
      'const fileBackup = 1;',
      'function takeSnapshot() {}',
      'class TaskList {}',
      'interface A { last_backup: string }',
      'const { todo } = a;',
      'const f = (snapshots: A) => 1;',
      'function restoreWorktree() {}',
      "import { a as backup } from './a.js';",
    ];
    for (const text of texts) expect(check(text), text).to.have.lengthOf(1);
    expect(check('\nconst backup = 1;')[0]).to.match(
      /^src\/core\/x\.ts:2: "backup" is not our word/,
    );
  });

  it('leaves names of others and whole other words alone', () => {
    const texts = [
      'store.backup();',
      "import { backup } from './a.js';",
      'const { backup: copy } = a;',
      'const multitasking = 1;',
      'function restore() {}',
      "const text = 'backup';",
    ];
    for (const text of texts) expect(check(text), text).to.be.empty;
  });

  it('finds them in comments, with the line', () => {
    expect(check('a;\n/**\n * The backup\n */\nb;')[0]).to.match(/^src\/core\/x\.ts:3:/);
    expect(check('a; // a snapshot\n')).to.have.lengthOf(1);
    expect(check('a;\n// FIXME later\n')).to.have.lengthOf(1);
    expect(check('// what is restored\n')).to.be.empty;
  });

  it('finds them in documents, quotations of code apart', () => {
    expect(checkDocumentWords('docs/A.md', 'one\n`backup` a Snapshot')).to.have.lengthOf(1);
    expect(checkDocumentWords('docs/A.md', '```\na backup\n```\na backup')[0]).to.match(/A\.md:4/);
  });

  it('holds in src', () => assertNone(sourcesBelow('src').flatMap(checkWords)));

  it('holds in the documents; the glossary names what not to say', () => {
    const paths = ['README.md', ...filesBelow('docs', '.md')];
    assertNone(
      paths
        .filter((path) => path !== 'docs/GLOSSARY.md')
        .flatMap((path) => checkDocumentWords(path, readText(path))),
    );
  });
});
