import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { PitonError } from '../core/errors.js';
import type { GitProgram } from '../process/git-program.js';
import type { GitRepository } from '../process/isolated-repository.js';
import { runGit } from '../process/run-git.js';
import { readAt } from '../store/objects/files.js';
import type { Address } from './address.js';
import type { Pair } from './pairs.js';

const BUNDLE_TIMEOUT_MS = 6 * 60 * 60_000;
const SIGNATURE = /^# v[23] git bundle\n/;
const SIGNATURE_BYTES = 16;

/**
 * Writes checkpoints with all that they need into a file that git takes for a bundle.
 * @throws {PitonError} `USAGE` when the file is there already, or there is nothing to write
 */
export async function createBundle(
  program: GitProgram,
  repository: GitRepository,
  {
    file,
    pairs,
    signal,
  }: { file: string; pairs: readonly Pair[]; signal?: AbortSignal | undefined },
): Promise<void> {
  if (pairs.length === 0) {
    throw new PitonError('USAGE', 'there is no checkpoint to put into a bundle', {
      hint: "take one first: 'piton checkpoint'",
    });
  }
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
    throw new PitonError('USAGE', `${file} is there already`, {
      hint: 'remove it first, or choose another name',
      details: { file },
    });
  }
  const names = pairs.flatMap(({ checkpoint, sidecar }) =>
    sidecar === null ? [] : [sidecar.name, checkpoint.name],
  );
  await runGit(program, {
    repository,
    args: ['bundle', 'create', '--quiet', file, '--stdin'],
    input: names.map((name) => `${name}\n`).join(''),
    timeoutMs: BUNDLE_TIMEOUT_MS,
    signal,
  });
}

/**
 * The address of a bundle, for git to fetch from.
 * @throws {PitonError} `USAGE` for anything but a file that begins as a bundle does: at a folder,
 * git would take it for a repository
 */
export function bundleAddress(file: string): Address {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw notABundle(file);
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const start = Buffer.alloc(SIGNATURE_BYTES);
    readAt(fd, start, 0);
    if (!SIGNATURE.test(start.toString('latin1'))) throw notABundle(file);
  } finally {
    closeSync(fd);
  }
  return { url: file, protocols: ['file'] };
}

function notABundle(file: string): PitonError {
  return new PitonError('USAGE', `${file} is not a bundle`, {
    hint: "name a file that 'piton bundle create' or 'git bundle create' made",
    details: { file },
  });
}
