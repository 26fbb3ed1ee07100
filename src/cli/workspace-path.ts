import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { JsonPath } from '../core/byte-path.js';
import { PitonError, systemErrorCode } from '../core/errors.js';
import type { Context } from './command.js';

/**
 * Paths as the user gave them, from where the user stands, as paths from the workspace's root.
 * @returns undefined for none at all
 * @throws {PitonError} `USAGE` for a path outside the workspace, `WORKSPACE_MISSING` without one
 */
export async function workspacePaths(
  texts: readonly string[],
  { workspace: { root }, directory }: Pick<Context, 'workspace' | 'directory'>,
): Promise<JsonPath[] | undefined> {
  if (texts.length === 0) return undefined;
  if (root === null) {
    throw new PitonError('WORKSPACE_MISSING', `${directory} is not in a workspace`, {
      hint: 'run piton init where the workspace is to be',
    });
  }
  return Promise.all(texts.map((text) => workspacePath(text, root, directory)));
}

async function workspacePath(text: string, root: string, directory: string): Promise<string> {
  if (text === '') {
    throw new PitonError('USAGE', 'a path is empty', { hint: 'give . for the current folder' });
  }
  const absolute = resolve(directory, text);
  const path =
    pathBelow(root, absolute) ?? (await pathThroughLinks(await realpath(root), absolute));
  if (path !== undefined) return path;
  throw new PitonError('USAGE', `${text} is outside the workspace`, {
    hint: `give paths below ${root}`,
    details: { path: text, workspace: root },
  });
}

function pathBelow(root: string, absolute: string): string | undefined {
  const path = relative(root, absolute);
  return path === '..' || path.startsWith('../') || isAbsolute(path) ? undefined : path;
}

/** Links above the path are looked through, and one to the root itself; the path may be a link. */
async function pathThroughLinks(root: string, absolute: string): Promise<string | undefined> {
  if ((await real(absolute)) === root) return '';
  return pathBelow(root, join(await real(dirname(absolute)), basename(absolute)));
}

/** The same path free of links, as far as it exists. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return join(await real(dirname(path)), basename(path));
  }
}
