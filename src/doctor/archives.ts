import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText, pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { contentsOf } from '../disk/contents.js';
import { namesIn } from '../disk/names-in.js';
import { listPlans } from '../plan/plan-file.js';
import { archivedFilesPath, archivePath, type ArchiveKey } from '../rollback/archive.js';
import { listArchives } from '../rollback/list-archives.js';
import { readArchiveManifest, type ArchiveManifest } from '../rollback/archive-manifest.js';
import type { Check, Finding } from './check.js';
import { showContents } from './folders.js';
import { hasJournal } from './has-journal.js';
import { setAside } from './set-aside.js';

function read(stateDir: string, key: ArchiveKey): ArchiveManifest | null | Finding {
  try {
    return readArchiveManifest(stateDir, key);
  } catch (error) {
    if (!(error instanceof PitonError) || error.code !== 'STATE_DAMAGED') throw error;
    const repair = (): void => setAside(stateDir, archivePath(key), 'manifest.json');
    return { severity: 'must', message: error.message, repair };
  }
}

function compare(stateDir: string, key: ArchiveKey, { items }: ArchiveManifest): Finding[] {
  const folder = archivedFilesPath(key);
  const unknown = new Set(namesIn(join(stateDir, folder)));
  const findings = items.flatMap(({ id, path, size }): Finding[] => {
    unknown.delete(String(id));
    const where = `${folder}/${id}`;
    const stat = lstatSync(join(stateDir, where), { throwIfNoEntry: false });
    const about = `${where}, which was ${JSON.stringify(pathToJson(path))}`;
    if (stat === undefined) return [{ severity: 'must', message: `${about}, is gone` }];
    if (stat.size === size) return [];
    return [{ severity: 'should', message: `${about}, has been written to since` }];
  });
  const strangers = [...unknown].map((name): Finding => {
    const message = `${folder}/${name} is not in the manifest; look at it and remove it`;
    return { severity: 'should', message };
  });
  return [...findings, ...strangers];
}

function examineArchive(stateDir: string, key: ArchiveKey, isKnown: boolean): Finding[] {
  const path = join(stateDir, archivePath(key));
  const contents = contentsOf(bytePathFromText(join(stateDir, archivedFilesPath(key))));
  const told = (what: string): Finding[] => {
    if (contents.files === 0) return [];
    return [{ severity: 'should', message: `${path} holds ${showContents(contents)} ${what}` }];
  };
  if (!isKnown) return told('of a plan that is gone; take what you need and delete it');
  const manifest = read(stateDir, key);
  if (manifest === null) return told('and has no manifest; undoing the correction keeps them');
  return 'severity' in manifest ? [manifest] : compare(stateDir, key, manifest);
}

/** What corrections took out of the worktree, and whether it is what their manifests say. */
export const ARCHIVES: Check = {
  name: 'archives',
  look: ({ repository }) => {
    if (hasJournal(repository)) return [];
    const { stateDir } = repository;
    const { plans, damaged } = listPlans(stateDir);
    const known = new Set([...plans, ...damaged].map(({ plan_id: id }) => id));
    return listArchives(stateDir).flatMap((key) =>
      examineArchive(stateDir, key, known.has(key.planId)),
    );
  },
};
