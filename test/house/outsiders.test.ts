import { expect } from 'chai';
import { checkOutsiders } from './outsiders.js';
import { assertNone, filesBelow, readText } from './source.js';

/** Put together here, so that this file does not say them. */
const NUMBER = `#${12}`;
const MACHINE_PATH = `/${'work'}/main`;
const HOSTS = ['registry', `npm${'js'}`].map((name) => `https://${name}.${'org'}`);

const TOP_LEVEL = ['README.md', 'package.json', '.ci/run', 'esbuild.config.js', 'eslint.config.js'];

describe('house: outsiders', () => {
  it('finds issue numbers, paths of one machine and hosts of registries', () => {
    const texts = [`see ${NUMBER}`, `(${NUMBER})`, `a/b${NUMBER}`, MACHINE_PATH, ...HOSTS];
    for (const text of texts) {
      const found = checkOutsiders('docs/A.md', `fine\n${text}`);
      expect(found, text).to.have.lengthOf(1);
      expect(found[0]).to.match(/^docs\/A\.md:2: /);
    }
  });

  it('leaves the rest alone', () => {
    const texts = [
      '# 1 Heading',
      `a/${'work'}/b`,
      '/worktree',
      'the registry. Then',
      'a#1b',
      '&#39;',
    ];
    for (const text of texts) expect(checkOutsiders('docs/A.md', text), text).to.be.empty;
  });

  it('holds in all that the project says', () => {
    const paths = [
      ...TOP_LEVEL,
      ...['src', 'test', 'docs', 'bin', 'fixtures'].flatMap((folder) =>
        ['.ts', '.js', '.md', '.json'].flatMap((ending) => filesBelow(folder, ending)),
      ),
    ];
    assertNone(paths.flatMap((path) => checkOutsiders(path, readText(path))));
  });
});
