import { expect } from 'chai';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRefs, type FoundRefs } from '../../src/checkpoint/find-refs.js';
import { PitonError } from '../../src/core/errors.js';
import type { RefStore } from '../../src/store/ref-store.js';
import { FileRefs } from '../../src/store/file-refs/file-refs.js';
import type { Repository } from '../../src/store/repository-types.js';
import { git, makeRepository } from '../helpers/git.js';

describe('findRefs', () => {
  let root: string;
  let commit: string;
  let repository: Repository;

  beforeEach(() => {
    root = makeRepository();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'begin');
    commit = git(root, 'rev-parse', 'HEAD');
    for (const name of ['packed', 'both']) git(root, 'update-ref', `refs/piton/x/${name}`, commit);
    git(root, 'pack-refs', '--all');
    git(root, 'update-ref', 'refs/piton/x/loose', commit);
    const commonDir = join(root, '.git');
    const place = { root, gitDir: commonDir, commonDir, algorithm: 'sha1', refStorage: 'files' };
    repository = place as Repository;
  });

  function find(): Promise<FoundRefs> {
    const refs = new FileRefs(repository, 'fast');
    return findRefs({ repository, refs }, 'refs/piton/x/');
  }

  function put(name: string, text: string): void {
    mkdirSync(join(root, '.git/refs/piton/x'), { recursive: true });
    writeFileSync(join(root, '.git/refs/piton/x', name), text);
  }

  const NAMES = ['refs/piton/x/both', 'refs/piton/x/loose', 'refs/piton/x/packed'];

  it('gives what a listing gives when nothing is broken', async () => {
    const { refs, broken, isComplete } = await find();
    expect(refs).to.deep.equal(NAMES.map((name) => ({ name, oid: commit })));
    expect({ broken, isComplete }).to.deep.equal({ broken: [], isComplete: true });
  });

  it('gives the others when one is broken, whatever is broken about it', async () => {
    put('garbage', 'garbage\n');
    put('bad~name', `${commit}\n`);
    put('loop', 'ref: refs/piton/x/loop\n');
    put('held.lock', '');
    put('nowhere', 'ref: refs/heads/nowhere\n');
    put('both', 'garbage\n');
    const { refs, broken, isComplete } = await find();
    expect(refs.map(({ name }) => name)).to.deep.equal(NAMES.slice(1));
    expect(broken.map(({ name }) => name.slice('refs/piton/x/'.length))).to.deep.equal([
      'bad~name',
      'both',
      'garbage',
      'loop',
    ]);
    expect(isComplete).to.equal(true);
  });

  it('knows that it does not know all when packed refs cannot be read', async () => {
    appendFileSync(join(root, '.git/packed-refs'), 'garbage');
    const { refs, broken, isComplete } = await find();
    expect(refs.map(({ name }) => name)).to.deep.equal(['refs/piton/x/loose']);
    expect(broken.map(({ name }) => name)).to.deep.equal(['packed-refs']);
    expect(isComplete).to.equal(false);
  });

  it('knows that it does not know all when a packed name is none', async () => {
    appendFileSync(join(root, '.git/packed-refs'), `${commit} refs/piton/x/bad~name\n`);
    const { refs, isComplete } = await find();
    expect(refs.map(({ name }) => name)).to.deep.equal(['refs/piton/x/loose']);
    expect(isComplete).to.equal(false);
  });

  it('knows that it does not know all when there is a link', async () => {
    symlinkSync('/etc', join(root, '.git/refs/piton/x/link'));
    const { refs, broken, isComplete } = await find();
    expect(refs.map(({ name }) => name)).to.deep.equal([
      'refs/piton/x/both',
      'refs/piton/x/packed',
    ]);
    expect(broken.map(({ name }) => name)).to.deep.equal(['refs/piton/x/']);
    expect(isComplete).to.equal(false);
  });

  it('passes on what stores of other kinds say, and what is no PitonError', async () => {
    const refused = new PitonError('GIT_FAILED', 'on purpose');
    const refs = { list: () => Promise.reject(refused) } as unknown as RefStore;
    const tables = { ...repository, refStorage: 'reftable' } as Repository;
    const found = findRefs({ repository: tables, refs }, 'refs/piton/x/');
    expect(await found.catch((error: unknown) => error)).to.equal(refused);
    const defect = new Error('a defect');
    const broken = { list: () => Promise.reject(defect) } as unknown as RefStore;
    const failed = findRefs({ repository, refs: broken }, 'refs/piton/x/');
    expect(await failed.catch((error: unknown) => error)).to.equal(defect);
  });
});
