import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assertFsckClean, git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { installPiton, piton, type Installed } from '../hosts/installed.js';
import { makeClones, type Clones } from '../remote/clones.js';
import { makeCertificate, serveHttp, USER, type HttpServer } from './http-server.js';
import { processesWith, runQuietly } from './programs.js';
import { answer, closeTerminals, openTerminal } from './terminal.js';

const USERNAME = /Username for 'http:[^']*': $/;
const PASSWORD = /Password for 'http:[^']*': $/;

describe('terminals: logins by http', () => {
  let user: Installed;
  let clones: Clones;
  let server: HttpServer;
  let url: string;

  beforeEach(async () => {
    user = installPiton();
    clones = makeClones();
    git(clones.bare, 'config', 'http.receivepack', 'true');
    server = await serveHttp(dirname(clones.bare));
    url = `${server.url}/bare.git`;
    piton(user, clones.left, 'checkpoint', '-m', 'here');
  });
  afterEach(() => {
    closeTerminals();
    server.close();
  });

  function pushed(): string[] {
    return git(clones.bare, 'for-each-ref', 'refs/piton/').split('\n').filter(Boolean);
  }

  it('are asked for once, on a terminal, by push and by fetch', async () => {
    const questions = [USERNAME, PASSWORD].map((question, index): [RegExp, string] => {
      return [question, [USER.name, USER.password][index] ?? ''];
    });
    const push = openTerminal(`piton push ${url}`, clones.left, user.env);
    const ended = await answer(push, ...questions);
    expect(ended.status, ended.screen).to.equal(0);
    expect(ended.screen.match(/Password for/g), ended.screen).to.have.length(1);
    expect(ended.screen).not.to.contain(USER.password);
    expect(pushed()).to.have.length(2);
    const fetch = openTerminal(`piton fetch ${url}`, clones.right, user.env);
    const fetched = await answer(fetch, ...questions);
    expect(fetched.status, fetched.screen).to.equal(0);
    expect(piton(user, clones.right, 'log')['checkpoints']).to.have.length(1);
    assertFsckClean(clones.right);
  });

  it('that are wrong are refused, and lose nothing', async () => {
    const push = openTerminal(`piton push ${url}`, clones.left, user.env);
    const ended = await answer(push, [USERNAME, USER.name], [PASSWORD, 'guess']);
    expect(ended.status, ended.screen).to.equal(1);
    expect(ended.screen).to.match(/git ls-remote failed: fatal: Authentication failed/);
    expect(ended.screen).to.contain('try again');
    expect(pushed()).to.be.empty;
  });

  it('are not asked for without a terminal, nor with --yes on one', async () => {
    const args = ['push', url, '--json'];
    const ended = await runQuietly(user, clones.left, ['piton', ...args]);
    expect(ended.status, ended.stdout).to.equal(1);
    const { error } = JSON.parse(ended.stdout) as { error: { code: string; hint: string } };
    expect(error.code).to.equal('GIT_FAILED');
    expect(error.hint).to.match(/credential helper/);
    for (const line of [`piton push ${url} </dev/null`, `piton push ${url} --yes`]) {
      const { status, screen } = await answer(openTerminal(line, clones.left, user.env));
      expect(status, screen).to.equal(1);
      expect(screen)
        .to.match(/terminal prompts disabled/)
        .and.not.match(/Username for 'http:.*: $/m);
    }
    expect(pushed()).to.be.empty;
  });

  it('are not asked for in a window without a terminal', async () => {
    const asked = join(user.home, 'asked');
    const window = join(user.home, 'askpass');
    writeFileSync(window, `#!/bin/sh\necho asked >> ${asked}\nexit 1\n`, { mode: 0o755 });
    git(user.home, 'config', '--file', join(user.home, '.gitconfig'), 'core.askPass', window);
    const env = { ...user.env, SSH_ASKPASS: window, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
    const ended = await runQuietly({ ...user, env }, clones.left, ['piton', 'push', url]);
    expect(ended.status).to.equal(1);
    expect(ended.stderr).to.match(/terminal prompts disabled/);
    expect(() => git(user.home, 'hash-object', asked)).to.throw();
  });

  it('come from the helper or the script that the user has set up', async () => {
    const script = join(user.home, 'answers');
    const body = `case $1 in User*) echo ${USER.name};; *) echo '${USER.password}';; esac`;
    writeFileSync(script, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const env = { ...user.env, GIT_ASKPASS: script };
    const byScript = await runQuietly({ ...user, env }, clones.left, ['piton', 'push', url]);
    expect(byScript.status, byScript.stderr).to.equal(0);
    const helper = `!printf 'username=${USER.name}\\npassword=${USER.password}\\n';:`;
    const config = join(user.home, '.gitconfig');
    git(user.home, 'config', '--file', config, 'credential.helper', helper);
    const byHelper = await runQuietly(user, clones.right, ['piton', 'fetch', url]);
    expect(byHelper.status, byHelper.stderr).to.equal(0);
    // One that the repository names is a program that anybody may have named.
    git(user.home, 'config', '--file', config, '--unset', 'credential.helper');
    git(clones.left, 'config', 'credential.helper', helper);
    const refused = await runQuietly(user, clones.left, ['piton', 'push', url]);
    expect(refused.status).to.equal(1);
  });

  it('go over TLS, to a server whose certificate the user trusts', async () => {
    const folder = tempDirectory();
    const safe = await serveHttp(dirname(clones.bare), makeCertificate(folder));
    try {
      const address = safe.url.replace('//', `//${USER.name}:${encodeURI(USER.password)}@`);
      const push = ['piton', 'push', `${address}/bare.git`];
      // What the repository says of it counts for nothing.
      git(clones.left, 'config', 'http.sslVerify', 'false');
      const refused = await runQuietly(user, clones.left, push);
      expect(refused.status).to.equal(1);
      expect(refused.stderr)
        .to.match(/certificate/i)
        .and.not.contain(encodeURI(USER.password));
      expect(safe.refused).to.be.empty;
      const env = { ...user.env, GIT_SSL_CAINFO: join(folder, 'cert.pem') };
      const ended = await runQuietly({ ...user, env }, clones.left, push);
      expect(ended.status, ended.stderr).to.equal(0);
      expect(ended.stdout).not.to.contain(encodeURI(USER.password));
      expect(pushed()).to.have.length(2);
    } finally {
      safe.close();
    }
  });

  for (const [name, status, stop] of [
    ['Ctrl-C', 130, '\x03'],
    ['SIGTERM', 143, 'TERM'],
  ] as const) {
    it(`end at ${name} while they are asked for, and leave nothing running`, async () => {
      // The mark is in the environment of all that piton starts.
      const env = { ...user.env, LOGNAME: `mark-${process.pid}-${status}` };
      const terminal = openTerminal('echo $$; exec piton push ' + url, clones.left, env);
      await terminal.until(USERNAME);
      const before = processesWith(env.LOGNAME);
      expect(before.length).to.be.greaterThan(2);
      if (stop === '\x03') terminal.type(stop);
      else process.kill(Number(/\d+/.exec(terminal.screen())?.[0]), 'SIGTERM');
      expect(await terminal.ended, terminal.screen()).to.equal(status);
      expect(terminal.screen()).to.match(/interrupted by SIG/);
      // One that was ended by force may take a moment.
      while (processesWith(env.LOGNAME).length > 0) await delay(20);
    });
  }
});
