import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENTS, HOSTS, type AgentName } from '../../src/hooks/hosts.js';
import { payloadOf, recordedEvents } from '../hooks/payloads.js';
import { installPiton, piton, reasons, run, type Installed } from './installed.js';

type Entry = { command?: string; hooks?: { command: string }[] };

/** The command lines that an agent finds in its settings, by event. */
function linesIn(path: string): Record<string, string> {
  const { hooks } = JSON.parse(readFileSync(path, 'utf8')) as { hooks: Record<string, Entry[]> };
  const lines = Object.entries(hooks).map(([event, [entry]]) => {
    return [event, entry?.command ?? entry?.hooks?.[0]?.command ?? ''];
  });
  return Object.fromEntries(lines) as Record<string, string>;
}

function workspace(): { user: Installed; root: string } {
  const user = installPiton();
  const root = join(user.home, 'w');
  mkdirSync(root);
  run(user, root, ['git', 'init', '-q']);
  writeFileSync(join(root, 'a.txt'), 'one\n');
  return { user, root };
}

function install(host: AgentName, user: Installed, root: string, ...args: string[]): string {
  piton(user, root, 'hooks', 'install', '--agent', host, ...args);
  const base = args.includes('--user') ? user.home : root;
  return join(base, HOSTS[host].folder, HOSTS[host].file);
}

const IN_SHELLS = AGENTS.filter((host) => HOSTS[host].layout !== 'plugin');

describe('hosts: agents', () => {
  for (const host of AGENTS) {
    it(`${host} hears what it must at every recorded event, and no more`, () => {
      const { user, root } = workspace();
      const events = recordedEvents(host);
      expect(events).to.have.members(Object.keys(HOSTS[host].moments));
      for (const event of events) {
        const input = payloadOf(host, event, root);
        const ended = run(user, '/', ['piton', 'hooks', 'run', host, event], input);
        const reply = HOSTS[host].replies[event];
        const stdout = reply === undefined ? '' : `${reply}\n`;
        expect(ended, event).to.deep.equal({ status: 0, stdout, stderr: '' });
      }
      expect(existsSync(join(root, '.git/piton/log/hooks.log'))).to.equal(false);
      const [plan, ...others] = piton(user, root, 'plan', 'list')['plans'] as object[];
      expect(plan).to.include({ last_completed_step: 0, max_reversions: null });
      expect(others).to.be.empty;
    });
  }

  for (const host of IN_SHELLS) {
    for (const level of ['--project', '--user']) {
      it(`${host} runs what is installed with ${level}, by sh`, () => {
        const { user, root } = workspace();
        const lines = linesIn(install(host, user, root, level));
        for (const { event } of HOSTS[host].installed) {
          writeFileSync(join(root, 'a.txt'), event);
          const input = payloadOf(host, event, root);
          const ended = run(user, '/', ['sh', '-c', lines[event] ?? ''], input);
          const reply = HOSTS[host].replies[event];
          const stdout = reply === undefined ? '' : `${reply}\n`;
          expect(ended, event).to.deep.equal({ status: 0, stdout, stderr: '' });
        }
        expect(reasons(user, root).map((reason) => reason.split(' ')[0])).to.deep.equal([
          ...['before', 'before', 'after'],
        ]);
      });
    }

    it(`${host} is not kept from anything by a piton that fails, unless it is strict`, () => {
      const { user, root } = workspace();
      const gone = { ...user, env: { ...user.env, PATH: '/usr/bin:/bin' } };
      const loose = linesIn(install(host, user, root));
      const strict = linesIn(install(host, user, root, '--strict'));
      for (const { event } of HOSTS[host].installed) {
        const reply = HOSTS[host].replies[event];
        const stdout = reply === undefined ? '' : `${reply}\n`;
        const inputs: [Installed, string][] = [
          [gone, '{}'],
          [user, '{"broken'],
          [user, ''],
        ];
        for (const [who, input] of inputs) {
          const line = ['sh', '-c', loose[event] ?? ''];
          expect(run(who, root, line, input)).to.deep.equal({ status: 0, stdout, stderr: '' });
          const ended = run(who, root, ['sh', '-c', strict[event] ?? ''], input);
          expect(ended.status, event).to.equal(2);
          expect(ended.stdout).to.equal('');
        }
      }
    });
  }

  it('two at once take one checkpoint between them', async () => {
    const { user, root } = workspace();
    const line = linesIn(install('claude-code', user, root))['PreToolUse'] ?? '';
    const ends = [1, 2, 3].map(async () => {
      const child = spawn('sh', ['-c', line], { cwd: root, env: user.env });
      child.stdin.end(payloadOf('claude-code', 'PreToolUse', root));
      const [status] = (await once(child, 'close')) as [number];
      return status;
    });
    expect(await Promise.all(ends)).to.deep.equal([0, 0, 0]);
    expect(reasons(user, root)).to.deep.equal(['before Bash of Claude Code']);
    expect(existsSync(join(root, '.git/piton/log/hooks.log'))).to.equal(false);
  });

  it('opencode loads the plugin, which calls piton and never throws', () => {
    const { user, root } = workspace();
    const plugin = install('opencode', user, root);
    const script = `
      const { Piton } = await import(process.argv[1]);
      const directory = process.argv[2];
      const hooks = await Piton({ directory, worktree: directory });
      const sessionID = 'ses_1';
      const { writeFileSync } = await import('node:fs');
      await hooks['chat.message']({ sessionID });
      writeFileSync(directory + '/a.txt', 'two');
      await hooks['tool.execute.before']({ tool: 'bash', sessionID, callID: '1' }, { args: {} });
      await hooks['tool.execute.before']({ tool: 'read', sessionID, callID: '2' }, { args: {} });
      await hooks.event({ event: { type: 'session.idle', properties: { sessionID } } });
      await hooks.event({ event: { type: 'file.edited', properties: {} } });
    `;
    const line = ['node', '--input-type=module', '-e', script, plugin, root];
    expect(run(user, root, line)).to.deep.equal({ status: 0, stdout: '', stderr: '' });
    expect(reasons(user, root)).to.deep.equal([
      'before a turn of opencode',
      'before bash of opencode',
      'after a turn of opencode',
    ]);
    const gone = { ...user, env: { ...user.env, PATH: '/nowhere' } };
    const node = [process.execPath, ...line.slice(1)];
    expect(run(gone, root, node)).to.include({ status: 0, stderr: '' });
    install('opencode', user, root, '--strict');
    const refused = run(gone, root, node);
    expect(refused.status).to.equal(1);
    expect(refused.stderr).to.contain('piton: spawn piton ENOENT');
  });
});
