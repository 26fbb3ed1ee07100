import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { STAGES } from '../run/stages.js';
import { checkMirrors, checkReach, checkTestsAreRun } from './reach.js';
import { assertNone, ROOT, sourceOf, sourcesBelow } from './source.js';

describe('house: reach', () => {
  it('follows every form of import from the entry points', () => {
    const sources = [
      sourceOf('src/index.ts', "import './a.js'; const b = () => import('./b.js');"),
      sourceOf('src/a.ts', "import type { C } from './c.js'; import './index.js';"),
      sourceOf('src/b.ts', "new Worker(new URL('./d.js', import.meta.url));"),
      sourceOf('src/c.ts', ''),
      sourceOf('src/d.ts', ''),
      sourceOf('src/e.ts', "import './a.js';"),
    ];
    expect(checkReach(sources, ['src/index.ts'])).to.deep.equal([
      'src/e.ts:1: no entry point leads here; use it or drop it',
    ]);
    expect(checkReach(sources, ['src/e.ts', 'src/f.ts'])).to.deep.equal([
      'src/f.ts:1: is an entry point of the build and does not exist',
    ]);
  });

  it('finds tests that no stage runs', () => {
    const tests = [
      sourceOf('test/core/a.test.ts', ''),
      sourceOf('test/lost/a.test.ts', ''),
      sourceOf('test/core/b.ts', "describe('b', () => {});"),
      sourceOf('test/core/c.ts', "describe('c', () => {});"),
      sourceOf('test/core/d.test.ts', "import { c } from './c.js';"),
      sourceOf('test/core/helper.ts', ''),
    ];
    const found = checkTestsAreRun(tests, ['core']);
    expect(found.map((finding) => finding.split(':')[0])).to.deep.equal([
      'test/lost/a.test.ts',
      'test/core/b.ts',
    ]);
  });

  it('finds code that the tests of its folder do not come by', () => {
    const sources = [
      sourceOf('src/core/a.ts', 'export const a = () => 1;'),
      sourceOf('src/core/b.ts', "import './c.js'; export function b() {}"),
      sourceOf('src/core/c.ts', "import '../disk/e.js'; const c = f();"),
      sourceOf('src/core/d.ts', "import './a.js'; export interface D { f(): void }"),
      sourceOf('src/core/f.ts', "export const F = { a: 1, b: ['c'] } as const;"),
      sourceOf('src/disk/e.ts', 'export class E { constructor() {} }'),
    ];
    const tests = [
      sourceOf('test/core/a.test.ts', ''),
      sourceOf('test/core/other.test.ts', "import { b } from '../../src/core/b.js';"),
    ];
    expect(checkMirrors(sources, tests)).to.deep.equal([
      'src/disk/e.ts:1: has code and no test in test/disk/; add test/disk/e.test.ts',
    ]);
  });

  it('has no file in src that the build does not reach', async () => {
    const config = pathToFileURL(join(ROOT, 'esbuild.config.js')).href;
    const build = (await import(config)) as { ENTRY_POINTS: Record<string, string> };
    assertNone(checkReach(sourcesBelow('src'), Object.values(build.ENTRY_POINTS)));
  });

  it('runs every test', () => {
    const folders = STAGES.flatMap((stage) => stage.folders);
    assertNone(checkTestsAreRun(sourcesBelow('test'), folders));
  });

  it('tests every file of src', () => {
    assertNone(checkMirrors(sourcesBelow('src'), sourcesBelow('test')));
  });
});
