import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath } from '../../src/core/byte-path.js';
import { hashObject } from '../../src/store/objects/object-format.js';
import { loosePath } from '../../src/store/objects/presence.js';
import { hashOnlyBatch } from '../../src/worktree/hash-only-batch.js';
import { poolHasher } from '../../src/worktree/hash-pool.js';
import { unprivilegedDirectory } from '../disk/unprivileged.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import {
  ALGORITHMS,
  cruftBlobs,
  dropOldObjects,
  gitObjectIds,
  objectsOf,
  openStore,
  overwrite,
  repositoryOf,
} from '../store/objects/samples.js';
import {
  batchWith,
  bulkOutcomes,
  contextFor,
  foundFile,
  manyFiles,
  oidsOf,
  singleOutcomes,
  withPostMessage,
  writeFiles,
} from './hash-samples.js';

describe('hashing on threads', function () {
  this.timeout(120_000);
  for (const algorithm of ALGORITHMS) {
    it(`stores what git would, under the same ids (${algorithm})`, async () => {
      const repository = repositoryOf(algorithm);
      const files = writeFiles(repository, {
        ...manyFiles(2_000),
        'caf\xe9': 'not UTF-8',
        'caf\xc3\xa9': 'UTF-8',
        empty: '',
        'deep/in/a/folder/noise': Buffer.from(
          Array.from({ length: 300_000 }, (_, at) => (at * at * 31) % 251),
        ),
      });
      const store = openStore(repository, { algorithm });
      const batch = store.beginBatch();
      const context = contextFor(repository, batch, { algorithm });
      const outcomes = await bulkOutcomes(poolHasher(store), files, context);
      const { objects } = await batch.publish();
      const ids = oidsOf(outcomes);
      expect(objects).to.equal(new Set(ids).size);
      const paths = `${Object.keys(outcomes).join('\n')}\n`;
      const args = ['hash-object', '--no-filters', '--stdin-paths'];
      const byGit = tryGit(repository, args, Buffer.from(paths, 'latin1')).stdout.toString();
      expect(byGit.trim().split('\n')).to.deep.equal(ids);
      assertFsckClean(repository);
      store.close();
    });
  }

  it('stores anew what only cruft packs hold', async () => {
    const repository = makeRepository();
    const contents = manyFiles(150);
    const ids = cruftBlobs(repository, Object.values(contents));
    const files = writeFiles(repository, contents);
    const store = openStore(repository);
    const batch = store.beginBatch();
    const outcomes = await bulkOutcomes(poolHasher(store), files, contextFor(repository, batch));
    expect(oidsOf(outcomes)).to.have.members(ids);
    await batch.publish();
    dropOldObjects(repository);
    expect(gitObjectIds(repository)).to.have.members(ids);
    store.close();
  });

  it('has the outcomes of hashing one by one, whatever the files are', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '\xff', '\x80', '\n', ' ', '\\') });
    const contents = fc.oneof(
      fc.constantFrom('', 'same', 'same twice'),
      fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
    );
    const state = fc.constantFrom('kept', 'executable', 'gone', 'folder', 'link');
    const file = fc.record({ name, contents, state });
    const trees = fc.uniqueArray(file, { maxLength: 12, selector: (item) => item.name });
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 0, max: 2_000 }), async (tree, maxFileBytes) => {
        const repository = makeRepository();
        const files = tree.flatMap((item) => {
          const found = writeFiles(repository, { [`x${item.name}`]: item.contents });
          const path = Buffer.from(join(repository, `x${item.name}`), 'latin1');
          if (item.state === 'executable') chmodSync(path, 0o755);
          else if (item.state !== 'kept') rmSync(path);
          if (item.state === 'folder') mkdirSync(path);
          if (item.state === 'link') symlinkSync('/etc/passwd', path);
          return found;
        });
        const store = openStore(repository);
        const batch = store.beginBatch();
        const context = contextFor(repository, batch, { maxFileBytes });
        const single = contextFor(repository, hashOnlyBatch('sha1'), { maxFileBytes });
        expect(await bulkOutcomes(poolHasher(store), files, context)).to.deep.equal(
          await singleOutcomes(files, single),
        );
        await batch.publish();
        assertFsckClean(repository);
        store.close();
      }),
      { numRuns: 15 },
    );
  });

  it('gives a file that keeps changing as it was read last, and says so', async () => {
    // Of these files the system says that they are empty, and then there is something in them.
    const root = '/proc/sys/kernel';
    const files = ['ostype', 'osrelease'].map((name) => foundFile(root, asBytePath(name)));
    const store = openStore(makeRepository());
    const context = contextFor(root, store.beginBatch());
    const outcomes = await bulkOutcomes(poolHasher(store), files, context);
    const expected = readFileSync(`${root}/ostype`);
    expect(outcomes['ostype']).to.include({ kind: 'hashed', stable: false });
    expect(outcomes['ostype']).to.include({ oid: hashObject('sha1', 'blob', expected) });
  });

  it('streams a file that has grown large since it was seen', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, { small: 'small', grown: 'grows' });
    truncateSync(join(repository, 'grown'), 9 * 1024 * 1024);
    const store = openStore(repository);
    const batch = store.beginBatch();
    let streamed = 0;
    const counting = batchWith(batch, {
      addStream: (size, stream) => {
        streamed++;
        return batch.addStream(size, stream);
      },
    });
    const context = contextFor(repository, counting);
    const outcomes = await bulkOutcomes(poolHasher(store), files, context);
    expect(outcomes).to.deep.equal(
      await singleOutcomes(files, contextFor(repository, hashOnlyBatch('sha1'))),
    );
    await batch.publish();
    expect(streamed).to.equal(1);
    expect(git(repository, 'cat-file', '-s', oidsOf(outcomes)[1]!)).to.equal('9437184');
  });

  it('tells of files that may not be read', async () => {
    const root = unprivilegedDirectory();
    const store = openStore(makeRepository());
    const files = writeFiles(root, { secret: 'secret', open: 'open' });
    chmodSync(join(root, 'secret'), 0);
    const context = contextFor(root, hashOnlyBatch('sha1'));
    const isSuperuser = process.getuid?.() === 0;
    if (isSuperuser) process.seteuid?.(65_534);
    try {
      const outcomes = await bulkOutcomes(poolHasher(store), files, context);
      expect(outcomes['secret']).to.deep.equal({ kind: 'unreadable' });
      expect(outcomes['open']).to.include({ kind: 'hashed' });
    } finally {
      if (isSuperuser) process.seteuid?.(0);
    }
  });

  it('compresses only what the repository does not have', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, {
      packed: 'packed',
      loose: 'loose',
      cut: 'cut',
      new: 'n',
    });
    git(repository, 'add', 'packed');
    git(repository, 'commit', '-q', '-m', 'one');
    git(repository, 'repack', '-adq');
    git(repository, 'add', 'loose', 'cut');
    const cut = loosePath(objectsOf(repository), git(repository, 'hash-object', 'cut'));
    overwrite(cut, (bytes) => bytes.subarray(0, 5));
    const store = openStore(repository);
    const batch = store.beginBatch();
    const added: string[] = [];
    const watched = batchWith(batch, {
      addDeflated: (object) => {
        added.push(object.oid);
        batch.addDeflated(object);
      },
    });
    const outcomes = await bulkOutcomes(poolHasher(store), files, contextFor(repository, watched));
    const [, , cutId, newId] = oidsOf(outcomes);
    expect(added).to.have.members([cutId, newId]);
    await batch.publish();
    assertFsckClean(repository);
  });

  it('compresses the same contents once on each thread', async () => {
    const repository = makeRepository();
    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    const same = Object.fromEntries(numbers.map((number) => [`f${number}`, 'same']));
    const store = openStore(repository);
    const batch = store.beginBatch();
    let added = 0;
    const watched = batchWith(batch, {
      addDeflated: (object) => {
        added++;
        batch.addDeflated(object);
      },
    });
    const files = writeFiles(repository, same);
    await bulkOutcomes(poolHasher(store), files, contextFor(repository, watched));
    expect(added).to.be.within(1, 4);
    expect((await batch.publish()).objects).to.equal(1);
  });

  it('reads again what a thread found in the repository and is there no more', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, { known: 'known' });
    git(repository, 'add', 'known');
    const store = openStore(repository);
    const batch = store.beginBatch();
    let added = 0;
    const forgetful = batchWith(batch, {
      has: () => false,
      add: (type, data) => {
        added++;
        return batch.add(type, data);
      },
    });
    const context = contextFor(repository, forgetful);
    expect(await bulkOutcomes(poolHasher(store), files, context)).to.deep.equal(
      await singleOutcomes(files, contextFor(repository, hashOnlyBatch('sha1'))),
    );
    expect(added).to.equal(1);
  });

  it('compresses nothing for looking only', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(300));
    const store = openStore(repository);
    let added = 0;
    const batch = batchWith(hashOnlyBatch('sha1'), {
      storesNothing: true,
      addDeflated: () => {
        added++;
      },
    });
    const outcomes = await bulkOutcomes(poolHasher(store), files, contextFor(repository, batch));
    expect(Object.keys(outcomes)).to.have.length(300);
    expect(added).to.equal(0);
  });

  it('keeps few files under way at a time', async () => {
    const repository = makeRepository();
    const files = writeFiles(repository, manyFiles(4_000));
    const store = openStore(repository);
    let [posted, reported, most] = [0, 0, 0];
    const context = contextFor(repository, hashOnlyBatch('sha1'));
    await withPostMessage(
      (value, send) => {
        posted += (value as { paths: string[] } | null)?.paths.length ?? 0;
        most = Math.max(most, posted - reported);
        send();
      },
      () => poolHasher(store)(files, context, () => reported++),
    );
    expect(reported).to.equal(4_000);
    expect(most).to.be.at.most(Math.min(availableParallelism(), 4) * 2 * 128);
  });
});
