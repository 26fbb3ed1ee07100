import { constants, lstatSync } from 'node:fs';
import {
  fsPath,
  bytePathFromText,
  joinPath,
  parentOf,
  ROOT,
  textOf,
  type BytePath,
} from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import { MountPoints } from '../disk/mount-points.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Scan } from '../worktree/scan.js';
import type { StatCache } from '../worktree/stat-cache.js';
import { inodeOf, modeOf } from '../worktree/stat-record.js';
import type { ArchiveMove } from './archive.js';
import type { FromArchive } from './archive-contents.js';
import type { Areas, AreasOptions } from './areas.js';
import type { RollbackProposal } from './propose.js';
import { sequenceSteps } from './sequence.js';
import { stageContents, type StageRequest } from './stage.js';
import type { CapturedState, ReturnStep, Slot, Step } from './steps.js';
import type { Survey } from './survey.js';

export interface PrepareInput extends OperationOptions, AreasOptions {
  proposal: RollbackProposal;
  survey: Survey;
  returns: readonly ReturnStep[];
  scan: Pick<Scan, 'statEntries'>;
  objects: ObjectReader;
  /** What is remembered of the scan before the safety checkpoint's. */
  lastScan: StatCache | null;
  archive: ArchiveMove | null;
  fromArchive: FromArchive | null;
}

const STATE_AREA = 0;

/** Finds the area from which contents can be renamed to a path. */
class AreaFinder {
  readonly #root: BytePath;
  readonly #areas: Areas;
  readonly #survey: Survey;
  readonly #mounts = MountPoints.read();
  readonly #statePlace: string;
  readonly #known = new Map<BytePath, number>();

  constructor(input: PrepareInput, areas: Areas) {
    this.#root = bytePathFromText(input.root);
    this.#areas = areas;
    this.#survey = input.survey;
    const stateDir = bytePathFromText(input.stateDir);
    this.#statePlace = this.#placeOf(stateDir, lstatSync(input.stateDir, { bigint: true }).dev);
  }

  areaFor(path: BytePath): number {
    const parent = parentOf(path);
    const known = this.#known.get(parent);
    if (known !== undefined) return known;
    const folder = this.#nearestFolder(parent);
    const place = this.#placeAt(folder);
    const area =
      place === this.#statePlace ? STATE_AREA : this.#areas.indexOf(this.#mountOf(folder, place));
    this.#known.set(parent, area);
    return area;
  }

  #nearestFolder(path: BytePath): BytePath {
    let folder = path;
    while (folder !== ROOT && this.#survey.stat(folder)?.isDirectory() !== true) {
      folder = parentOf(folder);
    }
    return folder;
  }

  /** Things can be renamed between two folders when this is the same for both. */
  #placeOf(absolute: BytePath, device: bigint): string {
    return `${device} ${this.#mounts.of(absolute)}`;
  }

  #placeAt(folder: BytePath): string {
    const stat = folder === ROOT ? null : this.#survey.stat(folder);
    const path = folder === ROOT ? this.#root : joinPath(this.#root, folder);
    return this.#placeOf(path, (stat ?? lstatSync(fsPath(path), { bigint: true })).dev);
  }

  /** The topmost folder of the workspace in the same place. */
  #mountOf(folder: BytePath, place: string): string {
    let mount = folder;
    while (mount !== ROOT && this.#placeAt(parentOf(mount)) === place) mount = parentOf(mount);
    const text = textOf(mount);
    if (text !== undefined) return text;
    throw new PitonError('IO_FAILED', 'a file system is mounted at a name that is not UTF-8', {
      hint: 'mount it elsewhere; piton cannot roll back across it',
    });
  }
}

/**
 * Finds how paths looked when they were captured. One whose contents are not in the repository,
 * whatever a cache said, counts as not captured: then it is kept in the trash.
 */
function stateFinder(
  { scan, objects }: Pick<PrepareInput, 'scan' | 'objects'>,
  wanted: ReadonlySet<BytePath>,
): (path: BytePath) => CapturedState | null {
  const states = new Map<BytePath, CapturedState>();
  for (const { path, record, oid } of scan.statEntries(wanted)) {
    if (!objects.has(oid)) continue;
    states.set(path, {
      size: String(record.readBigUInt64LE(0)),
      mtimeNs: String(record.readBigInt64LE(8)),
      ino: String(inodeOf(record)),
      oid,
    });
  }
  return (path) => states.get(path) ?? null;
}

/** Git knows no more of permissions than "executable": a file that was private stays so. */
function findEarlier(requests: readonly StageRequest[], lastScan: StatCache | null): void {
  const created = requests.filter(({ replaced }) => replaced === null);
  if (lastScan === null || created.length === 0) return;
  const byPath = new Map(created.map((request) => [request.entry.path, request]));
  for (const { path, record } of lastScan.entries()) {
    const request = byPath.get(path);
    const mode = request === undefined ? 0 : modeOf(record);
    if (request !== undefined && (mode & constants.S_IFMT) === constants.S_IFREG) {
      request.earlier = mode & 0o777;
    }
  }
}

function found<T>(value: T | undefined, path: string): T {
  if (value !== undefined) return value;
  throw new PitonError('INTERNAL', `a rollback lost track of ${JSON.stringify(path)}`);
}

/**
 * Stages all new contents and puts the steps in order. Changes nothing in the worktree but the
 * staging folders of other file systems. The caller removes what was staged when this throws.
 */
export async function prepareSteps(input: PrepareInput, areas: Areas): Promise<Step[]> {
  const { proposal, survey, returns, objects, signal, onProgress } = input;
  areas.indexOf(null);
  const finder = new AreaFinder(input, areas);
  const slotFor = (path: BytePath): Slot => areas.newSlot(finder.areaFor(path));
  const archive = input.archive === null ? null : areas.addArchive(input.archive.key);
  const isFilled = input.archive?.direction === 'into';
  // Nothing can be renamed from one file system to another.
  const retireTo = (path: BytePath): Slot =>
    archive !== null && isFilled && finder.areaFor(path) === STATE_AREA
      ? areas.newSlot(archive)
      : slotFor(path);
  const fromArchive = input.fromArchive?.files;
  const staging = proposal.writes.filter(({ entry }) => fromArchive?.has(entry.path) !== true);
  const requests: StageRequest[] = staging.map(({ entry, replaces }) => ({
    entry,
    slot: slotFor(entry.path),
    replaced: replaces === null ? null : survey.stat(entry.path),
    earlier: null,
  }));
  findEarlier(requests, input.lastScan);
  const states = await stageContents(requests, areas, objects, { signal, onProgress });
  const slots = new Map(requests.map(({ entry, slot }) => [entry.path, slot]));
  const leaving = new Set(
    [...proposal.removals, ...proposal.writes.map(({ entry }) => entry)].map(({ path }) => path),
  );
  return sequenceSteps({
    proposal,
    survey,
    returns,
    slotFor,
    retireTo,
    folderMode: (path) => input.fromArchive?.folderModes.get(path),
    stagedAt: (path) => {
      const file = fromArchive?.get(path);
      if (file !== undefined && archive !== null) {
        return { from: { area: archive, number: file.number }, staged: file.state };
      }
      return { from: found(slots.get(path), path), staged: found(states.get(path), path) };
    },
    capturedState: stateFinder(input, leaving),
  });
}
