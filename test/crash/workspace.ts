import { spawnSync } from 'node:child_process';
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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git, TEST_ENV, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import type { TracedProgram } from './strace.js';

const PITON = fileURLToPath(new URL('../../../../bin/piton.js', import.meta.url));

export function piton(workspace: string, ...args: string[]): TracedProgram {
  const command = [process.execPath, PITON, '--engine', 'embedded', '--json', ...args];
  return { command, cwd: workspace, env: TEST_ENV };
}

/** Runs piton to its end and gives what it said. */
export function runPiton(workspace: string, ...args: string[]): PitonDocument {
  const { command, cwd, env } = piton(workspace, ...args);
  const [file = '', ...rest] = command;
  const run = spawnSync(file, rest, { cwd, env, encoding: 'utf8' });
  return JSON.parse(run.stdout) as PitonDocument;
}

export interface PitonDocument {
  ok: boolean;
  data?: Record<string, unknown>;
  error?: { code: string; message: string; details: Record<string, unknown> };
  warnings?: { code: string; message: string }[];
}

function writeAll(root: string, files: Record<string, string>): void {
  for (const [path, contents] of Object.entries(files)) writeFileSync(join(root, path), contents);
}

/**
 * A workspace with a plan and a checkpoint, changed since in every way there is: edited, deleted,
 * new, mode, file ↔ folder ↔ link, empty folders, nested repository, staged and conflicted.
 */
export function makeWorkspace(): string {
  const root = tempDirectory();
  git(root, 'init', '-q', '-b', 'main');
  writeAll(root, { 'conflict.txt': 'base\n', '.gitignore': '*.log\n', 'edited.txt': 'first\n' });
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'base');
  git(root, 'checkout', '-q', '-b', 'other');
  writeAll(root, { 'conflict.txt': 'theirs\n' });
  git(root, 'commit', '-qam', 'theirs');
  git(root, 'checkout', '-q', 'main');
  writeAll(root, { 'conflict.txt': 'ours\n' });
  git(root, 'commit', '-qam', 'ours');
  fill(root);
  runPiton(root, 'plan', 'create', '--name', 'crash');
  runPiton(root, 'checkpoint', '-m', 'to go back to');
  disturb(root);
  return root;
}

function fill(root: string): void {
  for (const folder of ['folder/deep', 'becomes-file/inner', 'becomes-link', 'empty', 'nested']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeAll(root, {
    'deleted.txt': 'to be deleted\n',
    'folder/deep/kept.txt': 'kept\n',
    'becomes-file/inner/file.txt': 'inner\n',
    'becomes-link/file.txt': 'file\n',
    'becomes-folder': 'a file\n',
    'run.sh': '#!/bin/sh\n',
    'binary.bin': '\0\x01\x02',
    'ignored.log': 'never touched\n',
    'staged.txt': 'staged\n',
    'nested/inside.txt': 'inside\n',
  });
  chmodSync(join(root, 'run.sh'), 0o755);
  symlinkSync('edited.txt', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'link-becomes-file'));
  git(join(root, 'nested'), 'init', '-q', '-b', 'main');
  git(join(root, 'nested'), 'commit', '-q', '--allow-empty', '-m', 'nested');
  tryGit(root, ['merge', '-q', 'other']);
  unlinkSync(join(root, '.git', 'MERGE_HEAD'));
  git(root, 'add', 'staged.txt', 'folder');
}

function disturb(root: string): void {
  writeAll(root, { 'edited.txt': 'second\n', 'binary.bin': '\0\xff', 'new.txt': 'new\n' });
  unlinkSync(join(root, 'deleted.txt'));
  rmSync(join(root, 'becomes-file'), { recursive: true });
  writeAll(root, { 'becomes-file': 'now a file\n' });
  rmSync(join(root, 'becomes-link'), { recursive: true });
  symlinkSync('folder', join(root, 'becomes-link'));
  unlinkSync(join(root, 'becomes-folder'));
  mkdirSync(join(root, 'becomes-folder/sub'), { recursive: true });
  writeAll(root, { 'becomes-folder/sub/file.txt': 'in a folder\n' });
  chmodSync(join(root, 'run.sh'), 0o644);
  unlinkSync(join(root, 'link-becomes-file'));
  writeAll(root, { 'link-becomes-file': 'a file now\n', 'ignored.log': 'newer\n' });
  renameSync(join(root, 'empty'), join(root, 'empty-elsewhere'));
  unlinkSync(join(root, 'nested/inside.txt'));
  git(root, 'add', 'new.txt', 'edited.txt');
}

/** A copy with the same times, so that what the stat cache knows stays true. */
export function copyOf(workspace: string): string {
  const copy = join(tempDirectory(), 'workspace');
  const run = spawnSync('cp', ['-a', workspace, copy]);
  if (run.status !== 0) throw new Error(run.stderr.toString());
  return copy;
}

/** What must be exactly as before or exactly as after. */
export interface Recorded {
  tree: string[];
  index: string;
  head: string;
  plan: unknown;
}

function recordFolder(root: string, path: string, into: string[]): void {
  for (const name of readdirSync(join(root, path)).sort()) {
    const at = path === '' ? name : `${path}/${name}`;
    if (at === '.git') continue;
    const stat = lstatSync(join(root, at));
    if (stat.isDirectory()) {
      into.push(`${at}/`);
      recordFolder(root, at, into);
    } else if (stat.isSymbolicLink()) {
      into.push(`${at} -> ${readlinkSync(join(root, at))}`);
    } else {
      const mode = (stat.mode & 0o100) === 0 ? '644' : '755';
      into.push(`${at} ${mode} ${readFileSync(join(root, at)).toString('base64')}`);
    }
  }
}

const VOLATILE = new Set(['updated_at', 'at', 'from_checkpoint_id', 'last_checkpoint_id']);

function withoutVolatile(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) =>
      VOLATILE.has(key) && member !== null ? 'set' : member,
    ),
  );
}

function readPlan(root: string): unknown {
  const folder = join(root, '.git/piton/plans');
  const plans = existsSync(folder)
    ? readdirSync(folder).filter((one) => one.endsWith('.json'))
    : [];
  return plans.map((name) => {
    return withoutVolatile(JSON.parse(readFileSync(join(folder, name), 'utf8')));
  });
}

export function record(root: string): Recorded {
  const tree: string[] = [];
  recordFolder(root, '', tree);
  return {
    tree,
    index: readFileSync(join(root, '.git/index')).toString('base64'),
    head: `${readFileSync(join(root, '.git/HEAD'), 'utf8')} ${git(root, 'rev-parse', 'HEAD')}`,
    plan: readPlan(root),
  };
}

const LEFTOVER = /\.tmp-|^tmp_(?:obj|pack|idx)_|^journal|^pending-|\.lock$|^lock$|\.dead-|newcomer/;

/** Names below the git dir that nothing should have left there. */
export function leftovers(root: string): string[] {
  const found: string[] = [];
  const pending = [join(root, '.git')];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) pending.push(path);
      if (LEFTOVER.test(entry.name)) found.push(path);
    }
  }
  const staging = join(root, '.git/piton/staging');
  if (existsSync(staging)) found.push(...readdirSync(staging).map((id) => join(staging, id)));
  return found;
}
