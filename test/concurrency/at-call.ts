import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** One call of `node:fs` that names something on disk. */
export interface Call {
  name: string;
  /** Where it leads, as the kernel has it: through descriptors, and links on the way. */
  path: string;
}

export interface Watched {
  /** Just before a call is made, once for each path that it names. */
  before: (call: Call) => void;
  /** When it has been made, whatever came of it; with where it led in the end. */
  after: (calls: readonly Call[]) => void;
}

type Function_ = (...given: unknown[]) => unknown;

/** Which arguments of a function are paths; -1: the first is a descriptor. */
const FUNCTIONS: Record<string, readonly number[]> = {
  ...{ openSync: [0], lstatSync: [0], statSync: [0], readdirSync: [0], readlinkSync: [0] },
  ...{ existsSync: [0], renameSync: [0, 1], linkSync: [0, 1], symlinkSync: [1] },
  ...{ unlinkSync: [0], rmSync: [0], mkdirSync: [0], rmdirSync: [0], chmodSync: [0] },
  ...{ utimesSync: [0], readSync: [-1], writeSync: [-1], fchmodSync: [-1], fsyncSync: [-1] },
};

/** They go where a link at the end of the path leads. */
const FOLLOWING = new Set(['readdirSync', 'statSync', 'existsSync', 'chmodSync', 'utimesSync']);

const { readlinkSync } = fs;
const realPath = (path: string): string => fs.realpathSync.native(path, 'latin1');
const DESCRIPTOR = /^\/proc\/self\/fd\/\d+/;
const WHOLE_DESCRIPTOR = /^\/proc\/self\/fd\/\d+$/;

function throughDescriptor(path: string): string {
  return path.replace(DESCRIPTOR, (link) => readlinkSync(link, 'latin1'));
}

function ledTo(name: string, path: string): string {
  const at = path.lastIndexOf('/');
  try {
    return FOLLOWING.has(name) ? realPath(path) : `${realPath(path.slice(0, at))}${path.slice(at)}`;
  } catch {
    return path;
  }
}

/** To ask where a descriptor leads is to go nowhere. */
function isQuestion(name: string, [path]: readonly unknown[]): boolean {
  return name === 'readlinkSync' && WHOLE_DESCRIPTOR.test(String(path));
}

function isForWriting(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = fs.constants;
  const writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  return typeof flags === 'number' ? (flags & writing) !== 0 : flags !== undefined && flags !== 'r';
}

function callsOf(name: string, given: readonly unknown[]): Call[] {
  if (isQuestion(name, given)) return [];
  return (FUNCTIONS[name] ?? []).map((position) => {
    if (position === -1) {
      return { name, path: throughDescriptor(`/proc/self/fd/${String(given[0])}`) };
    }
    const path = given[position];
    const text = Buffer.isBuffer(path) ? path.toString('latin1') : String(path);
    const told = name === 'openSync' && isForWriting(given[1]) ? 'openSync for writing' : name;
    return { name: told, path: ledTo(name, throughDescriptor(text)) };
  });
}

/**
 * Does something while every call of `node:fs` in this process is told, before and after: so a
 * test can act at exactly the point that another process could hit only by luck.
 */
export async function watchingCalls<T>(watched: Watched, work: () => Promise<T>): Promise<T> {
  const own = fs as unknown as Record<string, Function_>;
  const originals = new Map<string, Function_>();
  let isInside = false;
  for (const name of Object.keys(FUNCTIONS)) {
    const original = own[name] as Function_;
    originals.set(name, original);
    own[name] = (...given) => {
      if (isInside) return original(...given);
      isInside = true;
      let made: readonly Call[] = [];
      try {
        for (const call of callsOf(name, given)) watched.before(call);
        made = callsOf(name, given);
        return original(...given);
      } finally {
        watched.after(made);
        isInside = false;
      }
    };
  }
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    for (const [name, original] of originals) own[name] = original;
    syncBuiltinESMExports();
  }
}
