import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { PitonError, systemErrorCode } from '../core/errors.js';
import { writeAtomic } from '../disk/atomic-write.js';
import { readBounded } from '../disk/read.js';
import { removeFile } from '../disk/remove-file.js';

/*
 * What V8 made of the program's files, kept for the next start. Node does this by itself since
 * 22.1; for older ones a file is kept for each large file of the program: two CRC-32, of the code,
 * which a torn one does not have, and of the source, of which V8 looks at the length alone; then
 * the code. V8 takes code on trust, so the folder must be nobody else's; code that another release
 * of V8 made it refuses by itself.
 */

/** Smaller files are compiled in less time than it takes to read another one. */
const LEAST_SOURCE_BYTES = 32 * 1024;
const MOST_CODE_BYTES = 32 * 1024 * 1024;
const CRC_BYTES = 4;
const HEADER_BYTES = 2 * CRC_BYTES;
/** Code of programs that are not there any more is not asked for again. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

/** The part of `node:module` that only newer releases have. */
interface CompileCache {
  enableCompileCache?: (folder: string) => unknown;
}

/**
 * Keeps compiled code in the user's cache folder, if it is the user's alone.
 * @param env the process's environment; `NODE_DISABLE_COMPILE_CACHE` is Node's own way to say no
 */
export function keepCompiledCode(
  env: NodeJS.ProcessEnv,
  home: string,
  { enableCompileCache }: CompileCache = nodeModule as CompileCache,
): void {
  if (env['NODE_DISABLE_COMPILE_CACHE']) return;
  // Node's own default is the shared temporary folder, where others could leave code to be run.
  const homes = [env['XDG_CACHE_HOME'] ?? '', join(home, '.cache')];
  // One that is not absolute would be looked for in the workspace.
  const cacheHome = homes.find((path) => isAbsolute(path));
  if (cacheHome === undefined) return;
  const own = join(cacheHome, 'piton', enableCompileCache === undefined ? 'code' : 'compile');
  if (isInWorkspace(own) || !isOwnFolder(own)) return;
  if (enableCompileCache === undefined) keepCodeIn(own);
  else enableCompileCache(own);
}

/** Whether a checkpoint might capture what is in a folder: not all ignore their caches. */
function isInWorkspace(folder: string): boolean {
  const parent = dirname(folder);
  return existsSync(join(folder, '.git')) || (parent !== folder && isInWorkspace(parent));
}

/** Whether only this user can write to a folder, which is made when it is missing. */
function isOwnFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const isOurs = process.getuid === undefined || stat.uid === process.getuid();
    return isOurs && stat.isDirectory() && (stat.mode & 0o022) === 0;
  } catch (error) {
    return unlessSystem(error, false);
  }
}

/** Without the code a start takes a little longer, and that is all. */
function unlessSystem<T>(error: unknown, value: T): T {
  if (systemErrorCode(error) === undefined && !(error instanceof PitonError)) throw error;
  return value;
}

interface Compiled {
  script: Script;
  sourceCrc: number;
  path: string;
}

/** Keeps the code of the `.cjs` files that are loaded from now on. */
function keepCodeIn(folder: string): void {
  const compiled: Compiled[] = [];
  // The one way to have a say in how a file is compiled: deprecated, and there to stay.
  const { extensions } = nodeModule.createRequire(import.meta.url);
  extensions['.cjs'] = (module, file) => {
    const one = load(module, file, folder);
    if (one !== null) compiled.push(one);
  };
  // By then the functions that were called are compiled, and are kept as well.
  process.once('exit', () => keepAll(compiled, folder));
}

/** @returns what is worth keeping and was not kept yet */
function load(module: NodeModule, file: string, folder: string): Compiled | null {
  const bytes = readFileSync(file);
  const source = bytes.toString('utf8');
  const isLarge = bytes.length >= LEAST_SOURCE_BYTES;
  const sourceCrc = isLarge ? crc32(bytes) : 0;
  const path = join(folder, `${basename(file)}-${process.version}-${process.arch}`);
  const cachedData = isLarge ? readCode(path, sourceCrc) : undefined;
  const options = { filename: file, ...(cachedData !== undefined && { cachedData }) };
  const script = new Script(nodeModule.Module.wrap(source), options);
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  const { exports } = module as { exports: unknown };
  run.call(exports, exports, module.require.bind(module), module, file, dirname(file));
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  return isLarge && !isKept ? { script, sourceCrc, path } : null;
}

function readCode(path: string, sourceCrc: number): Buffer | undefined {
  try {
    const bytes = readBounded(path, MOST_CODE_BYTES);
    if (bytes === null || bytes.length < HEADER_BYTES) return undefined;
    if (bytes.readUInt32LE(CRC_BYTES) !== sourceCrc) return undefined;
    const code = bytes.subarray(HEADER_BYTES);
    return crc32(code) === bytes.readUInt32LE(0) ? code : undefined;
  } catch (error) {
    return unlessSystem(error, undefined);
  }
}

function keepAll(compiled: readonly Compiled[], folder: string): void {
  if (compiled.length === 0) return;
  try {
    for (const { script, sourceCrc, path } of compiled) {
      const code = script.createCachedData();
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(crc32(code));
      header.writeUInt32LE(sourceCrc, CRC_BYTES);
      writeAtomic(path, Buffer.concat([header, code]), { mode: 0o600, durability: 'fast' });
    }
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (lstatSync(path).mtimeMs < Date.now() - KEPT_MS) removeFile(path);
    }
  } catch (error) {
    unlessSystem(error, null);
  }
}
