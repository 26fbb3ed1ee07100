import { expect } from 'chai';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { EngineName } from '../../src/core/types.js';
import { openTest } from '../api/workspaces.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

export const ENGINES: readonly EngineName[] = ['native', 'embedded'];

/** Every path below a folder with its kind, mode and contents; links are not followed. */
export function pictureOf(folder: string, skip: readonly string[] = []): Record<string, string> {
  const picture: Record<string, string> = {};
  const look = (below: string): void => {
    for (const name of readdirSync(join(folder, below))) {
      const path = join(below, name);
      if (skip.includes(path)) continue;
      const stat = lstatSync(join(folder, path));
      const mode = stat.mode.toString(8);
      if (stat.isDirectory()) {
        picture[path] = `${mode} folder`;
        look(path);
      } else if (stat.isSymbolicLink()) {
        picture[path] = `${mode} -> ${readlinkSync(join(folder, path))}`;
      } else if (stat.isFile()) {
        picture[path] = `${mode} ${readFileSync(join(folder, path)).toString('latin1')}`;
      } else {
        picture[path] = mode;
      }
    }
  };
  look('');
  return picture;
}

/** A folder outside of every workspace, which nothing may change. */
export function makeOutside(): string {
  const outside = tempDirectory();
  mkdirSync(join(outside, 'folder'));
  writeFileSync(join(outside, 'precious'), 'outside\n');
  writeFileSync(join(outside, 'f'), 'outside f\n');
  writeFileSync(join(outside, 'folder/f'), 'outside folder f\n');
  return outside;
}

export interface Arena {
  directory: string;
  workspace: Workspace;
  planId: string;
  checkpointId: string;
  ref: string;
  commit: string;
}

/** A workspace with one checkpoint of `f`, `folder/f` and `x`, after which `f` was changed. */
export async function makeArena(engine: EngineName): Promise<Arena> {
  const directory = makeRepository();
  mkdirSync(join(directory, 'folder'));
  for (const path of ['f', 'folder/f', 'x']) writeFileSync(join(directory, path), `one ${path}\n`);
  const workspace = await openTest(directory, { engine });
  const { checkpoint } = await workspace.createCheckpoint({ reason: 'good' });
  writeFileSync(join(directory, 'f'), 'two\n');
  const { plan_id: planId, checkpoint_id: checkpointId, ref, commit } = checkpoint;
  return { directory, workspace, planId, checkpointId, ref, commit };
}

/** What a promise is rejected with, which must be a PitonError with one of these codes. */
export async function refusal(
  promise: Promise<unknown>,
  codes: readonly string[],
): Promise<PitonError> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    expect(codes, `${error.code}: ${error.stack ?? ''}`).to.include(error.code);
    return error;
  }
  throw new Error(`was not refused with ${codes.join(' or ')}`);
}
