import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SYSTEM_CLOCK } from '../../../src/core/clock.js';
import { objectTempPath, sweepObjectTemps } from '../../../src/store/objects/temp-files.js';
import { git, makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { objectsOf } from './samples.js';

function deadPid(): number {
  return spawnSync('true').pid;
}

function tempOf(pid: number, kind: string): string {
  return `${kind}_piton_${pid}_0123456789abcdef`;
}

function put(...path: string[]): string {
  const file = join(...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'abc');
  return file;
}

describe('temporary files among the objects', () => {
  it('of dead processes are swept', () => {
    const objects = objectsOf(makeRepository());
    const pid = deadPid();
    const gone = [
      put(objects, 'ab', tempOf(pid, 'tmp_obj')),
      put(objects, 'pack', tempOf(pid, 'tmp_pack')),
      put(objects, 'pack', tempOf(pid, 'tmp_idx')),
    ];
    expect(sweepObjectTemps(objects, -1000, SYSTEM_CLOCK)).to.deep.equal({ files: 3, bytes: 9 });
    expect(gone.filter((path) => existsSync(path))).to.deep.equal([]);
  });

  it('of others stay', () => {
    const objects = objectsOf(makeRepository());
    const elsewhere = tempDirectory();
    const pid = deadPid();
    symlinkSync(elsewhere, join(objects, 'cd'));
    const staying = [
      objectTempPath(join(objects, 'pack'), 'tmp_pack'),
      put(objects, 'ab', tempOf(1, 'tmp_obj')),
      put(objects, 'ab', 'tmp_obj_Xyz123'),
      put(objects, 'ab', tempOf(pid, 'obj')),
      put(objects, 'other', tempOf(pid, 'tmp_obj')),
      put(elsewhere, tempOf(pid, 'tmp_obj')),
    ].map((path) => put(path));
    mkdirSync(join(objects, 'ab', tempOf(pid, 'tmp_obj')));
    expect(sweepObjectTemps(objects, -1000, SYSTEM_CLOCK).files).to.equal(0);
    expect(staying.filter((path) => !existsSync(path))).to.deep.equal([]);
  });

  it('stay while they are young', () => {
    const objects = objectsOf(makeRepository());
    const path = put(objects, 'ab', tempOf(deadPid(), 'tmp_obj'));
    utimesSync(path, 1_000, 1_000);
    const clock = { now: () => 1_600_000 };
    expect(sweepObjectTemps(objects, 700_000, clock).files).to.equal(0);
    expect(sweepObjectTemps(objects, 500_000, clock).files).to.equal(1);
  });

  it('are swept by git too', () => {
    const repository = makeRepository();
    const objects = objectsOf(repository);
    mkdirSync(join(objects, 'ab'));
    const paths = [
      put(objectTempPath(join(objects, 'ab'), 'tmp_obj')),
      put(objectTempPath(join(objects, 'pack'), 'tmp_pack')),
      put(objectTempPath(join(objects, 'pack'), 'tmp_idx')),
    ];
    for (const path of paths) utimesSync(path, 5, 5);
    git(repository, 'prune', '--expire=now');
    expect(paths.filter((path) => existsSync(path))).to.deep.equal([]);
  });
});
