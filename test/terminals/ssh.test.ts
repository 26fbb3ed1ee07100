import { expect } from 'chai';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { installPiton, piton, type Installed } from '../hosts/installed.js';
import { makeClones, type Clones } from '../remote/clones.js';
import { runQuietly } from './programs.js';
import { serveSsh, type SshServer } from './ssh-server.js';
import { answer, closeTerminals, openTerminal } from './terminal.js';

const HOST = /continue connecting \(yes\/no[^)]*\)\? $/;
const PASSPHRASE = /Enter passphrase for key '[^']*': $/;

describe('terminals: logins by ssh', () => {
  let server: SshServer;
  let user: Installed;
  let clones: Clones;
  let url: string;

  before(async () => {
    server = await serveSsh(tempDirectory());
  });
  after(() => server.close());
  afterEach(closeTerminals);
  beforeEach(() => {
    user = installPiton();
    clones = makeClones();
    url = server.url + clones.bare;
    piton(user, clones.left, 'checkpoint', '-m', 'here');
  });

  function pushed(): number {
    return git(clones.bare, 'for-each-ref', 'refs/piton/').split('\n').filter(Boolean).length;
  }

  it('need nobody with a key and a host that is known', async () => {
    server.setUp(user, 'plain', true);
    const push = await runQuietly(user, clones.left, ['piton', 'push', url]);
    expect(push.status, push.stderr).to.equal(0);
    expect(pushed()).to.equal(2);
    const fetch = await runQuietly(user, clones.right, ['piton', 'fetch', url]);
    expect(fetch.status, fetch.stderr).to.equal(0);
    expect(piton(user, clones.right, 'log')['checkpoints']).to.have.length(1);
    assertFsckClean(clones.right);
  });

  it('ask for the host and the passphrase, on a terminal', async () => {
    server.setUp(user, 'locked', false);
    const push = openTerminal(`piton push ${url}`, clones.left, user.env);
    const ended = await answer(
      push,
      [HOST, 'yes'],
      // Once to see what is there, once to send: ssh remembers nothing.
      [PASSPHRASE, server.passphrase],
      [PASSPHRASE, server.passphrase],
    );
    expect(ended.status, ended.screen).to.equal(0);
    expect(pushed()).to.equal(2);
  });

  it('ask nobody without a terminal, and say what to do', async () => {
    for (const [key, knowsHost, problem] of [
      ['plain', false, /Host key verification failed/],
      ['locked', true, /Permission denied/],
    ] as const) {
      server.setUp(user, key, knowsHost);
      const inPipes = await runQuietly(user, clones.left, ['piton', 'push', url]);
      const line = `piton push ${url} </dev/null`;
      const terminal = await answer(openTerminal(line, clones.left, user.env));
      for (const { status, said } of [
        { ...inPipes, said: inPipes.stderr },
        { ...terminal, said: terminal.screen },
      ]) {
        expect(status, said).to.equal(1);
        expect(said)
          .to.match(problem)
          .and.match(/an ssh agent/);
        expect(said).not.to.match(HOST).and.not.match(PASSPHRASE);
      }
    }
    expect(pushed()).to.equal(0);
  });

  it('never start a program that the repository names for ssh', async () => {
    server.setUp(user, 'plain', true);
    const marker = join(user.home, 'started');
    const program = join(user.home, 'program');
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\nexit 1\n`, { mode: 0o755 });
    git(clones.left, 'config', 'core.sshCommand', program);
    git(clones.left, 'config', 'core.gitProxy', program);
    git(clones.left, 'config', 'core.askPass', program);
    git(clones.left, 'config', 'ssh.variant', 'simple');
    git(clones.left, 'config', 'remote.origin.url', url);
    git(clones.left, 'config', 'remote.origin.receivepack', program);
    git(clones.left, 'config', 'remote.origin.uploadpack', program);
    git(clones.left, 'config', 'remote.origin.vcs', 'ext');
    const push = await runQuietly(user, clones.left, ['piton', 'push', 'origin']);
    expect(push.status, push.stderr).to.equal(0);
    const fetch = await runQuietly(user, clones.left, ['piton', 'fetch', 'origin']);
    expect(fetch.status, fetch.stderr).to.equal(0);
    expect(existsSync(marker)).to.equal(false);
    expect(pushed()).to.equal(2);
  });
});
