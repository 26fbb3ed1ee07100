import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { assertFsckClean } from '../helpers/git.js';
import { documentIn, piton, type PitonDocument } from './piton.js';
import { fileTimes, leftovers, record, type Recorded } from './record.js';

/** The trash on other file systems is no part of the tree; `old` stays until a later rollback. */
const TRASH = /(?:^|\/)\.piton-staging-[0-9A-Z]{26}(?:\/(?:(?:old|kept)(?:\/.*)?)?)?(?: |$)/;
const KEPT = /\/kept$/;

/** What counts of a workspace that may lie on several file systems. */
export function recordOf(workspace: string): Recorded {
  const found = record(workspace);
  return { ...found, tree: found.tree.filter((line) => !TRASH.test(line)) };
}

export interface PitonEnd {
  status: number | null;
  document: PitonDocument;
}

/** Runs piton to its end, good or bad. */
export function tryPiton(workspace: string, ...args: string[]): PitonEnd {
  const { command, cwd, env } = piton(workspace, args);
  const [file = '', ...rest] = command;
  const { status, stdout, stderr } = spawnSync(file, rest, { cwd, env, encoding: 'utf8' });
  const document = documentIn(stdout);
  if (document === null) throw new Error(`piton said nothing: ${stderr}`);
  return { status, document };
}

/** Throws unless piton left nothing behind that should not be there. */
export function assertTidy(workspace: string, why = ''): void {
  const found = leftovers(workspace).filter((path) => KEPT.test(path) || !TRASH.test(path));
  expect(found, why).to.deep.equal([]);
  assertFsckClean(workspace);
}

/**
 * Runs a command that must fail with this code, change nothing and leave nothing behind.
 * Gives the error that was printed.
 */
export function failsCleanly(
  workspace: string,
  args: readonly string[],
  code: string,
): NonNullable<PitonDocument['error']> {
  const before = recordOf(workspace);
  const times = fileTimes(workspace);
  const { status, document } = tryPiton(workspace, ...args);
  const { error } = document;
  if (error === undefined) throw new Error(`piton ${args.join(' ')} did not fail`);
  expect(error.code, error.message).to.equal(code);
  expect(status).to.equal(1);
  expect(recordOf(workspace)).to.deep.equal(before);
  expect(fileTimes(workspace)).to.deep.equal(times);
  assertTidy(workspace);
  return error;
}

/** Runs a command that must succeed, and bring the workspace to what is expected. */
export function succeeds(
  workspace: string,
  args: readonly string[],
  expected: Recorded,
): Record<string, unknown> {
  const { document } = tryPiton(workspace, ...args);
  expect(document.error, JSON.stringify(document.error)).to.equal(undefined);
  expect(recordOf(workspace)).to.deep.equal(expected);
  assertTidy(workspace);
  return document.data ?? {};
}

/** A path that piton told, relative to the state directory. */
export function inStateDir(gitDir: string, path: unknown): string {
  return join(gitDir, 'piton', String(path));
}
