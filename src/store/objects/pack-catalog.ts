import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../../core/errors.js';
import type { HashAlgorithm } from '../../core/types.js';
import { readPackIndex, type PackIndex } from './pack-index.js';

export interface PackFacts {
  /** Absolute path of the `.pack` file. */
  path: string;
  /** Whether it is the repository's own, not borrowed. */
  isOwn: boolean;
  /**
   * Whether git keeps an age for each of its objects, in a `.mtimes` file beside it
   * (gitformat-pack, "cruft packs"): touching the pack makes none of them new.
   */
  isCruft: boolean;
  /** What its index file looked like when it was found; another file of the name differs. */
  stamp: string | null;
}

/** A pack of the repository or of an alternate; its index is read when it is first needed. */
export class KnownPack implements PackFacts {
  readonly path: string;
  readonly isOwn: boolean;
  readonly isCruft: boolean;
  readonly stamp: string | null;
  readonly #algorithm: HashAlgorithm;
  #index: PackIndex | null | undefined;

  constructor(facts: PackFacts, algorithm: HashAlgorithm, index?: PackIndex) {
    this.path = facts.path;
    this.isOwn = facts.isOwn;
    this.isCruft = facts.isCruft;
    this.stamp = facts.stamp;
    this.#algorithm = algorithm;
    this.#index = index;
  }

  /** Null when git removed the pack between its being listed and its being needed. */
  get index(): PackIndex | null {
    this.#index ??= readPackIndex(indexPathOf(this.path), this.#algorithm);
    return this.#index;
  }
}

export function indexPathOf(packPath: string): string {
  return packPath.replace(/pack$/, 'idx');
}

function mtimesPathOf(packPath: string): string {
  return packPath.replace(/pack$/, 'mtimes');
}

/** Identity of a pack's index file; null when it is not there. */
export function stampOf(packPath: string): string | null {
  const stat = lstatSync(indexPathOf(packPath), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

/** The names in a folder; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/**
 * The packs in all the folders of objects, as git lists them: every `.idx` that has its `.pack`.
 * What `before` already knew and is unchanged is kept, with its index in memory.
 * @param objectsDirs the first one is the repository's own
 */
export function listPacks(
  objectsDirs: readonly string[],
  algorithm: HashAlgorithm,
  before: readonly KnownPack[],
): KnownPack[] {
  const known = new Map(before.map((pack) => [pack.path, pack]));
  const packs: KnownPack[] = [];
  objectsDirs.forEach((objectsDir, place) => {
    const folder = join(objectsDir, 'pack');
    const names = new Set(namesIn(folder));
    for (const name of names) {
      if (!name.endsWith('.pack') || !names.has(indexPathOf(name))) continue;
      const path = join(folder, name);
      const isCruft = names.has(mtimesPathOf(name));
      const facts = { path, isOwn: place === 0, isCruft, stamp: stampOf(path) };
      const old = known.get(path);
      const isKnown = old?.stamp === facts.stamp && old.isCruft === isCruft;
      packs.push(isKnown ? old : new KnownPack(facts, algorithm));
    }
  });
  return packs;
}

/** Changes whenever a pack was added or removed. */
export function packFoldersStamp(objectsDirs: readonly string[]): string {
  return objectsDirs
    .map((objectsDir) => {
      const folder = join(objectsDir, 'pack');
      return lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? '';
    })
    .join(' ');
}
