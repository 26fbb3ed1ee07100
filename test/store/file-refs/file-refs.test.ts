import { expect } from 'chai';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { ObjectId } from '../../../src/core/types.js';
import { FileRefs } from '../../../src/store/file-refs/file-refs.js';
import { git, makeRepository } from '../../helpers/git.js';

const NAME = 'refs/piton/a';

describe('FileRefs', () => {
  let root: string;
  let refs: FileRefs;
  let old: ObjectId;
  let present: ObjectId;

  beforeEach(() => {
    root = makeRepository();
    const gitDir = join(root, '.git');
    refs = new FileRefs({ gitDir, commonDir: gitDir, algorithm: 'sha1' }, 'fast');
    for (const subject of ['one', 'two']) {
      git(root, 'commit', '-q', '--allow-empty', '-m', subject);
    }
    old = git(root, 'rev-parse', 'HEAD~1');
    present = git(root, 'rev-parse', 'HEAD');
    git(root, 'update-ref', NAME, old);
    git(root, 'pack-refs', '--all', '--prune');
    git(root, 'update-ref', NAME, present);
  });

  /** Has git pack the refs at the moment when packed-refs has been opened for reading. */
  async function whilePacking<T>(read: () => Promise<T>): Promise<T> {
    const { openSync } = fs;
    let packings = 0;
    fs.openSync = (path, ...rest) => {
      const descriptor = openSync(path, ...rest);
      if (path.toString().endsWith('/packed-refs')) {
        fs.openSync = openSync;
        syncBuiltinESMExports();
        git(root, 'pack-refs', '--all', '--prune');
        packings += 1;
      }
      return descriptor;
    };
    syncBuiltinESMExports();
    try {
      return await read();
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
      expect(packings).to.equal(1);
    }
  }

  it('lists the present value of a ref that git is packing', async () => {
    const listed = await whilePacking(() => refs.list('refs/piton/'));
    expect(listed).to.deep.equal([{ name: NAME, oid: present }]);
    expect(fs.existsSync(join(root, '.git', NAME))).to.equal(false);
  });

  it('reads refs that git is packing, and packed-refs once for all of them', async () => {
    const names = Array.from({ length: 50 }, (_, number) => `refs/piton/n${number}`);
    for (const name of [...names, NAME]) git(root, 'update-ref', name, old);
    git(root, 'pack-refs', '--all', '--prune');
    git(root, 'update-ref', NAME, present);
    const found = await whilePacking(() => refs.readAll([...names, 'refs/piton/gone', NAME]));
    const expected = names.map((name) => ({ name, oid: old }));
    expect(found).to.deep.equal([...expected, { name: NAME, oid: present }]);
    const { openSync } = fs;
    let opened = 0;
    fs.openSync = (path, ...rest) => {
      if (path.toString().endsWith('/packed-refs')) opened++;
      return openSync(path, ...rest);
    };
    syncBuiltinESMExports();
    try {
      await refs.readAll(names);
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    }
    expect(opened).to.equal(1);
  });

  it('lists a ref that git packs for the first time', async () => {
    git(root, 'update-ref', 'refs/piton/b', old);
    const listed = await whilePacking(() => refs.list('refs/piton/'));
    expect(listed.map(({ name }) => name)).to.deep.equal([NAME, 'refs/piton/b']);
  });
});
