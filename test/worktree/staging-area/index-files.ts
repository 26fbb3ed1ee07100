import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import type { StagingArea } from '../../../src/worktree/staging-area/read-staging-area.js';
import { git, tryGit } from '../../helpers/git.js';

export const EMPTY_BLOB = {
  sha1: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  sha256: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
};

export function readIndex(root: string, name = 'index'): Buffer {
  return readFileSync(join(root, '.git', name));
}

/** Lines for `git update-index -z --index-info`. */
export function indexInfo(root: string, lines: readonly string[]): void {
  const input = Buffer.from(lines.map((line) => `${line}\0`).join(''), 'latin1');
  const run = tryGit(root, ['update-index', '-z', '--index-info'], input);
  if (run.status !== 0) throw new Error(run.stderr);
}

function listed(root: string, args: readonly string[]): string[] {
  const run = tryGit(root, ['ls-files', '--sparse', '-z', ...args]);
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.toString('latin1').match(/[^\0]+/g) ?? [];
}

/** What git says of its staging area: `ls-files -s` and the tags of `ls-files -v`. */
export function saidByGit(root: string): string[] {
  const tags = listed(root, ['-v', '-c']);
  return listed(root, ['-s']).map((line, index) => `${tags[index]?.[0]} ${line}`);
}

/** The same from what we read. */
export function saidByUs(area: StagingArea): string[] {
  return area.entries.map(({ path, mode, oid, stage, assumeValid, skipWorktree }) => {
    const tag = stage > 0 ? 'M' : skipWorktree ? 'S' : 'H';
    const shown = assumeValid ? tag.toLowerCase() : tag;
    return `${shown} ${mode.toString(8).padStart(6, '0')} ${oid} ${stage}\t${path}`;
  });
}

export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PitonError) return error.code;
    throw error;
  }
  return 'none';
}

/** A copy without a checksum, which git and we take as unchecked, after a change. */
export function changed(bytes: Buffer, change: (copy: Buffer) => void, hashBytes = 20): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0, copy.length - hashBytes);
  change(copy);
  return copy;
}

/** A copy without a checksum and with an extension at its end. */
export function withExtension(bytes: Buffer, signature: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const contents = bytes.subarray(0, bytes.length - 20);
  return Buffer.concat([contents, Buffer.from(signature), size, data, Buffer.alloc(20)]);
}

/** Keeps git from joining a split index again when much of it changes. */
export function keepSplit(root: string): void {
  git(root, 'config', 'splitIndex.maxPercentChange', '100');
  git(root, 'update-index', '--split-index');
}
