import { importsOf, resolveImport } from './imports.js';
import { findingAt, type Finding, type Source } from './source.js';

/** Folders of `src`, lowest first. A folder imports itself and folders of lower floors only. */
export const FLOORS: readonly (readonly string[])[] = [
  ['core'],
  ['disk', 'process'],
  ['store'],
  ['worktree'],
  ['checkpoint'],
  ['rollback', 'plan'],
  ['correction', 'retention', 'remote', 'watch', 'hooks', 'doctor', 'fork'],
  ['api'],
  ['cli'],
];

const DOOR = 'src/index.ts';

/** Imports that go up or sideways, and files that are on no floor. */
export function checkFloors(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) => {
    const from = floorOf(source.path);
    if (from === undefined && source.path !== DOOR) {
      return [`${source.path}:1: is on no floor; src has ${FLOORS.flat().join(', ')}`];
    }
    return importsOf(source).flatMap(({ specifier, node }) => {
      const target = resolveImport(source.path, specifier);
      const problem = target === undefined ? undefined : problemOf(source.path, target);
      return problem === undefined ? [] : [findingAt(source, node, problem)];
    });
  });
}

function problemOf(from: string, target: string): string | undefined {
  if (from === DOOR) {
    const allowed = target.startsWith('src/api/') || target.startsWith('src/core/');
    return allowed ? undefined : `the door opens on api/ and core/ only, not ${target}`;
  }
  const floor = floorOf(target);
  if (floor === undefined) return `imports ${target}, which is on no floor`;
  if (folderOf(from) === folderOf(target)) return undefined;
  const own = floorOf(from) ?? 0;
  if (floor < own) return undefined;
  const place = floor === own ? 'beside' : 'above';
  return `${folderOf(from)} must not import ${target}: ${folderOf(target)} is ${place} it`;
}

/** `core` of `src/core/ids.ts`. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function floorOf(path: string): number | undefined {
  if (!path.startsWith('src/')) return undefined;
  const floor = FLOORS.findIndex((folders) => folders.includes(folderOf(path)));
  return floor === -1 ? undefined : floor;
}
