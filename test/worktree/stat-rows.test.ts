import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODE } from '../../src/core/types.js';
import { STAT_RECORD_BYTES, statRecord } from '../../src/worktree/stat-record.js';
import { packStats, StatRows } from '../../src/worktree/stat-rows.js';
import { tempDirectory } from '../helpers/temp.js';

describe('worktree: rows of stats', () => {
  it('tell what lstat does', () => {
    const folder = tempDirectory();
    const at = (name: string): string => join(folder, name);
    mkdirSync(at('folder'));
    writeFileSync(at('file'), 'four');
    writeFileSync(at('program'), '', { mode: 0o755 });
    symlinkSync('x', at('link'));
    spawnSync('mkfifo', [at('fifo')]);
    linkSync(at('file'), at('other'));
    const names = ['folder', 'file', 'program', 'link', 'fifo'];
    const stats = names.map((name) => lstatSync(at(name), { bigint: true }));
    const rows = new StatRows();
    expect(rows.add(packStats(stats))).to.equal(0);
    const kinds = names.map((_, index) => rows.kindAt(index));
    expect(kinds).to.deep.equal(['folder', 'file', 'file', 'link', 'other']);
    const modes = [1, 2, 3].map((index) => rows.fileModeAt(index));
    expect(modes).to.deep.equal([MODE.file, MODE.executable, MODE.link]);
    expect([1, 2, 3].map((index) => rows.sizeAt(index))).to.deep.equal([4, 0, 1]);
    expect([1, 2].map((index) => rows.hasOtherNamesAt(index))).to.deep.equal([true, false]);
    for (const [index, stat] of stats.entries()) {
      expect(rows.placeAt(index)).to.deep.equal({ dev: stat.dev, ino: stat.ino });
      expect(rows.recordAt(index)).to.deep.equal(statRecord(stat));
    }
    const both = rows.recordsOf([{ record: 3 }, { record: 1 }]);
    expect(both).to.deep.equal(Buffer.concat([rows.recordAt(3), rows.recordAt(1)]));
  });

  it('tell sizes beyond 32 bits', () => {
    const [stat] = [lstatSync(tempDirectory(), { bigint: true })];
    const rows = new StatRows();
    rows.add(packStats([Object.assign(stat, { size: 2n ** 40n + 5n })]));
    expect(rows.sizeAt(0)).to.equal(2 ** 40 + 5);
  });

  it('tell places as lstat does, whose numbers have a sign', () => {
    const stat = lstatSync(tempDirectory(), { bigint: true });
    const place = { dev: -2n, ino: -(2n ** 63n) + 5n };
    const rows = new StatRows();
    rows.add(packStats([Object.assign(stat, place)]));
    expect(rows.placeAt(0)).to.deep.equal(place);
  });

  it('are kept as many as there are', () => {
    const width = packStats([lstatSync('/', { bigint: true })]).length;
    const rows = new StatRows();
    const make = (from: number, count: number): Buffer =>
      Buffer.concat(
        Array.from({ length: count }, (_, index) => Buffer.alloc(width, (from + index) % 251)),
      );
    const record = (number: number): Buffer => Buffer.alloc(STAT_RECORD_BYTES, number % 251);
    expect(rows.add(make(0, 1_000))).to.equal(0);
    expect(rows.add(make(1_000, 0))).to.equal(1_000);
    expect(rows.add(make(1_000, 5_000))).to.equal(1_000);
    expect(rows.add(make(6_000, 1))).to.equal(6_000);
    for (const number of [0, 999, 1_000, 5_999, 6_000]) {
      expect(rows.recordAt(number)).to.deep.equal(record(number));
    }
    rows.setRecord(1_024, record(7));
    expect(rows.recordAt(1_023)).to.deep.equal(record(1_023));
    expect(rows.recordAt(1_024)).to.deep.equal(record(7));
    expect(rows.recordAt(1_025)).to.deep.equal(record(1_025));
  });
});
