import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { tryGit } from '../helpers/git.js';

/** A change of a tree; numbers choose among what is there, so that any list makes sense. */
export type Change =
  | { kind: 'make'; at: number; name: Buffer; what: What }
  | { kind: 'remove' | 'replace' | 'chmod'; at: number; what: What }
  | { kind: 'rename'; at: number; to: number; name: Buffer }
  | { kind: 'stage' | 'commit' | 'nest'; at: number; name: Buffer };

export type What =
  | { type: 'file' | 'executable'; contents: string }
  | { type: 'link'; target: string }
  | { type: 'folder' | 'fifo' };

const NAMES = [
  ...['a', 'b', 'a.b', 'c.log', 'build', 'Z', '-x', ' ', 'sp ace', 'new\nline', '"q"', '*', 'con'],
  ...['ünï', '名前', '👩‍🚀', 'x'.repeat(200), '.hidden', '~', '$HOME', '\\', '[ab]'],
].map((name) => Buffer.from(name));
const NOT_UTF8 = [Buffer.from([0xff, 0xfe, 0x61]), Buffer.from([0x61, 0x80])];
const IGNORE_FILES = ['.gitignore', '.pitonignore'].map((name) => Buffer.from(name));
const RULES = ['*.log\n', 'build/\n', '/b\n', '!a.b\n*.b\n', 'a\n!c.log\n', ''];

const contents = fc.oneof(
  fc.constantFrom('1', '2', '3', '', 'line\r\n', '\0binary', ...RULES),
  fc.integer({ min: 1, max: 3 }).map((times) => 'long '.repeat(times * 40)),
);

const what: fc.Arbitrary<What> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('file' as const), contents }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('executable' as const), contents }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('link' as const),
      target: fc.constantFrom('a', '..', '/etc/passwd', 'nowhere', '.', 'b/c'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('folder' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fifo' as const) }) },
);

const name = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...NOT_UTF8) },
  { weight: 3, arbitrary: fc.constantFrom(...IGNORE_FILES) },
);
const at = fc.nat({ max: 1_000 });

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('make' as const), at, name, what }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('remove' as const, 'replace' as const, 'chmod' as const),
      at,
      what,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), at, to: at, name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('stage' as const, 'commit' as const, 'nest' as const),
      at,
      name,
    }),
  },
);

export const changes = (most: number): fc.Arbitrary<Change[]> =>
  fc.array(change, { maxLength: most });

function join(folder: Buffer, entry: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), entry]);
}

/** All paths below a folder, the git dirs of nested repositories left out. */
function pathsBelow(root: Buffer): { path: Buffer; isFolder: boolean }[] {
  const found: { path: Buffer; isFolder: boolean }[] = [];
  for (const entry of readdirSync(root, { encoding: 'buffer' })) {
    if (entry.toString('latin1') === '.git') continue;
    const path = join(root, entry);
    const isFolder = lstatSync(path).isDirectory();
    found.push({ path, isFolder });
    if (isFolder) found.push(...pathsBelow(path));
  }
  return found;
}

function isIgnoreFile(path: Buffer): boolean {
  return IGNORE_FILES.some((one) => path.subarray(-one.length).equals(one));
}

function make(path: Buffer, made: What): void {
  // A FIFO of this name makes git itself wait for ever, and a link makes git fsck complain.
  if (isIgnoreFile(path) && (made.type === 'fifo' || made.type === 'link')) return;
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  if (made.type === 'folder') mkdirSync(path);
  else if (made.type === 'link') symlinkSync(made.target, path);
  else if (made.type === 'fifo') spawnSync('mkfifo', ['--', path.toString('utf8')]);
  else if ('contents' in made) {
    writeFileSync(path, made.contents, { mode: made.type === 'file' ? 0o644 : 0o755 });
  }
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

function runGitChange(root: string, kind: 'stage' | 'commit' | 'nest', folder: Buffer): void {
  if (kind === 'stage') tryGit(root, ['add', '-A']);
  if (kind === 'commit') tryGit(root, ['commit', '-q', '--allow-empty', '-m', 'more']);
  if (kind === 'nest' && folder.toString('utf8').includes('a')) {
    spawnSync('git', ['init', '-q'], { cwd: folder.toString('latin1') });
  }
}

/** Makes one change, if it can be made. */
export function apply(root: string, one: Change): void {
  const below = pathsBelow(Buffer.from(root));
  const folders = [Buffer.from(root), ...below.filter((p) => p.isFolder).map((p) => p.path)];
  const folder = pick(folders, one.at) ?? Buffer.from(root);
  const chosen = pick(below, one.at)?.path;
  if (one.kind === 'make') make(join(folder, one.name), one.what);
  else if (one.kind === 'stage' || one.kind === 'commit' || one.kind === 'nest') {
    runGitChange(root, one.kind, folder);
  } else if (chosen === undefined) return;
  else if (one.kind === 'rename') {
    const to = join(pick(folders, one.to) ?? folder, one.name);
    const isInside = to.subarray(0, chosen.length).equals(chosen);
    const isMuted = isIgnoreFile(one.name) && !lstatSync(chosen).isFile();
    const isFree = lstatSync(to, { throwIfNoEntry: false }) === undefined;
    if (!isInside && !isMuted && isFree) renameSync(chosen, to);
  } else if (one.kind === 'chmod') {
    if (lstatSync(chosen).isFile()) chmodSync(chosen, lstatSync(chosen).mode ^ 0o111);
  } else {
    rmSync(chosen, { recursive: true, force: true });
    if (one.kind === 'replace') make(chosen, one.what);
  }
}

/** Every path below a folder (latin1, relative) with all that must come back. */
export function recordTree(root: string): Map<string, string> {
  const recorded = new Map<string, string>();
  for (const { path } of pathsBelow(Buffer.from(root))) {
    const stat = lstatSync(path);
    const key = path.subarray(Buffer.byteLength(root) + 1).toString('latin1');
    if (stat.isDirectory()) recorded.set(key, 'folder');
    else if (stat.isSymbolicLink()) {
      recorded.set(key, `link ${readlinkSync(path, { encoding: 'buffer' }).toString('latin1')}`);
    } else if (stat.isFile()) {
      const mode = (stat.mode & 0o100) === 0 ? 'file' : 'executable';
      recorded.set(key, `${mode} ${readFileSync(path).toString('base64')}`);
    } else recorded.set(key, 'special');
  }
  return recorded;
}
