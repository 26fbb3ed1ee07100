import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TEST_ENV } from '../helpers/git.js';
import { PITON, Story } from './story.js';

const FILES = 200;

describe('a machine that goes down in the middle of a rollback', () => {
  it('goes on where it was: everything rolled back, or nothing', async () => {
    const day = new Story();
    const names = Array.from({ length: FILES }, (_, index) => `file-${index}`);
    day.piton('plan', 'create', '--name', 'p', '--every-steps', '1');
    for (const name of names) day.write(name, 'old\n');
    day.piton('step', '--done', '0');
    for (const name of names) day.write(name, 'new\n');
    const rollback = spawn(process.execPath, [PITON, 'rollback'], {
      cwd: day.root,
      env: TEST_ENV,
      stdio: 'ignore',
    });
    const ended = once(rollback, 'exit');
    const journal = join(day.root, '.git/piton/journal');
    while (!existsSync(journal) && rollback.exitCode === null) await delay(1);
    rollback.kill('SIGKILL');
    await ended;
    const resumed = day.piton('resume');
    const contents = new Set(names.map((name) => day.read(name)));
    expect([...contents]).to.deep.equal([resumed['worktree_matches'] === true ? 'old\n' : 'new\n']);
    expect(resumed).to.include({ next_step: 1 });
    day.piton('rollback');
    expect(day.piton('resume')).to.include({ next_step: 1, worktree_matches: true });
  });
});
