import { ROOT, nameOf, parentOf, type BytePath } from '../../core/byte-path.js';
import type { IgnoreRules, IgnoreScope } from './ignore-rules.js';

/** The contents of an ignore file of a folder, or null when it has none. */
export type ReadIgnoreFileAt = (directory: BytePath, name: BytePath) => Buffer | null;

type ScopeByFolder = Map<BytePath, IgnoreScope>;

const known = new WeakMap<IgnoreRules, WeakMap<ReadIgnoreFileAt, ScopeByFolder>>();

function scopesOf(rules: IgnoreRules, readFileAt: ReadIgnoreFileAt): ScopeByFolder {
  const byReader = known.get(rules) ?? new WeakMap<ReadIgnoreFileAt, ScopeByFolder>();
  known.set(rules, byReader);
  const scopes = byReader.get(readFileAt) ?? new Map<BytePath, IgnoreScope>();
  byReader.set(readFileAt, scopes);
  return scopes;
}

function scopeOf(
  rules: IgnoreRules,
  directory: BytePath,
  readFileAt: ReadIgnoreFileAt,
): IgnoreScope {
  const scopes = scopesOf(rules, readFileAt);
  const missing: BytePath[] = [];
  let nearest = directory;
  while (nearest !== ROOT && !scopes.has(nearest)) {
    missing.push(nearest);
    nearest = parentOf(nearest);
  }
  let scope = scopes.get(nearest) ?? rules.rootScope((name) => readFileAt(ROOT, name));
  scopes.set(nearest, scope);
  for (const folder of missing.reverse()) {
    scope = scope.enter(nameOf(folder), (name) => readFileAt(folder, name));
    scopes.set(folder, scope);
  }
  return scope;
}

/**
 * Whether the rules ignore a path, which need not exist; its parents count as folders.
 * What is learnt about folders is kept with the pair of `rules` and `readFileAt`: pass the same
 * function for one state of the ignore files, and a new one for another state.
 */
export function isPathIgnored(
  rules: IgnoreRules,
  path: BytePath,
  isDirectory: boolean,
  readFileAt: ReadIgnoreFileAt,
): boolean {
  if (path === ROOT) return false;
  return scopeOf(rules, parentOf(path), readFileAt).isIgnored(nameOf(path), isDirectory);
}
