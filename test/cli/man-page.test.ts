import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/command-table.js';
import { manPage } from '../../src/cli/man-page.js';
import { EXIT_CODE_BY_ERROR } from '../../src/core/errors.js';

describe('cli: manual page', () => {
  it('has every command, its options and examples, and every error', async () => {
    const page = await manPage('git-piton');
    for (const { words } of COMMANDS) expect(page).to.contain(`.SS "piton ${words}"\n`);
    expect(page).to.contain('\\fB\\-m, \\-\\-reason <text>\\fR');
    expect(page).to.contain('$ piton rollback');
    for (const error of Object.keys(EXIT_CODE_BY_ERROR)) expect(page).to.contain(error);
    expect(page).to.match(/^\.TH "GIT\\-PITON" "1" "" "piton [0-9.]+"\n/);
  });

  it('has no request but its own', async () => {
    const requests = (await manPage('piton')).match(/^['.].*/gm)?.map((line) => line.split(' ')[0]);
    const own = ['.TH', '.SH', '.SS', '.TP', '.PP', '.nf', '.fi', '.B', '.BR', '.I'];
    expect([...new Set(requests)]).to.have.members(own);
  });
});
