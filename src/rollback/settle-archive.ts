import { asBytePath, isWithin, type BytePath } from '../core/byte-path.js';
import { isoTime } from '../core/clock.js';
import { systemErrorCode } from '../core/errors.js';
import type { ObjectId } from '../core/types.js';
import type { AnchoredDirectory } from '../disk/anchored-directory.js';
import { AnchoredRoot } from '../disk/anchored-root.js';
import {
  archivedFilesPath,
  archivePath,
  type ArchiveKey,
  type ArchiveMove,
  type Artifact,
} from './archive.js';
import type { JournalArchive } from './archive.js';
import {
  removeArchiveManifest,
  writeArchiveManifest,
  type ArchivedFolder,
  type ArchivedItem,
} from './archive-manifest.js';
import { contentsId } from './contents-id.js';
import type { OpenOperation, RollbackContext } from './context.js';
import type { Journal } from './journal.js';
import type { RetireStep, Step } from './steps.js';
import { slotName } from './take-step.js';

/** Whether a step moves something into an archive. */
export function isArchiving({ to }: RetireStep, { areas }: Pick<Journal, 'areas'>): boolean {
  return areas[to.area]?.archive !== undefined;
}

function archivingSteps({ steps, areas }: Pick<Journal, 'steps' | 'areas'>): RetireStep[] {
  return steps.filter(
    (step): step is RetireStep => step.kind === 'retire' && isArchiving(step, { areas }),
  );
}

/** The decision whose artifact is nearest to a path; of several the last one. */
function declaringDecision(path: BytePath, artifacts: readonly Artifact[]): string | null {
  const own = artifacts.filter((artifact) => isWithin(path, artifact.path));
  const nearest = Math.max(...own.map((artifact) => artifact.path.length));
  return own.findLast((artifact) => artifact.path.length === nearest)?.decisionId ?? null;
}

/** What the journal is to say of an archive, given the steps and areas of the operation. */
export function journalArchive(
  move: ArchiveMove,
  { steps, areas }: Pick<Journal, 'steps' | 'areas'>,
): JournalArchive {
  const { direction, key } = move;
  const archive: JournalArchive = { ...key, direction, decisions: {} };
  if (move.direction === 'out') return archive;
  for (const step of archivingSteps({ steps, areas })) {
    const decision = declaringDecision(step.path, move.artifacts);
    if (decision !== null) archive.decisions[step.to.number] = decision;
  }
  return archive;
}

/** Something that was moved into an archive, and where it is now. */
export interface Archived {
  path: BytePath;
  /** Relative to the state directory. */
  to: string;
}

/** What an operation moves into its archive. */
export function archivedBy(journal: Journal): Archived[] {
  const { archive } = journal;
  if (archive === null) return [];
  const moves = archivingSteps(journal);
  return moves.map(({ path, to }) => ({ path, to: `${archivedFilesPath(archive)}/${to.number}` }));
}

function hashOf(folder: AnchoredDirectory, name: BytePath, context: RollbackContext) {
  try {
    return contentsId(folder, name, context.objects.algorithm);
  } catch (error) {
    // A file that its owner may not read was moved all the same.
    if (systemErrorCode(error) === 'EACCES') return null;
    throw error;
  }
}

function itemOf(
  step: RetireStep,
  folder: AnchoredDirectory,
  context: RollbackContext,
  decision: string | null,
): ArchivedItem[] {
  const name = slotName(step.to);
  const stat = folder.lstat(name);
  if (stat === null) return [];
  const isKnown = stat.isFile() || stat.isSymbolicLink();
  const hash: ObjectId | null = isKnown ? hashOf(folder, name, context) : null;
  return [
    {
      id: step.to.number,
      decision_id: decision,
      path: step.path,
      kind: stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'link' : 'other',
      size: Number(stat.size),
      hash,
      mode: (stat.mode & 0o7777n).toString(8).padStart(4, '0'),
      modified_at: isoTime(Number(stat.mtimeMs)),
    },
  ];
}

function removedFolders(steps: readonly Step[]): ArchivedFolder[] {
  return steps.flatMap((step) =>
    step.kind === 'remove_folder' ? [{ path: step.path, mode: step.mode.toString(8) }] : [],
  );
}

/** Writes the manifest of what was moved into the archive, as it lies there. May be repeated. */
function describeArchive(context: RollbackContext, journal: Journal, operation: OpenOperation) {
  const { archive } = journal;
  if (archive === null) return;
  const items = archivingSteps(journal)
    .flatMap((step) => {
      const { retired } = operation.areas.at(step.to.area);
      return itemOf(step, retired, context, archive.decisions[step.to.number] ?? null);
    })
    .sort((left, right) => left.id - right.id);
  const manifest = { items, folders: removedFolders(journal.steps) };
  writeArchiveManifest(context.stateDir, archive, manifest, context.durability);
}

/** What was left in an archive is kept under a name that tells so. */
const LEFT = '.archived';
const MANIFEST = asBytePath('manifest.json');
const NEWCOMER_FORM = /\.newcomer-\d+$/;

/** Where something lay that was left in an archive; null for the name of anything else. */
export function archivedPath(name: BytePath, { archive }: Journal): BytePath | null {
  if (archive === null || !name.endsWith(LEFT)) return null;
  const own = name.slice(0, -LEFT.length);
  const folder = own === MANIFEST ? archivePath(archive) : archivedFilesPath(archive);
  return asBytePath(`.git/piton/${folder}/${own}`);
}

function setAsideManifest(context: RollbackContext, key: ArchiveKey, into: AnchoredDirectory) {
  const root = AnchoredRoot.open(context.stateDir);
  try {
    root.within(asBytePath(archivePath(key)), (folder) => {
      if (folder.lstat(MANIFEST) === null) return;
      folder.rename(MANIFEST, into, asBytePath(`${MANIFEST}${LEFT}`));
    });
  } finally {
    root.close();
  }
}

/**
 * Moves to what is kept in the trash what lies in the archive and should not: newcomers, and after
 * the archive has been emptied all that did not go back, with the manifest, which tells what it
 * is. Again is harmless.
 */
export function setAsideLeft(
  context: RollbackContext,
  journal: Journal,
  operation: OpenOperation,
  isDone: boolean,
): void {
  const { archive } = journal;
  if (archive === null) return;
  const area = journal.areas.findIndex((one) => one.archive !== undefined);
  const { retired } = operation.areas.at(area);
  const isEmptied = isDone && archive.direction === 'out';
  const left = retired.readdir().filter((name) => isEmptied || NEWCOMER_FORM.test(name));
  if (left.length === 0) return;
  const into = operation.areas.keptAt(area);
  if (isEmptied) setAsideManifest(context, archive, into);
  for (const name of left) retired.rename(name, into, asBytePath(`${name}${LEFT}`));
}

/** Ends what an operation that stands did with an archive. May be repeated. */
export function settleArchive(
  context: RollbackContext,
  journal: Journal,
  operation: OpenOperation,
): void {
  const { archive } = journal;
  if (archive?.direction === 'out') removeArchiveManifest(context.stateDir, archive);
  else describeArchive(context, journal, operation);
}
