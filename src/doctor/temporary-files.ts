import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../core/byte-path.js';
import { staleTemps } from '../disk/atomic-write.js';
import { namesIn } from '../disk/names-in.js';
import { processExists } from '../disk/process-identity.js';
import { removeFile } from '../disk/remove-file.js';
import { staleObjectTemps } from '../store/objects/temp-files.js';
import { refFiles } from '../store/repository/loose-refs.js';
import { sweepRefLocks } from '../store/repository/sweep-ref-locks.js';
import type { Check, DoctorContext, Finding } from './check.js';
import { removeWhole } from './folders.js';

/** Nothing that piton writes goes without a write for so long. */
const STALE_MS = 10 * 60_000;

function staleIn({ repository, clock }: DoctorContext): string[] {
  const { stateDir, commonDir } = repository;
  const folders = [stateDir, join(stateDir, 'plans'), join(stateDir, 'log')];
  const files = folders
    .filter((folder) => namesIn(folder).length > 0)
    .flatMap((folder) => staleTemps(folder, STALE_MS, clock).map((name) => join(folder, name)));
  const objects = staleObjectTemps(join(commonDir, 'objects'), STALE_MS, clock);
  return [...files, ...objects.map(({ path }) => path)];
}

/** A repository that somebody was making; complete ones have another name. */
const UNFINISHED_REPOSITORY = /^\.git\.piton-([1-9]\d{0,9})-[0-9a-f]{16}$/;

function unfinishedRepositories(root: string): Finding[] {
  const names = namesIn(root).filter((name) => {
    const pid = UNFINISHED_REPOSITORY.exec(name)?.[1];
    return pid !== undefined && !processExists(Number(pid));
  });
  return names.map((name) => {
    const message = `${join(root, name)} is left of the making of a repository`;
    return { severity: 'should', message, repair: () => removeWhole(root, ROOT, name) };
  });
}

/** Files that processes were writing when they died. */
export const TEMPORARY_FILES: Check = {
  name: 'temporary_files',
  whileBusy: true,
  look: (context) => {
    const findings = staleIn(context).map((path): Finding => {
      const message = `${path} is a temporary file of a process that died`;
      return { severity: 'should', message, repair: () => removeFile(path) };
    });
    return [...findings, ...unfinishedRepositories(context.repository.root)];
  },
};

/** Far longer than any process holds a ref's lock. */
const HELD_AT_MOST_MS = 60_000;

/** Locks of hidden refs that nobody holds any more, and that keep the refs from being changed. */
export const REF_LOCKS: Check = {
  name: 'ref_locks',
  whileBusy: true,
  look: ({ repository, clock }) => {
    if (repository.refStorage !== 'files') return [];
    const now = clock.now();
    const { commonDir } = repository;
    const paths = refFiles(commonDir, 'refs/piton/').filter((path) => path.endsWith('.lock'));
    return paths.flatMap((path): Finding[] => {
      const stat = lstatSync(join(commonDir, path), { throwIfNoEntry: false });
      if (stat === undefined || stat.mtimeMs >= now - HELD_AT_MOST_MS) return [];
      const repair = (): void => void sweepRefLocks(repository, now, now);
      return [{ severity: 'should', message: `${path} is a lock that nobody holds`, repair }];
    });
  },
};
