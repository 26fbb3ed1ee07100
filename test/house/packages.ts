import { builtinModules } from 'node:module';
import { importsOf, packageOf } from './imports.js';
import { findingAt, type Finding, type Source } from './source.js';

/** The one place in `src` that may import each runtime package. */
export const OWNERS: Readonly<Record<string, string>> = {
  '@humanwhocodes/momoa': 'src/hooks/',
  execa: 'src/process/',
  'isomorphic-git': 'src/store/embedded/',
  lowdb: 'src/plan/',
  ulid: 'src/core/',
  yargs: 'src/cli/',
  'yargs-parser': 'src/cli/',
  diff: 'src/worktree/',
  '@modelcontextprotocol/sdk': 'src/cli/mcp/',
  zod: 'src/cli/mcp/',
};

/** Starting a program is what process/ is for, and execa does it but for one. */
const BUILTIN_OWNERS: Readonly<Record<string, string>> = {
  'node:child_process': 'src/process/ask-version.ts',
};

export interface PackageJson {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** Packages imported by someone else than their owner, or without one. */
export function checkOwners(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, node }) => {
      const problem = ownerProblem(source.path, specifier);
      return problem === undefined ? [] : [findingAt(source, node, problem)];
    }),
  );
}

function ownerProblem(path: string, specifier: string): string | undefined {
  if (builtinModules.includes(specifier)) return `write node:${specifier}`;
  const only = BUILTIN_OWNERS[specifier];
  if (only !== undefined) {
    return path === only ? undefined : `${specifier}: start programs by process/`;
  }
  const name = packageOf(specifier);
  if (name === undefined) return undefined;
  const owner = OWNERS[name];
  if (owner === undefined) return `${name} is no runtime package of piton`;
  return path.startsWith(owner) ? undefined : `${name} may be imported in ${owner} only`;
}

/** Packages that are imported and not declared, or declared to run and without an owner. */
export function checkDeclared(sources: readonly Source[], manifest: PackageJson): Finding[] {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies };
  const undeclared = sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, node }) => {
      const name = packageOf(specifier);
      if (name === undefined || name in declared) return [];
      return [findingAt(source, node, `${name} is not declared in package.json`)];
    }),
  );
  const ownerless = Object.keys(manifest.dependencies)
    .filter((name) => !(name in OWNERS))
    .map((name) => `package.json:1: ${name} has no owner in src`);
  return [...undeclared, ...ownerless];
}
