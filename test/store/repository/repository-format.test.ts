import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository, tryGit } from '../../helpers/git.js';
import { addConfig, expectUnsupported, found } from './finding.js';

describe('the format of a repository', () => {
  it('may be SHA-256', () => {
    expect(found(makeRepository('--object-format=sha256')).algorithm).to.equal('sha256');
  });

  it('may be reftable', () => {
    const root = makeRepository();
    git(root, 'config', 'core.repositoryFormatVersion', '1');
    git(root, 'config', 'extensions.refStorage', 'reftable');
    expect(found(root)).to.deep.include({ refStorage: 'reftable', unknownExtensions: [] });
  });

  it('lists the extensions that are not known', () => {
    const root = makeRepository();
    const known = 'noop\nnoop-v1\npreciousObjects\npartialClone=o\nrelativeWorktrees\n';
    const unknown = 'new=1\nrefStorage=other\n[extensions "a"]b=1\n';
    addConfig(root, `[core]repositoryFormatVersion=1\n[extensions]\n${known}${unknown}`);
    const names = ['new', 'a.b', 'refstorage'];
    expect(found(root)).to.deep.include({ refStorage: 'files', unknownExtensions: names });
  });

  it('takes no notice of unknown extensions with the old version, as git', () => {
    const root = makeRepository();
    addConfig(root, '[extensions]new=1\n');
    expect(found(root).unknownExtensions).to.deep.equal([]);
    expect(git(root, 'status', '--porcelain')).to.equal('');
  });

  it('may not have new extensions with the old version, as git refuses them', () => {
    const root = makeRepository('--object-format=sha256');
    writeFileSync(
      join(root, '.git/config'),
      readFileSync(join(root, '.git/config'), 'utf8').replace('version = 1', 'version = 0'),
    );
    expectUnsupported(root, 'extensions.objectformat');
    expect(tryGit(root, ['status']).status).to.equal(128);
  });

  for (const version of ['2', '-1', 'x', '']) {
    it(`may not have version ${JSON.stringify(version)}`, () => {
      const root = makeRepository();
      addConfig(root, `[core]repositoryFormatVersion=${version}\n`);
      expectUnsupported(root, 'repositoryFormatVersion');
    });
  }

  it('may lack a version', () => {
    const root = makeRepository();
    writeFileSync(join(root, '.git/config'), '');
    expect(found(root).kind).to.equal('main');
  });

  it('may not have an unknown hash', () => {
    const root = makeRepository();
    addConfig(root, '[core]repositoryFormatVersion=1\n[extensions]objectFormat=sha3\n');
    expectUnsupported(root, 'sha3');
  });

  it('is not taken from an included file', () => {
    const root = makeRepository();
    writeFileSync(join(root, '.git/more'), '[core]repositoryFormatVersion=2\nworktree=/\n');
    addConfig(root, '[include]path=more\n');
    expect(found(root).kind).to.equal('main');
  });
});
