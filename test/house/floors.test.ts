import { expect } from 'chai';
import { checkFloors } from './floors.js';
import { assertNone, sourceOf, sourcesBelow } from './source.js';

function check(path: string, text: string): string[] {
  return checkFloors([sourceOf(path, text)]);
}

describe('house: floors', () => {
  it('lets a folder import itself and what is below', () => {
    const text = "import { a } from './a.js'; import { b } from '../../core/b.js';";
    expect(check('src/store/native/x.ts', text)).to.deep.equal([]);
    expect(check('src/store/x.ts', "import { a } from './native/a.js';")).to.deep.equal([]);
  });

  it('finds an import of a higher floor in any of its forms', () => {
    const message = 'core must not import src/disk/a.ts: disk is above it';
    const forms = [
      "import { a } from '../disk/a.js';",
      "import type { a } from '../disk/a.js';",
      "import '../disk/a.js';",
      "export { a } from '../disk/a.js';",
      "export const a = () => import('../disk/a.js');",
      "export type A = import('../disk/a.js').A;",
      "export const a = new URL('../disk/a.js', import.meta.url);",
    ];
    for (const text of forms) {
      expect(check('src/core/x.ts', `\n${text}`)).to.deep.equal([`src/core/x.ts:2: ${message}`]);
    }
  });

  it('finds an import of a folder on the same floor', () => {
    const found = check('src/plan/x.ts', "import { a } from '../rollback/a.js';");
    expect(found).to.deep.equal([
      'src/plan/x.ts:1: plan must not import src/rollback/a.ts: rollback is beside it',
    ]);
  });

  it('finds files and targets on no floor', () => {
    expect(check('src/other/x.ts', '')[0]).to.match(/^src\/other\/x\.ts:1: is on no floor/);
    expect(check('src/x.ts', '')[0]).to.match(/^src\/x\.ts:1: is on no floor/);
    expect(check('src/cli/x.ts', "import { a } from '../../test/a.js';")[0]).to.match(/no floor/);
  });

  it('lets the door open on api and core only', () => {
    expect(check('src/index.ts', "export { a } from './api/a.js';")).to.deep.equal([]);
    expect(check('src/index.ts', "export { a } from './core/a.js';")).to.deep.equal([]);
    expect(check('src/index.ts', "export { a } from './plan/a.js';")).to.have.lengthOf(1);
  });

  it('holds in src', () => assertNone(checkFloors(sourcesBelow('src'))));
});
