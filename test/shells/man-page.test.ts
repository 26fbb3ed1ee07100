import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const ROOT = join(import.meta.dirname, '../../../..');

describe('shells: manual page', function () {
  this.timeout(120_000);
  const manuals = tempDirectory();
  const programs = tempDirectory();

  before(() => {
    mkdirSync(join(manuals, 'man1'));
    symlinkSync(join(ROOT, 'bin/piton.js'), join(programs, 'git-piton'));
    for (const name of ['piton.1', 'git-piton.1']) {
      cpSync(join(ROOT, 'dist', name), join(manuals, 'man1', name));
    }
  });

  function run(program: string, args: readonly string[]): string {
    const env = {
      ...TEST_ENV,
      ...{ MANPATH: manuals, MANPAGER: 'cat', LC_ALL: 'C.UTF-8', MANWIDTH: '80' },
      PATH: `${programs}:${process.env['PATH']}`,
    };
    const done = spawnSync(program, args, { encoding: 'utf8', env });
    expect(done.stderr).to.equal('');
    return done.stdout;
  }

  it('is found by git', () => {
    const page = run('git', ['piton', '--help']);
    expect(page).to.match(/^GIT-PITON\(1\)/);
    expect(page).to.contain('$ piton rollback');
  });

  it('has nothing that man complains of', () => {
    expect(run('man', ['--warnings', 'piton'])).to.match(/^PITON\(1\)/);
  });
});
