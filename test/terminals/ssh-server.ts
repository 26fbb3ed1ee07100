import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Installed } from '../hosts/installed.js';
import { freePort } from '../remote/clones.js';

const PASSPHRASE = 'up the wall';

export interface SshServer {
  /** Of this machine, up to the path. */
  url: string;
  passphrase: string;
  /** Has the user's ssh use that key, and know the server or not. */
  setUp: (user: Installed, key: 'plain' | 'locked', knowsHost: boolean) => void;
  close: () => void;
}

/** Runs an sshd of our own on the loopback, which lets this user in by keys of our own. */
export async function serveSsh(folder: string): Promise<SshServer> {
  for (const [name, secret] of [
    ['host', ''],
    ['plain', ''],
    ['locked', PASSPHRASE],
  ] as const) {
    const args = ['-q', '-t', 'ed25519', '-N', secret, '-C', name, '-f', join(folder, name)];
    if (spawnSync('ssh-keygen', args).status !== 0) throw new Error('ssh-keygen has failed');
  }
  const publicKey = (name: string): string => readFileSync(join(folder, `${name}.pub`), 'utf8');
  writeFileSync(join(folder, 'authorized'), publicKey('plain') + publicKey('locked'));
  const port = await freePort();
  // Where it is root, sshd wants a folder of nothing to put its unprivileged half into.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', sshdConfig(folder, port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((done, fail) => {
    let said = '';
    sshd.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) done();
    });
    sshd.on('exit', () => fail(new Error(`sshd has ended: ${said}`)));
  });
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    passphrase: PASSPHRASE,
    setUp: (user, key, knowsHost) => {
      const known = join(user.home, 'known_hosts');
      writeFileSync(known, knowsHost ? `[127.0.0.1]:${port} ${publicKey('host')}` : '');
      setUpClient(user, join(folder, key), known);
    },
    close: () => void sshd.kill(),
  };
}

function sshdConfig(folder: string, port: number): string {
  const path = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** ssh looks for its settings in the account's home, so it is told where they are instead. */
function setUpClient({ home, env }: Installed, key: string, knownHosts: string): void {
  const config = join(home, 'ssh_config');
  const lines = [
    `IdentityFile ${key}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking ask',
  ];
  writeFileSync(config, lines.join('\n'));
  const [programs = '', ...others] = (env['PATH'] ?? '').split(delimiter);
  const real = `PATH='${others.join(delimiter)}' exec ssh -F '${config}' "$@"`;
  writeFileSync(join(programs, 'ssh'), `#!/bin/sh\n${real}\n`, { mode: 0o755 });
}
