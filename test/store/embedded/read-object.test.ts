import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import type { GitObject } from '../../../src/core/types.js';
import { createFsClient } from '../../../src/store/embedded/fs-client.js';
import { readObject } from '../../../src/store/embedded/read-object.js';
import { git, makeRepository, tryGit } from '../../helpers/git.js';

describe('readObject', () => {
  let root: string;
  let gitDir: string;
  let oid: string;

  beforeEach(() => {
    root = makeRepository();
    gitDir = join(root, '.git');
    oid = tryGit(root, ['hash-object', '-w', '--stdin'], 'text').stdout.toString().trim();
  });

  const read = (wanted = oid): Promise<GitObject | null> =>
    readObject(createFsClient(gitDir, 'fast'), gitDir, wanted, {});
  const loose = (): string => join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));

  async function refusal(): Promise<PitonError> {
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    if (error instanceof PitonError) return error;
    throw new Error('was read');
  }

  it('reads an object', async () => {
    expect(await read()).to.deep.equal({ type: 'blob', data: Buffer.from('text') });
  });

  it('does not take a damaged object for an absent one', async () => {
    chmodSync(loose(), 0o600);
    writeFileSync(loose(), 'nonsense');
    const error = await refusal();
    expect(error.code).to.equal('OBJECT_DAMAGED');
    expect(error.details['object']).to.equal(oid);
  });

  it('does not take what cannot be read for absent', async () => {
    rmSync(loose());
    mkdirSync(loose());
    expect((await refusal()).code).to.equal('STATE_DAMAGED');
    rmSync(loose(), { recursive: true });
    execFileSync('mkfifo', [loose()]);
    expect((await refusal()).code).to.equal('STATE_DAMAGED');
  });

  it('passes on what the system says', async () => {
    const error = await read(`${oid.slice(0, 2)}${'b'.repeat(300)}`).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('code', 'ENAMETOOLONG');
  });

  it('does not take a pack that is gone for absence of its objects', async () => {
    git(root, 'update-ref', 'refs/tags/x', oid);
    git(root, 'repack', '-q', '-a', '-d');
    git(root, 'prune-packed', '-q');
    expect(await read()).to.deep.equal({ type: 'blob', data: Buffer.from('text') });
    const folder = join(gitDir, 'objects/pack');
    const pack = readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '';
    rmSync(join(folder, pack), { force: true });
    expect((await refusal()).code).to.equal('OBJECT_DAMAGED');
  });
});
