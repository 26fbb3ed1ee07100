import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { openTest } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import { put } from './operations.js';

export interface Scene {
  root: string;
  workspace: Workspace;
}

/** A workspace with a commit and a plan; `closeWorkspaces` ends it. */
export async function scene(engine: 'embedded' | 'native' = 'embedded'): Promise<Scene> {
  const root = makeRepository();
  put(root, 'a', 'one');
  git(root, 'add', 'a');
  git(root, 'commit', '-q', '-m', 'first');
  const workspace = await openTest(root, { engine });
  await workspace.createPlan();
  return { root, workspace };
}

export function read(root: string, path: string): string | null {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
}
