import { expect } from 'chai';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOwner } from '../../src/disk/lock-owner.js';
import { deadOwner, livingOwner } from '../disk/owners.js';
import { mended, prepare, told } from './prepared-workspace.js';

describe('doctor: who watches', function () {
  this.timeout(120_000);

  it('names a dead process that watched, and takes its record away', async () => {
    const { root, stateDir } = await prepare();
    const dead = deadOwner();
    writeFileSync(join(stateDir, 'watch'), formatOwner(dead));
    writeFileSync(join(stateDir, `watch.${'cd'.repeat(8)}`), formatOwner(deadOwner()));
    const problems = await mended(root);
    expect(problems.map(({ message }) => message)).to.include(
      `process ${dead.pid} died while it watched the workspace`,
    );
    expect(readdirSync(stateDir).filter((name) => name.startsWith('watch'))).to.deep.equal([]);
  });

  it('leaves one that lives, or may, alone', async () => {
    const { root, stateDir } = await prepare();
    const elsewhere = { ...livingOwner(), host: 'another-host' };
    for (const record of [formatOwner(livingOwner()), formatOwner(elsewhere), 'garbage']) {
      writeFileSync(join(stateDir, 'watch'), record);
      expect((await told(root)).problems).to.deep.equal([]);
    }
  });
});
