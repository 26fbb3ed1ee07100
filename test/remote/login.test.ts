import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import type { Connection } from '../../src/remote/connection.js';
import { askingOnce, loginEnvironment } from '../../src/remote/login.js';
import { runGit } from '../../src/process/run-git.js';
import { realGit } from '../process/programs.js';
import { tempDirectory } from '../helpers/temp.js';

function connection(asks: boolean): Connection {
  return {
    program: realGit(tempDirectory()),
    address: { url: 'https://host/r.git', protocols: ['https'] },
    access: { environment: {}, configFiles: [], asks },
  };
}

describe('remote: logging in', () => {
  it('asks nobody unless somebody is there', () => {
    const own = { SSH_ASKPASS: '/window', SSH_ASKPASS_REQUIRE: 'force', SSH_AUTH_SOCK: '/s' };
    const there = { asks: true, hasOwnSsh: false };
    expect(loginEnvironment(own, there)).to.deep.equal(own);
    expect(loginEnvironment(own, { ...there, asks: false })).to.deep.equal({
      ...{ SSH_AUTH_SOCK: '/s', GCM_INTERACTIVE: 'never' },
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    });
  });

  it('leaves the ssh and the script that the user has chosen', () => {
    const own = { GIT_SSH_COMMAND: 'other', GIT_ASKPASS: '/script' };
    const nobody = { asks: false, hasOwnSsh: false };
    expect(loginEnvironment(own, nobody)).to.include(own);
    const bySetting = loginEnvironment({}, { asks: false, hasOwnSsh: true });
    expect(bySetting).not.to.have.property('GIT_SSH_COMMAND');
  });

  it('remembers a password as long as the work lasts', async () => {
    const login = connection(true);
    const { program } = login;
    const text = 'protocol=https\nhost=host\n';
    let config: Readonly<Record<string, string>> | undefined;
    const fill = async (): Promise<string> => {
      const call = { args: ['credential', 'fill'], input: `${text}\n`, config };
      return (await runGit(program, call)).stdout.toString();
    };
    await askingOnce(login, async (remembering) => {
      config = remembering.config;
      const input = `${text}username=me\npassword=secret\n\n`;
      await runGit(program, { args: ['credential', 'approve'], input, config });
      expect(await fill()).to.contain('password=secret\n');
    });
    const failed = await fill().catch((error: unknown) => error);
    expect(String(failed)).to.match(/terminal prompts disabled/);
    expect(readdirSync(program.temporaryFolder)).to.deep.equal([]);
  });

  it('clears up when the work fails, and does nothing when nobody is asked', async () => {
    const login = connection(true);
    const failing = askingOnce(login, async () => Promise.reject(new Error('no')));
    expect(await failing.catch(String)).to.equal('Error: no');
    expect(readdirSync(login.program.temporaryFolder)).to.deep.equal([]);
    const quiet = connection(false);
    expect(await askingOnce(quiet, async (same) => Promise.resolve(same))).to.equal(quiet);
  });
});
