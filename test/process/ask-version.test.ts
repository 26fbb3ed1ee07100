import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PitonError, systemErrorCode } from '../../src/core/errors.js';
import { askVersion } from '../../src/process/ask-version.js';
import { tempDirectory } from '../helpers/temp.js';
import { fakeGit, realGit } from './programs.js';

async function failureOf(attempt: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  if (error instanceof PitonError) return error;
  throw new Error('did not fail');
}

async function hasEnded(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (systemErrorCode(error) === 'ESRCH') return true;
      throw error;
    }
    await sleep(20);
  }
  return false;
}

describe('askVersion', () => {
  it('gives what git says', async () => {
    expect(await askVersion(realGit())).to.match(/^git version 2\.\d+/);
  });

  it('shows git nothing of the surroundings', async () => {
    const environment = await askVersion(fakeGit('env; pwd'));
    expect(environment).to.contain('GIT_CONFIG_GLOBAL=/dev/null').and.match(/^\/$/m);
    expect(environment)
      .to.contain('HOME=/dev/null')
      .and.not.match(/^USER=|^npm_/m);
  });

  it('ends what does not answer, with all that it started', async () => {
    const noted = join(tempDirectory(), 'pid');
    const program = fakeGit(`sleep 60 & echo $! > '${noted}'; wait`);
    const error = await failureOf(askVersion(program, 300));
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.details).to.include({ timed_out: true, signal: 'SIGKILL' });
    expect(await hasEnded(Number(readFileSync(noted, 'utf8')))).to.equal(true);
  });

  it('ends what does not stop talking', async () => {
    const error = await failureOf(askVersion(fakeGit('while :; do echo words; done')));
    expect(error.message).to.contain('more than was expected');
  });

  it('says what a program that failed said', async () => {
    const error = await failureOf(askVersion(fakeGit('echo broken >&2; exit 3')));
    expect(error.message).to.contain('broken');
    expect(error.details).to.include({ exit_code: 3, timed_out: false });
  });

  it('says that there is no such program', async () => {
    const error = await failureOf(askVersion({ ...realGit(), file: '/nowhere/git' }));
    expect(error.code).to.equal('GIT_REQUIRED');
  });
});
