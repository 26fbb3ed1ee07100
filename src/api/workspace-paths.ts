import { pathFromJson, pathToJson, type BytePath, type JsonPath } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';

/**
 * Paths that a caller names: relative to the workspace's root, `/` between names.
 * @throws {PitonError} `USAGE` for a path that could lie outside, or in a git dir.
 */
export function workspacePaths(paths: readonly JsonPath[] | undefined): BytePath[] | null {
  return paths === undefined || paths.length === 0 ? null : paths.map(workspacePath);
}

function workspacePath(given: JsonPath): BytePath {
  const path = pathFromJson(given).replace(/\/+$/, '') as BytePath;
  if (path === '.' || path === '') return '' as BytePath;
  const names = path.split('/');
  const isOutside = names.some((name) => name === '' || name === '.' || name === '..');
  if (!isOutside && !names.includes('.git') && !path.includes('\0')) return path;
  throw new PitonError('USAGE', 'the path does not name anything in the workspace', {
    hint: 'give it relative to the root of the workspace, without . or .. in it',
    details: { path: pathToJson(path) },
  });
}
