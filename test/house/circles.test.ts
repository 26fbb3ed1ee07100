import { expect } from 'chai';
import { checkCircles } from './circles.js';
import { assertNone, sourceOf, sourcesBelow } from './source.js';

function check(texts: Record<string, string>): string[] {
  return checkCircles(Object.entries(texts).map(([name, text]) => sourceOf(name, text)));
}

describe('house: circles', () => {
  it('lets files import others as long as none leads back', () => {
    const a = "import { b } from './b.js'; import { c } from './c.js';";
    expect(check({ 'src/a.ts': a, 'src/b.ts': "export * from './c.js';", 'src/c.ts': '' })).to.be
      .empty;
  });

  it('finds each import that leads back, for a type too', () => {
    const found = check({
      'src/a.ts': "import { b } from './b.js';",
      'src/b.ts': "\nexport { c } from './c.js';",
      'src/c.ts': "import type { a } from './a.js';",
    });
    expect(found).to.deep.equal([
      'src/a.ts:1: leads back here: src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts',
      'src/b.ts:2: leads back here: src/b.ts -> src/c.ts -> src/a.ts -> src/b.ts',
      'src/c.ts:1: leads back here: src/c.ts -> src/a.ts -> src/b.ts -> src/c.ts',
    ]);
  });

  it('finds a file that imports itself', () => {
    expect(check({ 'src/a.ts': "import './a.js';" })).to.have.lengthOf(1);
  });

  it('lets a table import what uses it once it is needed', () => {
    const table = "export const load = () => import('./command.js');";
    const command = "import { load } from './table.js';";
    expect(check({ 'src/table.ts': table, 'src/command.ts': command })).to.be.empty;
  });

  it('holds in src', () => assertNone(checkCircles(sourcesBelow('src'))));
});
