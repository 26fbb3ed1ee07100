import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces } from '../api/workspaces.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failureOf, makeClones, openNative } from './clones.js';

describe('remote: kinds of repositories', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('take SHA-256 and branches without a commit', async () => {
    const format = '--object-format=sha256';
    const [from, to] = [makeRepository(format), makeRepository(format)];
    writeFileSync(join(from, '.env'), 'x');
    const here = await openNative(from, { durability: 'full' });
    const { checkpoint } = await here.workspace.createCheckpoint({});
    const file = join(tempDirectory(), 'x.bundle');
    await here.workspace.createBundle(file);
    const there = await openNative(to, { durability: 'full' });
    const imported = await there.workspace.importBundle(file);
    expect(imported.fetched).to.deep.equal([checkpoint.checkpoint_id]);
    assertFsckClean(to);
    const bare = tempDirectory();
    git(bare, 'init', '-q', '--bare', format);
    await here.workspace.push(bare);
    expect(here.warnings).to.deep.equal(['SENSITIVE_FILES']);
    expect(git(bare, 'for-each-ref', 'refs/piton/').split('\n')).to.have.lengthOf(2);
    const other = await openNative(makeRepository());
    await other.workspace.init();
    expect(await failureOf(other.workspace.importBundle(file)))
      .property('exitCode')
      .not.equal(0);
  });

  it('take shallow clones', async () => {
    const { bare, left } = makeClones();
    git(left, 'commit', '-q', '--allow-empty', '-m', 'two');
    git(left, 'push', '-q', 'origin', 'main');
    const here = await openNative(left);
    await here.workspace.createCheckpoint({});
    await here.workspace.push(bare);
    const shallow = join(tempDirectory(), 'shallow');
    git(left, 'clone', '-q', '--depth=1', `file://${bare}`, shallow);
    const there = await openNative(shallow);
    expect((await there.workspace.fetch(bare)).fetched).to.have.lengthOf(1);
    expect((await there.workspace.verify({ all: true })).checked).to.equal(1);
    assertFsckClean(shallow);
  });

  it('are looked for before git is', async () => {
    const { left } = makeClones();
    git(left, 'remote', 'add', 'moved', '../gone');
    const { workspace } = await openNative(left);
    for (const [remote, place] of [
      ['orign', join(left, 'orign')],
      ['moved', join(left, '../gone')],
    ] as const) {
      const failure = await failureOf(workspace.fetch(remote));
      expect(failure).to.include({ code: 'USAGE' });
      expect(failure.message).to.equal(`${remote} leads to ${place}, where nothing is`);
    }
  });

  it('say how to log in', async () => {
    const { left } = makeClones();
    const ssh = join(left, '../ssh');
    writeFileSync(ssh, '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n', {
      mode: 0o755,
    });
    const remoteEnvironment = { GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: 'ssh' };
    const { workspace } = await openNative(left, { remoteEnvironment });
    const failure = await failureOf(workspace.fetch('ssh://me@host/r.git'));
    expect(failure).to.include({ code: 'GIT_FAILED' });
    expect(failure.hint).to.match(/on a terminal.*ssh agent/);
    const terminal = { remoteEnvironment, terminalPrompts: true };
    const asked = await failureOf((await openNative(left, terminal)).workspace.fetch('ssh://h/r'));
    expect(asked.hint).to.match(/try again/);
  });
});
