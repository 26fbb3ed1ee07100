import { setTimeout as sleep } from 'node:timers/promises';
import { PitonError } from '../../src/core/errors.js';
import type { EngineName } from '../../src/core/types.js';
import type { RefEdit } from '../../src/store/ref-store.js';
import { findRepository } from '../../src/store/repository/discover.js';
import { TEST_USER } from '../store/repository/user.js';
import { openGitRefsEngine, openTestEngine } from './open-test-engine.js';

interface Job {
  root: string;
  engine: EngineName | 'git refs';
  /** When to begin, in milliseconds since the epoch. */
  start: number;
  transactions: RefEdit[][];
}

/** Does a list of transactions at a set time and prints how each ended. */
const job = JSON.parse(process.argv[2] ?? '') as Job;
const repository = findRepository(job.root, TEST_USER);
if (repository === null) throw new Error('no repository');
const engine =
  job.engine === 'git refs'
    ? await openGitRefsEngine(repository)
    : await openTestEngine(repository, job.engine);
const results: string[] = [];
await sleep(Math.max(0, job.start - Date.now()));
for (const edits of job.transactions) {
  try {
    await engine.refs.transact(edits);
    results.push('done');
  } catch (error) {
    if (!(error instanceof PitonError)) throw error;
    results.push(error.code);
  }
}
await engine.close();
process.stdout.write(JSON.stringify(results));
