import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../disk/names-in.js';
import type { Check } from './check.js';

const FOLDERS = ['plans', 'staging', 'trash', 'archive', 'log', 'incoming', 'resident'];
const FILES = [
  'workspace.json',
  'stat-cache',
  'stat-cache.stamp',
  'last-look',
  'lock',
  'watch',
  'journal',
  'journal.committed',
  'pending-checkpoint',
  'archive-manifest',
];

/** Links could lead piton, run by somebody else than who made them, out of the workspace. */
export const STATE_DIRECTORY: Check = {
  name: 'state_directory',
  whileBusy: true,
  look: ({ repository: { stateDir } }) =>
    namesIn(stateDir).flatMap((name) => {
      const isFolder = FOLDERS.includes(name);
      if (!isFolder && !FILES.includes(name)) return [];
      const path = join(stateDir, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      const isRight = isFolder ? stat?.isDirectory() : stat?.isFile();
      if (stat === undefined || isRight === true) return [];
      const wanted = isFolder ? 'folder' : 'file';
      const message = `${path} is not a real ${wanted}; look at it and remove it`;
      return [{ severity: 'must', message }];
    }),
};
