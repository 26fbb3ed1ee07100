import { expect } from 'chai';
import {
  chmodSync,
  linkSync,
  lstatSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  isOlderThan,
  STAT_RECORD_BYTES,
  statRecord,
  writeStatRecord,
} from '../../src/worktree/stat-record.js';
import { tempDirectory } from '../helpers/temp.js';

function recordOf(path: string): string {
  return statRecord(lstatSync(path, { bigint: true })).toString('hex');
}

function fakeStat(times: { mtimeNs: bigint; ctimeNs: bigint }): BigIntStats {
  return { size: 2n ** 40n, ino: 2n ** 64n - 1n, mode: 0o100644n, ...times } as BigIntStats;
}

describe('worktree: stat records', () => {
  it('differ whenever anything was done to the file', async () => {
    const path = join(tempDirectory(), 'file');
    const records = new Set<string>();
    const changes: Record<string, () => void> = {
      created: () => writeFileSync(path, 'one'),
      'same size': () => writeFileSync(path, 'two'),
      'other size': () => writeFileSync(path, 'three'),
      'mode alone': () => chmodSync(path, 0o755),
      'time set back': () => utimesSync(path, 1, 1),
      'time set to the same': () => utimesSync(path, 1, 1),
      'a link more': () => linkSync(path, `${path}.link`),
      'renamed over': () => {
        writeFileSync(`${path}.new`, 'three');
        utimesSync(`${path}.new`, 1, 1);
        renameSync(`${path}.new`, path);
      },
      'made anew': () => {
        rmSync(path);
        writeFileSync(path, 'three');
        utimesSync(path, 1, 1);
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      // A file system's clock stands still for up to 10 ms.
      await setTimeout(20);
      change();
      const record = recordOf(path);
      expect(records.has(record), what).to.equal(false);
      records.add(record);
    }
    expect(recordOf(path)).to.equal(recordOf(path));
  });

  it('hold large numbers and times before 1970', () => {
    const record = statRecord(fakeStat({ mtimeNs: -5n, ctimeNs: 7n }));
    expect(record).to.have.lengthOf(STAT_RECORD_BYTES);
    expect(record.readBigUInt64LE(0)).to.equal(2n ** 40n);
    expect(record.readBigInt64LE(8)).to.equal(-5n);
    expect(record.readBigUInt64LE(24)).to.equal(2n ** 64n - 1n);
    const buffer = Buffer.alloc(STAT_RECORD_BYTES + 3, 0xaa);
    writeStatRecord(buffer, 2, fakeStat({ mtimeNs: -5n, ctimeNs: 7n }));
    expect(buffer.subarray(2, -1)).to.deep.equal(record);
    expect([buffer[0], buffer[1], buffer.at(-1)]).to.deep.equal([0xaa, 0xaa, 0xaa]);
  });

  it('are older than a stamp only when both times are', () => {
    const isOlder = (mtimeNs: bigint, ctimeNs: bigint): boolean =>
      isOlderThan(statRecord(fakeStat({ mtimeNs, ctimeNs })), 0, 10n);
    expect(isOlder(9n, 9n)).to.equal(true);
    expect(isOlder(-1n, 0n)).to.equal(true);
    expect(isOlder(10n, 9n)).to.equal(false);
    expect(isOlder(9n, 10n)).to.equal(false);
  });
});
