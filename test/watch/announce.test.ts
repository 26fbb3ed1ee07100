import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PitonError } from '../../src/core/errors.js';
import { announceWatch } from '../../src/watch/announce.js';
import { tempDirectory } from '../helpers/temp.js';

async function refusalIn(folder: string): Promise<unknown> {
  return announceWatch(folder, undefined).catch((error: unknown) => error);
}

describe('watch: who watches', () => {
  it('refuses a second one, and says which process is in the way', async () => {
    const folder = tempDirectory();
    const presence = await announceWatch(folder, 'piton watch');
    const refusal = (await refusalIn(folder)) as PitonError;
    expect(refusal).to.include({
      code: 'LOCKED',
      message: `the workspace is being watched by process ${process.pid}`,
    });
    expect(refusal.details).to.include({ pid: process.pid, command: 'piton watch' });
    presence.release();
    writeFileSync(join(folder, 'watch'), 'garbage');
    const unknown = (await refusalIn(folder)) as PitonError;
    expect(unknown.message).to.equal('the workspace is being watched by another process');
    expect(unknown.hint).to.include(`delete ${join(folder, 'watch')}`);
  });

  it('leaves other errors as they are', async () => {
    const folder = tempDirectory();
    rmSync(folder, { recursive: true });
    expect(await refusalIn(folder)).to.include({ code: 'ENOENT' });
  });
});
