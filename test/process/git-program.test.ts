import { expect } from 'chai';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitProgram } from '../../src/process/git-program.js';
import { runGit } from '../../src/process/run-git.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { realGit, repositoryAt } from './programs.js';

describe('gitProgram', () => {
  it('looks in no place that depends on where one stands', async () => {
    const directory = makeRepository();
    const marker = join(tempDirectory(), 'marker');
    mkdirSync(join(directory, 'bin'));
    for (const place of ['git', 'bin/git']) {
      writeFileSync(join(directory, place), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
    }
    const temporaryFolder = tempDirectory();
    const real = realGit().searchPath;
    const program = gitProgram({
      file: 'git',
      searchPath: `:.:bin:${real}`,
      temporaryFolder,
    });
    expect(program.searchPath).to.equal(real);
    const call = { repository: repositoryAt(directory), workTree: directory, args: ['version'] };
    await runGit(program, call);
    expect(existsSync(marker)).to.equal(false);
    await runGit({ ...program, searchPath: `.:${real}` }, call);
    expect(existsSync(marker)).to.equal(true);
  });
});
