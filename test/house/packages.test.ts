import { expect } from 'chai';
import { checkDeclared, checkOwners, type PackageJson } from './packages.js';
import { assertNone, readText, sourceOf, sourcesBelow } from './source.js';

function owners(path: string, text: string): string[] {
  return checkOwners([sourceOf(path, text)]);
}

describe('house: packages', () => {
  it('lets the owner of a package import it', () => {
    expect(owners('src/plan/x.ts', "import { Low } from 'lowdb';")).to.deep.equal([]);
    const text = "const a = await import('yargs/helpers');";
    expect(owners('src/cli/x.ts', text)).to.deep.equal([]);
  });

  it('finds a package in the hands of another folder', () => {
    expect(owners('src/store/native/x.ts', "import git from 'isomorphic-git';")).to.deep.equal([
      'src/store/native/x.ts:1: isomorphic-git may be imported in src/store/embedded/ only',
    ]);
    expect(owners('src/api/x.ts', "import type { Low } from 'lowdb/node';")).to.have.lengthOf(1);
  });

  it('finds packages without an owner, builtins without node: and a way round process', () => {
    expect(owners('src/core/x.ts', "import { expect } from 'chai';")).to.have.lengthOf(1);
    expect(owners('src/core/x.ts', "import { join } from 'path';")[0]).to.match(/node:path/);
    expect(owners('src/hooks/x.ts', "import 'node:child_process';")).to.have.lengthOf(1);
    expect(owners('src/process/x.ts', "import 'node:child_process';")).to.have.lengthOf(1);
  });

  it('finds undeclared and ownerless packages', () => {
    const manifest = { dependencies: { 'left-pad': '1.0.0' }, devDependencies: { '@a/b': '1' } };
    const sources = [sourceOf('test/x.ts', "import '@a/b/c'; import 'chai'; import './y.js';")];
    expect(checkDeclared(sources, manifest)).to.deep.equal([
      'test/x.ts:1: chai is not declared in package.json',
      'package.json:1: left-pad has no owner in src',
    ]);
  });

  it('holds in src and test', () => {
    const manifest = JSON.parse(readText('package.json')) as PackageJson;
    const sources = sourcesBelow('src');
    assertNone(checkOwners(sources));
    assertNone(checkDeclared([...sources, ...sourcesBelow('test')], manifest));
  });

  it('keeps the addresses of registries out of the lock file', () => {
    expect(readText('package-lock.json')).not.to.contain('"resolved"');
  });
});
