import { expect } from 'chai';
import { readdirSync, writeFileSync } from 'node:fs';
import { formatOwner } from '../../src/disk/lock-owner.js';
import { presencePath, readPresence, takePresence } from '../../src/disk/presence.js';
import { tempDirectory } from '../helpers/temp.js';
import { deadOwner, livingOwner } from './owners.js';
import { pitonError, rejectionOf } from './thrown.js';

describe('disk: the presence of a process', () => {
  it('is told to others, and keeps a second one out at once', async () => {
    const folder = tempDirectory();
    expect(readPresence(folder)).to.equal(null);
    const presence = await takePresence(folder, 'a command');
    expect(readPresence(folder)).to.deep.equal(presence.owner);
    expect(presence.owner.command).to.equal('a command');
    const refusal = pitonError(await rejectionOf(takePresence(folder, undefined)));
    expect(refusal.code).to.equal('LOCKED');
    presence.release();
    expect(readPresence(folder)).to.equal(null);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('ends with the process, and leaves nothing behind', async () => {
    const folder = tempDirectory();
    writeFileSync(presencePath(folder), formatOwner(deadOwner()));
    expect(readPresence(folder)).to.equal(null);
    (await takePresence(folder, undefined)).release();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is believed where nobody can look, and not when it names nobody', async () => {
    const folder = tempDirectory();
    const elsewhere = { ...livingOwner(), host: 'another-host' };
    writeFileSync(presencePath(folder), formatOwner(elsewhere));
    expect(readPresence(folder)).to.deep.equal(elsewhere);
    writeFileSync(presencePath(folder), 'garbage');
    expect(readPresence(folder)).to.equal(null);
    const refusal = pitonError(await rejectionOf(takePresence(folder, undefined)));
    expect(refusal.code).to.equal('LOCKED');
  });
});
