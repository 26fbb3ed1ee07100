import { expect } from 'chai';
import { gitProgram } from '../../src/process/git-program.js';
import { syncFileSystem } from '../../src/process/sync-file-system.js';
import { tempDirectory } from '../helpers/temp.js';

const surroundings = { file: 'git', temporaryFolder: '/tmp' };

describe('syncFileSystem', () => {
  it('writes out the file system of a folder', async () => {
    const program = gitProgram({ ...surroundings, searchPath: '/usr/bin:/bin' });
    expect(await syncFileSystem(program, tempDirectory())).to.equal(true);
  });

  it('tells when that could not be done', async () => {
    const program = gitProgram({ ...surroundings, searchPath: '/usr/bin:/bin' });
    expect(await syncFileSystem(program, '/nowhere/at/all')).to.equal(false);
  });

  it('tells when there is no such program', async () => {
    const program = gitProgram({ ...surroundings, searchPath: tempDirectory() });
    expect(await syncFileSystem(program, tempDirectory())).to.equal(false);
  });
});
