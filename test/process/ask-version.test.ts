import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { askVersion } from '../../src/process/ask-version.js';
import { tempDirectory } from '../helpers/temp.js';
import { fakeGit, isRunning, realGit } from './programs.js';

async function failureOf(attempt: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  if (error instanceof PitonError) return error;
  throw new Error('did not fail');
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
    writeFileSync(noted, '');
    for (let timeoutMs = 300; !readFileSync(noted, 'utf8').endsWith('\n'); timeoutMs *= 4) {
      const error = await failureOf(askVersion(program, timeoutMs));
      expect(error.code).to.equal('GIT_FAILED');
      expect(error.details).to.include({ timed_out: true, signal: 'SIGKILL' });
    }
    expect(isRunning(Number(readFileSync(noted, 'utf8')))).to.equal(false);
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
