import { expect } from 'chai';
import { findGit, supports } from '../../src/process/git-version.js';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { fakeGit, realGit } from './programs.js';

describe('findGit', () => {
  const saying = (words: string) => findGit(fakeGit(`echo "${words}"`));

  it('finds the real git', async () => {
    const version = git(tempDirectory(), 'version').split(' ')[2];
    expect(await findGit(realGit())).to.deep.equal({ version, ok: true });
  });

  it('takes the oldest version that will do, and what vendors add', async () => {
    expect(await saying('git version 2.32.0')).to.include({ ok: true });
    expect(await saying('git version 2.39.5 (Apple Git-154)')).to.deep.equal({
      version: '2.39.5',
      ok: true,
    });
    expect(await saying('git version 2.54.0.rc1')).to.include({ version: '2.54.0.rc1', ok: true });
    expect(await saying('git version 3.0')).to.include({ version: '3.0', ok: true });
  });

  it('says that a git is too old', async () => {
    for (const version of ['2.31.9', '1.99.0', '2.4.0']) {
      const found = await saying(`git version ${version}`);
      expect(found).to.include({ version, ok: false });
      expect(found.problem).to.contain('at least 2.32.0');
    }
  });

  it('says what is wrong with what is no git', async () => {
    expect((await saying('hello')).problem).to.contain('does not tell a version');
    const failing = await findGit(fakeGit('echo broken >&2; exit 1'));
    expect(failing).to.include({ version: null, ok: false });
    expect(failing.problem).to.contain('broken');
    const missing = await findGit({ ...realGit(), file: '/nowhere/git' });
    expect(missing.problem).to.contain('/nowhere/git');
  });

  it('does not hide other errors', async () => {
    const error: unknown = await findGit({ ...realGit(), file: null as unknown as string }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(TypeError);
  });
});

describe('supports', () => {
  it('knows since when git can do what', () => {
    expect(supports('2.44.9', 'reftable')).to.equal(false);
    expect(supports('2.45.0', 'reftable')).to.equal(true);
    expect(supports('10.0', 'reftable')).to.equal(true);
    expect(supports('2.28.1', 'sha256')).to.equal(false);
    expect(supports('2.29.0-rc1', 'sha256')).to.equal(true);
  });
});
