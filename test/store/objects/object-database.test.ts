import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import type { GitObject } from '../../../src/core/types.js';
import { emptyBlobId, emptyTreeId, hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { pitonError, rejectionOf } from '../../disk/thrown.js';
import { unprivileged } from '../../disk/unprivileged.js';
import { git, makeRepository, TEST_ENV } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import {
  ALGORITHMS,
  compareWithGit,
  gitBlob,
  gitObjectIds,
  makeHistory,
  objectsOf,
  openStore,
  overwrite,
  packPath,
  repositoryOf,
} from './samples.js';

const LARGE = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => (at * at * 13) % 241));

describe('the object database', () => {
  for (const algorithm of ALGORITHMS) {
    it(`reads what git wrote, loose, packed and borrowed (${algorithm})`, async () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 2);
      git(repository, 'repack', '-adfq');
      gitBlob(repository, 'loose');
      const clone = join(tempDirectory(), 'clone');
      git('/', 'clone', '-q', '--shared', repository, clone);
      gitBlob(clone, 'own');
      for (const [place, count] of [repository, clone].entries()) {
        const store = openStore(count, { algorithm });
        const ids = gitObjectIds(count);
        expect(
          ids.every((oid) => store.has(oid)),
          String(place),
        ).to.equal(true);
        expect(await compareWithGit(store, count)).to.equal(ids.length);
        store.close();
      }
    });

    it(`reads the empty tree and blob though not stored (${algorithm})`, async () => {
      const store = openStore(repositoryOf(algorithm), { algorithm });
      const [tree, blob] = [emptyTreeId(algorithm), emptyBlobId(algorithm)];
      expect(await store.read(tree)).to.deep.equal({ type: 'tree', data: Buffer.alloc(0) });
      expect(await store.read(blob)).to.deep.equal({ type: 'blob', data: Buffer.alloc(0) });
      const stream = await store.readStream(blob);
      expect(stream.size).to.equal(0);
      expect((await buffer(stream.stream)).length).to.equal(0);
      expect([store.has(tree), store.has(blob)]).to.deep.equal([false, false]);
      const batch = store.beginBatch();
      batch.add('tree', Buffer.alloc(0));
      expect(await batch.publish()).to.include({ objects: 1 });
      expect(store.has(tree)).to.equal(true);
    });
  }

  it('says of a missing object that it is', async () => {
    const store = openStore(makeRepository());
    const oid = 'a'.repeat(40);
    for (const reading of [store.read(oid), store.readStream(oid)]) {
      const error = pitonError(await rejectionOf(reading));
      expect(error.code).to.equal('OBJECT_DAMAGED');
      expect(error.details).to.deep.equal({ object: oid, problem: 'missing' });
      expect(error.hint).to.contain('piton verify');
    }
  });

  it('asks the other way for what is missing or damaged, and verifies the answer', async () => {
    const repository = makeRepository();
    const damagedId = gitBlob(repository, 'damaged');
    overwrite(loosePath(objectsOf(repository), damagedId), (bytes) => bytes.subarray(0, 8));
    const answers = new Map<string, GitObject>([
      [damagedId, { type: 'blob', data: Buffer.from('damaged') }],
      ['b'.repeat(40), { type: 'blob', data: Buffer.from('not it') }],
    ]);
    const asked: string[] = [];
    const fallback = async (oid: string): Promise<GitObject | null> => {
      asked.push(oid);
      return Promise.resolve(answers.get(oid) ?? null);
    };
    const store = openStore(repository, { fallback });
    expect((await store.read(damagedId)).data.toString()).to.equal('damaged');
    expect((await buffer((await store.readStream(damagedId)).stream)).toString()).to.equal(
      'damaged',
    );
    const lie = pitonError(await rejectionOf(store.read('b'.repeat(40))));
    expect(lie.details['problem']).to.equal('missing');
    await rejectionOf(store.read('c'.repeat(40)));
    expect(asked).to.deep.equal([damagedId, damagedId, 'b'.repeat(40), 'c'.repeat(40)]);
    answers.clear();
    const error = pitonError(await rejectionOf(store.read(damagedId)));
    expect(error.details).to.include({ object: damagedId, problem: 'damaged' });
  });

  it('names an index that is damaged, unless the object is found without it', async () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    git(repository, 'repack', '-adq');
    const loose = gitBlob(repository, 'loose');
    const oid = git(repository, 'rev-parse', 'HEAD');
    const idx = packPath(repository, 'idx');
    overwrite(idx, (bytes) => bytes.subarray(0, -1));
    const store = openStore(repository);
    const error = pitonError(await rejectionOf(store.read(oid)));
    expect(error.details).to.deep.equal({ object: oid, problem: 'damaged', file: idx });
    expect((await store.read(loose)).data.toString()).to.equal('loose');
  });

  it('finds what git has repacked meanwhile', async () => {
    const repository = makeRepository();
    makeHistory(repository, 2);
    const store = openStore(repository);
    const oid = git(repository, 'rev-parse', 'HEAD~1');
    const ids = gitObjectIds(repository);
    for (const args of [['-adq'], ['-adfq', '--depth=5'], ['-Adfq', '--window=3']]) {
      gitBlob(repository, args.join(' '));
      git(
        repository,
        'update-ref',
        `refs/tags/${args.length}${args[0]}`,
        gitBlob(repository, args.join()),
      );
      git(repository, 'repack', ...args);
      expect(store.has(oid)).to.equal(true);
      for (const id of ids) expect(await store.read(id)).not.to.equal(null);
    }
    store.close();
  });

  it('streams a large blob that git has repacked meanwhile', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, LARGE);
    git(repository, 'update-ref', 'refs/tags/large', oid);
    const store = openStore(repository);
    const before = await store.readStream(oid);
    git(repository, 'repack', '-adq');
    const after = await store.readStream(oid);
    expect(after.size).to.equal(LARGE.length);
    expect(after.stream.readableObjectMode).to.equal(false);
    for (const { stream } of [before, after]) {
      expect((await buffer(stream)).equals(LARGE)).to.equal(true);
    }
    store.close();
  });

  it('keeps reading while git collects garbage again and again', async function () {
    this.timeout(120_000);
    const repository = makeRepository();
    makeHistory(repository, 4);
    const ids = gitObjectIds(repository);
    const store = openStore(repository);
    const script =
      'for n in 1 2 3 4 5; do git gc -q --prune=now; git repack -qdf --window=$n; done';
    const collector = spawn('sh', ['-c', script], { cwd: repository, env: TEST_ENV });
    const over = once(collector, 'exit');
    let reads = 0;
    while (collector.exitCode === null) {
      for (const oid of ids) await store.read(oid);
      reads += ids.length;
      await new Promise((done) => setImmediate(done));
    }
    await over;
    expect(reads).to.be.greaterThan(ids.length);
    store.close();
  });

  it('rescans before a batch when packs have changed', async () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    const store = openStore(repository);
    git(repository, 'repack', '-adq');
    const batch = store.beginBatch();
    expect(batch.has(git(repository, 'rev-parse', 'HEAD'))).to.equal(true);
    await batch.discard();
  });

  it('gives what worker threads need', () => {
    const repository = makeRepository();
    makeHistory(repository, 1);
    git(repository, 'repack', '-adq');
    const shared = openStore(repository).sharePresence();
    expect(shared.algorithm).to.equal('sha1');
    expect(shared.objectsDirs).to.deep.equal([objectsOf(repository)]);
    expect(shared.indexes).to.have.length(1);
  });

  it('passes errors of the system on', async () => {
    const repository = makeRepository();
    const oid = gitBlob(repository, 'x');
    chmodSync(repository, 0o755);
    chmodSync(loosePath(objectsOf(repository), oid), 0o000);
    const store = openStore(repository);
    const reading = unprivileged(() => store.readStream(oid));
    expect(await rejectionOf(reading)).to.have.property('code', 'EACCES');
  });

  it('verifies what it reads', async () => {
    const repository = makeRepository();
    const data = Buffer.from('contents');
    const oid = hashObject('sha1', 'blob', data);
    const other = gitBlob(repository, 'other');
    git(repository, 'update-ref', 'refs/tags/x', other);
    const store = openStore(repository, {
      fallback: async () => Promise.resolve({ type: 'tree', data }),
    });
    expect(pitonError(await rejectionOf(store.read(oid))).code).to.equal('OBJECT_DAMAGED');
  });
});
