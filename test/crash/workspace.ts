import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { git, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { runPiton } from './piton.js';

function writeAll(root: string, files: Record<string, string>): void {
  for (const [path, contents] of Object.entries(files)) writeFileSync(join(root, path), contents);
}

/** A name that is not UTF-8. */
function rawName(root: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
}

/**
 * A workspace with a plan and a checkpoint, changed since in every way there is: edited, deleted,
 * new, mode, file ↔ folder ↔ link, empty folders, nested repository, staged and conflicted.
 */
export function makeWorkspace(root = tempDirectory()): string {
  git(root, 'init', '-q', '-b', 'main');
  fillWorkspace(root);
  runPiton(root, 'plan', 'create', '--name', 'crash');
  runPiton(root, 'checkpoint', '-m', 'to go back to');
  disturb(root);
  return root;
}

/** Brings a new repository to the state that the checkpoint is taken of. */
function fillWorkspace(root: string): void {
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
  tryGit(root, ['merge', '-q', 'other']);
  unlinkSync(join(root, '.git', 'MERGE_HEAD'));
  git(root, 'add', 'staged.txt', 'folder');
}

/** A folder with a bit of everything, in no repository. */
export function fill(root: string): void {
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
  writeFileSync(rawName(root, 'not-utf8-\xff'), 'raw\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  symlinkSync('edited.txt', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'link-becomes-file'));
  git(join(root, 'nested'), 'init', '-q', '-b', 'main');
  git(join(root, 'nested'), 'commit', '-q', '--allow-empty', '-m', 'nested');
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
  unlinkSync(rawName(root, 'not-utf8-\xff'));
  writeFileSync(rawName(root, 'not-utf8-\xfe'), 'new raw\n');
  git(root, 'add', 'new.txt', 'edited.txt');
}

/** Moves HEAD and its branch since the checkpoint. */
export function commitElsewhere(root: string): void {
  git(root, 'add', '-A', ':!nested');
  git(root, 'commit', '-q', '-m', 'on main');
  git(root, 'checkout', '-q', '-b', 'elsewhere');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'elsewhere');
}

const run = promisify(execFile);

/** A copy with the same times, so that what the stat cache knows stays true. */
export async function copyOf(workspace: string): Promise<string> {
  const copy = join(tempDirectory(), 'workspace');
  await run('cp', ['-a', workspace, copy]);
  return copy;
}
