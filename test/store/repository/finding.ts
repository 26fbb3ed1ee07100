import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PitonError } from '../../../src/core/errors.js';
import { findRepository } from '../../../src/store/repository/discover.js';
import type { Repository } from '../../../src/store/repository-types.js';
import { git } from '../../helpers/git.js';
import { TEST_USER } from './user.js';

/** The repository found from a folder. */
export function found(start: string): Repository {
  const repository = findRepository(start, TEST_USER);
  if (repository === null) throw new Error(`no repository at ${start}`);
  return repository;
}

/** The error that finding one ends with. */
export function refusal(start: string): PitonError {
  try {
    found(start);
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('was taken');
}

export function expectUnsupported(start: string, message: string | RegExp): PitonError {
  const error = refusal(start);
  expect(error.message).to.match(new RegExp(message));
  expect(error.code).to.equal('UNSUPPORTED_REPOSITORY');
  expect(error.hint).to.be.a('string');
  return error;
}

export function commit(root: string): void {
  git(root, 'commit', '-q', '--allow-empty', '-m', 'one');
}

export function addConfig(root: string, text: string): void {
  appendFileSync(join(root, '.git/config'), text);
}
