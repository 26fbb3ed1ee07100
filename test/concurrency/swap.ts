import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { watchingCalls, type Call } from './at-call.js';

/** A folder of a workspace, and what is to take its place. */
export interface Swap {
  folder: string;
  /** Where the folder goes meanwhile. */
  aside: string;
  /** What the link leads to. */
  outside: string;
  /** Whether it comes back as soon as the call is made. */
  returns: boolean;
}

/** Every name in it is one that a rollback of `disturb` has something to do with. */
export function layOut(folder: string, says: string): void {
  for (const below of ['', 'emptied', 'gone', 'deep', 'only']) mkdirSync(join(folder, below));
  const files = ['edited', 'deleted', 'run.sh', 'same', 'gone/file', 'only/deleted', 'only/same'];
  for (const name of [...files, 'deep/edited', 'deep/deleted']) {
    writeFileSync(join(folder, name), `${says} ${name}\n`, { mode: 0o644 });
  }
  symlinkSync('edited', join(folder, 'link'));
}

export function disturb(folder: string, says: string): void {
  for (const name of ['edited', 'new', 'deep/edited', 'deep/new']) {
    writeFileSync(join(folder, name), `${says} anew ${name}\n`);
  }
  for (const name of ['deleted', 'deep/deleted', 'only/deleted', 'link'])
    unlinkSync(join(folder, name));
  symlinkSync('nowhere', join(folder, 'link'));
  chmodSync(join(folder, 'run.sh'), 0o755);
  rmSync(join(folder, 'gone'), { recursive: true });
  rmSync(join(folder, 'emptied'), { recursive: true });
  mkdirSync(join(folder, 'obsolete'));
}

/** A moment ago is when others changed something: a change by piton would show. */
export function age(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) utimesSync(join(entry.parentPath, entry.name), 1e9, 1e9);
  }
  utimesSync(folder, 1e9, 1e9);
}

/** All that another process could see of a folder; of times also the one that cannot be set. */
export function appearance(folder: string): string[] {
  const seen = readdirSync(folder, { recursive: true }).map(String);
  return ['.', ...seen].sort().map((name) => {
    const path = join(folder, name);
    const { mode, nlink, uid, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
    const kind = lstatSync(path);
    const contents = kind.isSymbolicLink()
      ? readlinkSync(path)
      : kind.isFile()
        ? readFileSync(path, 'utf8')
        : '';
    return [name, mode.toString(8), nlink, uid, mtimeNs, ctimeNs, contents].join(' ');
  });
}

function swapIn({ folder, aside, outside }: Swap): void {
  renameSync(folder, aside);
  symlinkSync(outside, folder);
}

/** Puts the folder back, unless piton has put another one in its place. */
export function swapOut({ folder, aside }: Swap): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) unlinkSync(folder);
  if (!existsSync(folder) && existsSync(aside)) renameSync(aside, folder);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

export interface Swapped<T> {
  /** What came of the work, or the error. */
  result: T | Error;
  /** The calls that had to do with the folder. */
  calls: Call[];
  /** Those that led to the outside. */
  outside: Call[];
}

/**
 * Does the work, and swaps the folder just before its `at`-th call that has to do with it. The call
 * that is `failing` fails for want of room, once, and only later ones are counted.
 */
export async function swappingAt<T>(
  swap: Swap,
  at: number,
  work: () => Promise<T>,
  failing?: (call: Call) => boolean,
): Promise<Swapped<T>> {
  const calls: Call[] = [];
  const outside: Call[] = [];
  let isDue = false;
  let hasFailed = failing === undefined;
  const before = (call: Call): void => {
    if (!hasFailed) {
      hasFailed = failing?.(call) === true;
      if (hasFailed) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      return;
    }
    if (!isWithin(call.path, swap.folder) && !isWithin(call.path, swap.aside)) return;
    if (calls.push(call) === at) {
      swapIn(swap);
      isDue = swap.returns;
    }
  };
  const after = (made: readonly Call[]): void => {
    if (isDue) swapOut(swap);
    isDue = false;
    outside.push(...made.filter(({ path }) => isWithin(path, swap.outside)));
  };
  const result = await watchingCalls({ before, after }, work).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  return { result, calls, outside };
}
