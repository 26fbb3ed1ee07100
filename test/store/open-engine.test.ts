import { expect } from 'chai';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import type { GitProgram } from '../../src/process/git-program.js';
import type { Engine } from '../../src/store/engine.js';
import { openEngine } from '../../src/store/open-engine.js';
import { findRepository } from '../../src/store/repository/discover.js';
import type { Repository } from '../../src/store/repository-types.js';
import { TEST_GIT } from '../conformance/open-test-engine.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { TEST_USER } from './repository/user.js';

const NO_GIT: GitProgram = { ...TEST_GIT, file: join(tempDirectory(), 'git') };

/** A program that says it is a certain git, and nothing else. */
function gitOfVersion(version: string): GitProgram {
  const file = join(tempDirectory(), 'git');
  writeFileSync(file, `#!/bin/sh\necho git version ${version}\n`);
  chmodSync(file, 0o755);
  return { ...TEST_GIT, file };
}

function repositoryWith(...settings: [string, string][]): Repository {
  const root = makeRepository();
  const isNew = settings.length > 0;
  if (isNew) git(root, 'config', 'core.repositoryFormatVersion', '1');
  for (const [key, value] of settings)
    git(root, 'config', '-f', join(root, '.git/config'), key, value);
  return repositoryAt(root);
}

function repositoryAt(root: string): Repository {
  const repository = findRepository(root, TEST_USER);
  if (repository === null) throw new Error('no repository');
  return repository;
}

describe('openEngine', () => {
  const opened: Engine[] = [];

  afterEach(async () => {
    for (const engine of opened.splice(0)) await engine.close();
  });

  async function open(
    repository: Repository,
    choice: 'auto' | 'native' | 'embedded',
    gitProgram: GitProgram,
  ): Promise<Pick<Engine, 'name' | 'reason' | 'gitVersion'>> {
    const engine = await openEngine({ repository, choice, gitProgram, durability: 'fast' });
    opened.push(engine);
    return { name: engine.name, reason: engine.reason, gitVersion: engine.gitVersion };
  }

  async function refusal(attempt: Promise<unknown>): Promise<PitonError> {
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    if (error instanceof PitonError) return error;
    throw new Error('was opened');
  }

  it('takes the git program when one is there', async () => {
    const engine = await open(repositoryWith(), 'auto', TEST_GIT);
    expect(engine.name).to.equal('native');
    expect(engine.gitVersion).to.match(/^2\./);
    expect(engine.reason).to.equal(`git ${engine.gitVersion} is there`);
  });

  it('does without when none is there, or only an old one', async () => {
    const none = await open(repositoryWith(), 'auto', NO_GIT);
    expect([none.name, none.gitVersion]).to.deep.equal(['embedded', null]);
    expect(none.reason).to.contain('no git');
    const old = await open(repositoryWith(), 'auto', gitOfVersion('2.1.0'));
    expect([old.name, old.gitVersion]).to.deep.equal(['embedded', '2.1.0']);
    expect(old.reason).to.contain('too old');
  });

  it('obeys the choice', async () => {
    const asked = 'it was asked for';
    const native = await open(repositoryWith(), 'native', TEST_GIT);
    expect([native.name, native.reason]).to.deep.equal(['native', asked]);
    const embedded = await open(repositoryWith(), 'embedded', TEST_GIT);
    const { name, reason, gitVersion } = embedded;
    expect([name, reason, gitVersion]).to.deep.equal(['embedded', asked, null]);
  });

  it('refuses native without a good enough git', async () => {
    for (const program of [NO_GIT, gitOfVersion('2.1.0')]) {
      const error = await refusal(open(repositoryWith(), 'native', program));
      expect(error.code).to.equal('GIT_REQUIRED');
      expect(error.hint).to.contain('embedded');
    }
  });

  const NEEDS: [string, () => Repository, RegExp][] = [
    ['SHA-256', () => repositoryAt(makeRepository('--object-format=sha256')), /SHA-256/],
    ['refs in tables', () => repositoryWith(['extensions.refStorage', 'reftable']), /in tables/],
    ['unknown extensions', () => repositoryWith(['extensions.new', '1']), /not know: new/],
  ];
  for (const [what, make, words] of NEEDS) {
    it(`needs git for ${what}`, async () => {
      const asked = await refusal(open(make(), 'embedded', TEST_GIT));
      expect(asked.code).to.equal('GIT_REQUIRED');
      expect(asked.message).to.match(words);
      expect(asked.hint).to.be.a('string');
      const none = await refusal(open(make(), 'auto', NO_GIT));
      expect(none.code).to.equal('GIT_REQUIRED');
      expect(none.message).to.match(words);
    });
  }

  it('takes git for SHA-256, and says why', async () => {
    const repository = repositoryAt(makeRepository('--object-format=sha256'));
    const engine = await open(repository, 'auto', TEST_GIT);
    expect([engine.name, engine.reason]).to.deep.equal(['native', 'the repository is in SHA-256']);
  });

  it('needs a git that knows refs in tables', async () => {
    const repository = repositoryWith(['extensions.refStorage', 'reftable']);
    const error = await refusal(open(repository, 'auto', gitOfVersion('2.39.5')));
    expect(error.code).to.equal('GIT_REQUIRED');
    expect(error.message).to.contain('2.39.5 does not know refs in tables');
    const engine = await open(repository, 'auto', gitOfVersion('2.45.0'));
    expect(engine.name).to.equal('native');
  });

  it('leaves unknown extensions to git, and tells what it says', async () => {
    const error = await refusal(open(repositoryWith(['extensions.new', '1']), 'auto', TEST_GIT));
    expect(error.code).to.equal('UNSUPPORTED_REPOSITORY');
    expect(error.message).to.match(/git refuses.*unknown repository extension.*new/s);
    const willing = await open(
      repositoryWith(['extensions.new', '1']),
      'auto',
      gitOfVersion('9.9.9'),
    );
    expect(willing.name).to.equal('native');
  });

  it('passes on that git has gone meanwhile', async () => {
    const program = gitOfVersion('9.9.9');
    writeFileSync(program.file, '#!/bin/sh\nrm "$0"\necho git version 9.9.9\n');
    const error = await refusal(open(repositoryWith(['extensions.new', '1']), 'auto', program));
    expect(error.code).to.equal('GIT_REQUIRED');
  });
});
