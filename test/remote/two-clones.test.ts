import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces, only } from '../api/workspaces.js';
import { assertFsckClean, git } from '../helpers/git.js';
import { failureOf, makeClones, openNative, serve, stateOf } from './clones.js';

describe('remote: two clones and a bare repository', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('carry a plan to another machine, and back', async () => {
    const { bare, left, right } = makeClones();
    const here = await openNative(left);
    await here.workspace.createPlan({ name: 'p' });
    writeFileSync(join(left, 'a'), 'two\n');
    writeFileSync(join(left, 'untracked'), 'new\n');
    git(left, 'add', 'a');
    await here.workspace.completeStep(undefined, { done: 0 });
    const first = await here.workspace.createCheckpoint({});
    const pushed = await here.workspace.push(bare);
    expect(pushed).to.deep.equal({
      ...{ remote: bare, pushed: [first.checkpoint.checkpoint_id], up_to_date: 0, differing: [] },
    });
    expect(await here.workspace.push(bare)).to.include({ up_to_date: 1 });
    expect(here.warnings).to.deep.equal([]);

    const there = await openNative(right);
    const fetched = await there.workspace.fetch('origin');
    const { plan_id: id } = only(fetched.plans);
    expect(fetched.fetched).to.deep.equal(pushed.pushed);
    expect(only(fetched.plans)).to.include({ name: 'p', outcome: 'created' });
    expect(fetched.current_plan_id).to.equal(id);
    expect(await there.workspace.resumePlan()).to.include({
      next_step: 1,
      worktree_matches: false,
    });
    await there.workspace.rollback();
    expect(readFileSync(join(right, 'untracked'), 'utf8')).to.equal('new\n');
    expect(git(right, 'diff', '--cached', '--name-only')).to.equal('a');
    expect(await there.workspace.resumePlan()).to.include({ worktree_matches: true });
    expect(await there.workspace.fetch('origin')).to.deep.include({ fetched: [], up_to_date: 1 });
    assertFsckClean(right);

    await there.workspace.completeStep('p', { done: 1 });
    writeFileSync(join(right, 'a'), 'three\n');
    await there.workspace.createCheckpoint({});
    await there.workspace.push(bare);
    const back = await here.workspace.fetch('origin');
    expect(only(back.plans)).to.include({ outcome: 'updated' });
    expect(here.warnings).to.deep.equal(['PLAN_UPDATED']);
    expect(await here.workspace.showPlan()).to.include({
      ...{ last_completed_step: 1, reversion_count: 1 },
    });
    expect(only((await here.workspace.fetch('origin')).plans).outcome).to.equal('up_to_date');
  });

  it('keep a plan that went its own way, and say so', async () => {
    const { bare, left, right } = makeClones();
    const here = await openNative(left);
    const there = await openNative(right);
    await here.workspace.createPlan({ name: 'p' });
    await here.workspace.createCheckpoint({});
    await here.workspace.push(bare);
    await there.workspace.fetch(bare);
    await here.workspace.completeStep('p', { done: 0 });
    await here.workspace.push(bare);
    expect(here.warnings).to.deep.equal(['PLAN_AHEAD']);
    writeFileSync(join(right, 'b'), '');
    await there.workspace.createCheckpoint({ plan: 'p' });
    await there.workspace.push(bare);
    expect(only((await here.workspace.fetch(bare)).plans).outcome).to.equal('kept');
    expect(here.warnings).to.deep.equal(['PLAN_AHEAD', 'PLAN_KEPT']);
    expect(await here.workspace.showPlan('p')).to.include({ last_completed_step: 0 });

    // Nor does a newer one take the place of one that it did not start from.
    writeFileSync(join(left, 'c'), '');
    await here.workspace.createCheckpoint({ plan: 'p' });
    writeFileSync(join(right, 'd'), '');
    await there.workspace.createCheckpoint({ plan: 'p' });
    await there.workspace.push(bare);
    expect(only((await here.workspace.fetch(bare)).plans).outcome).to.equal('kept');
  });

  it('send only one plan when asked, and leave foreign refs alone', async () => {
    const { bare, left, right } = makeClones();
    const { workspace } = await openNative(left);
    await workspace.createPlan({ name: 'one' });
    const { checkpoint } = await workspace.createCheckpoint({});
    await workspace.createPlan({ name: 'two' });
    await workspace.createCheckpoint({});
    expect((await workspace.push(bare, { plan: 'one' })).pushed).to.deep.equal([
      checkpoint.checkpoint_id,
    ]);
    git(bare, 'update-ref', 'refs/piton/other', 'main');
    git(bare, 'update-ref', 'refs/piton/state/x/y', 'main');
    const there = await openNative(right);
    expect((await there.workspace.fetch(bare)).fetched).to.have.lengthOf(1);
    expect(git(right, 'for-each-ref', 'refs/piton/')).not.to.match(/other|x\/y/);
  });

  it('replace what was only renamed here, and nothing else', async () => {
    const { bare, left, right } = makeClones();
    const { workspace } = await openNative(left);
    const { checkpoint } = await workspace.createCheckpoint({});
    await workspace.push(bare);
    const there = await openNative(right);
    await there.workspace.fetch(bare);
    const named = await workspace.nameCheckpoint(checkpoint.checkpoint_id, 'green');
    expect((await workspace.push(bare)).pushed).to.deep.equal([checkpoint.checkpoint_id]);
    expect(git(bare, 'rev-parse', checkpoint.ref)).to.equal(named.checkpoint.commit);
    const fetched = await there.workspace.fetch(bare);
    expect(fetched).to.deep.include({ differing: [checkpoint.checkpoint_id], fetched: [] });
    expect(git(right, 'rev-parse', checkpoint.ref)).to.equal(checkpoint.commit);
    const refused = await there.workspace.push(bare);
    expect(refused).to.deep.include({ differing: [checkpoint.checkpoint_id], pushed: [] });
    expect(git(bare, 'rev-parse', checkpoint.ref)).to.equal(named.checkpoint.commit);
  });

  it('work over the network too', async () => {
    const { bare, left, right } = makeClones();
    const { url, daemon } = await serve(join(bare, '..'));
    try {
      git(left, 'config', 'remote.net.url', `${url}/bare.git`);
      const here = await openNative(left);
      await here.workspace.createCheckpoint({});
      expect((await here.workspace.push('net')).pushed).to.have.lengthOf(1);
      const there = await openNative(right);
      const fetched = await there.workspace.fetch(`${url}/bare.git`);
      expect(fetched.fetched).to.have.lengthOf(1);
      assertFsckClean(right);
    } finally {
      process.kill(-(daemon.pid ?? 0), 'SIGTERM');
    }
    const { workspace } = await openNative(left);
    expect(await failureOf(workspace.push('net'))).to.include({ code: 'GIT_FAILED' });
    expect(await failureOf(workspace.fetch('net')))
      .property('hint')
      .match(/git ls-remote/);
  });

  it('need the git program', async () => {
    const { bare, left } = makeClones();
    const { workspace } = await openNative(left, { engine: 'embedded' });
    await workspace.createCheckpoint({});
    for (const verb of [
      () => workspace.push(bare),
      () => workspace.fetch(bare),
      () => workspace.createBundle(join(left, 'x')),
    ]) {
      expect(await failureOf(verb())).to.include({ code: 'GIT_REQUIRED' });
    }
  });

  it('run no hook and no program of the workspace', async () => {
    const { bare, left } = makeClones();
    const marker = join(left, '../ran');
    const program = join(left, '../program');
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
    mkdirSync(join(left, '.git/hooks'), { recursive: true });
    for (const hook of ['pre-push', 'reference-transaction', 'post-index-change']) {
      writeFileSync(join(left, '.git/hooks', hook), `#!/bin/sh\ntouch ${marker}\n`, {
        mode: 0o755,
      });
    }
    for (const key of ['core.sshCommand', 'credential.helper', 'core.fsmonitor']) {
      git(left, 'config', key, program);
    }
    git(left, 'config', 'url.ext::sh -c touch% .insteadOf', bare);
    git(left, 'config', 'protocol.ext.allow', 'always');
    git(left, 'config', 'remote.evil.url', `ext::sh -c touch% ${marker}`);
    const { workspace } = await openNative(left);
    await workspace.createCheckpoint({});
    await workspace.push(bare);
    await workspace.fetch('origin');
    expect(await failureOf(workspace.fetch('evil'))).to.include({ code: 'USAGE' });
    expect(existsSync(marker)).to.equal(false);
  });

  it('go by what the user set up, not by what the workspace says', async () => {
    const { bare, left } = makeClones();
    const home = join(left, '../home');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), `[url "${bare}/"]\n\tinsteadOf = https://nowhere/\n`);
    const { workspace } = await openNative(left, { home, configHome: join(home, '.config') });
    await workspace.createCheckpoint({});
    // A path in place of an address on the net is not what was allowed.
    expect(await failureOf(workspace.push('https://nowhere/'))).to.include({ code: 'GIT_FAILED' });
    const ssh = join(home, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> ${home}/called\nexit 1\n`, { mode: 0o755 });
    const remoteEnvironment = { GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: 'ssh' };
    const asked = await openNative(left, { home, remoteEnvironment });
    await failureOf(asked.workspace.push('me@host:r.git'));
    expect(readFileSync(join(home, 'called'), 'utf8')).to.include('me@host');
    writeFileSync(join(home, '.gitconfig'), `[core]\n\tsshCommand = ${ssh} own\n`);
    const own = await openNative(left, { home });
    await failureOf(own.workspace.fetch('me@host:r.git'));
    expect(readFileSync(join(home, 'called'), 'utf8')).to.match(/^own /m);
  });

  it('warn of files that no commit would hold, and push them only when they may', async () => {
    const { bare, left } = makeClones();
    writeFileSync(join(left, '.gitignore'), '*.log\n');
    for (const name of ['.env', '.env.example', 'x.log', 'id_rsa', 'plain']) {
      writeFileSync(join(left, name), name);
    }
    mkdirSync(join(left, 'deep'));
    writeFileSync(join(left, 'deep/committed.key'), '');
    git(left, 'add', 'deep');
    git(left, 'commit', '-q', '-m', 'two');
    const { workspace, warnings } = await openNative(left);
    await workspace.createCheckpoint({ includeIgnored: true });
    let asked: unknown;
    const refuse = async (paths: unknown) => {
      asked = paths;
      return false;
    };
    const failure = await failureOf(workspace.push(bare, { onSensitive: refuse }));
    expect(failure).to.include({ code: 'USAGE' });
    expect(asked).to.deep.equal(['.env', 'id_rsa', 'x.log']);
    expect(git(bare, 'for-each-ref', 'refs/piton/')).to.equal('');
    expect((await workspace.push(bare)).pushed).to.have.lengthOf(1);
    expect(warnings).to.deep.equal(['SENSITIVE_FILES', 'SENSITIVE_FILES']);
  });

  it('warn of files that only rules of piton take in', async () => {
    const { bare, left } = makeClones();
    const asked: unknown[] = [];
    const askedAt = async (): Promise<unknown> => {
      const { workspace } = await openNative(left);
      await workspace.createCheckpoint({});
      const onSensitive = async (paths: unknown): Promise<boolean> => asked.push(paths) < 0;
      await failureOf(workspace.push(bare, { onSensitive }));
      return asked.at(-1);
    };
    writeFileSync(join(left, '.gitignore'), 'data*\n');
    writeFileSync(join(left, '.pitonignore'), '!data\n');
    for (const name of ['data', 'data2', 'plain']) writeFileSync(join(left, name), name);
    expect(await askedAt()).to.deep.equal(['data']);
    git(left, 'config', '--add', 'piton.exclude', '!data2');
    expect(await askedAt()).to.deep.equal(['data', 'data2']);
  });

  it('warn of them by rules that are in no checkpoint', async () => {
    const { bare, left } = makeClones();
    writeFileSync(join(left, '.gitignore'), 'data\n.pitonignore\n');
    writeFileSync(join(left, '.pitonignore'), '!data\n');
    writeFileSync(join(left, 'data'), 'x');
    const { workspace, warnings } = await openNative(left);
    await workspace.createCheckpoint({});
    await workspace.push(bare);
    expect(warnings).to.deep.equal(['SENSITIVE_FILES']);
  });

  it('clear up what a process that died had fetched', async () => {
    const { bare, left } = makeClones();
    const { workspace } = await openNative(left);
    await workspace.createCheckpoint({});
    mkdirSync(join(left, `.git/piton/incoming/4194303-${'0'.repeat(16)}/objects`), {
      recursive: true,
    });
    mkdirSync(join(left, '.git/piton/incoming/of-nobody'));
    await workspace.push(bare);
    await workspace.fetch(bare);
    expect(stateOf(left)).property('incoming').deep.equal(['of-nobody']);
  });
});
