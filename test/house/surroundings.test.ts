import { expect } from 'chai';
import { assertNone, sourceOf, sourcesBelow } from './source.js';
import { checkSurroundings } from './surroundings.js';

function check(text: string, path = 'src/core/x.ts'): string[] {
  return checkSurroundings(sourceOf(path, text));
}

describe('house: surroundings', () => {
  it('finds what only the command line may use', () => {
    const texts = [
      "const a = process.env['A'];",
      'process.cwd();',
      'process.exit(1);',
      'process.exitCode = 1;',
      'process.stdout.write(a);',
      "console.log('a');",
      "import { env } from 'node:process';",
      "import { homedir as home } from 'node:os';",
      "import os from 'node:os'; os.tmpdir();",
    ];
    for (const text of texts) expect(check(text), text).to.have.lengthOf(1);
    expect(check('\nprocess.env;')).to.deep.equal([
      'src/core/x.ts:2: process.env is for src/cli only; take it as an argument',
    ]);
  });

  it('leaves the rest alone', () => {
    const texts = [
      'process.pid;',
      'options.env;',
      "import { cpus } from 'node:os';",
      '// process.env',
    ];
    for (const text of texts) expect(check(text), text).to.be.empty;
    expect(check('process.env; console.log(1);', 'src/cli/x.ts')).to.be.empty;
  });

  it('holds in src', () => assertNone(sourcesBelow('src').flatMap(checkSurroundings)));
});
