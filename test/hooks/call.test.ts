import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { runHook } from '../../src/api/open.js';
import type { HookRunData } from '../../src/api/hook-data.js';
import type { HookRunOptions, OpenOptions } from '../../src/api/types.js';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';
import { HOSTS, type AgentName } from '../../src/hooks/hosts.js';
import { git, makeRepository, TEST_HOME } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { payloadOf, recordedEvents } from './payloads.js';
import { closeWorkspaces, only, openOptions, openTest } from '../api/workspaces.js';

const AGENTS = Object.keys(HOSTS) as AgentName[];

type Call = Partial<HookRunOptions> & { payload?: string };

async function call(
  root: string,
  { payload, ...options }: Call,
  open: Partial<OpenOptions> = {},
): Promise<HookRunData> {
  const input = payload === undefined ? undefined : Readable.from([Buffer.from(payload)]);
  return runHook(openOptions(root, open), { host: 'git', input, ...options });
}

async function agent(root: string, host: string, event: string, more = {}): Promise<HookRunData> {
  const payload = JSON.parse(payloadOf(host, event, root)) as object;
  return call(root, { host, event, payload: JSON.stringify({ ...payload, ...more }) });
}

function logOf(root: string): string {
  const path = join(root, '.git/piton/log/hooks.log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function workspaceWithFile(): string {
  const root = makeRepository();
  writeFileSync(join(root, 'a.txt'), 'one\n');
  return root;
}

async function errorOf(promise: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof PitonError) return error;
  throw new Error(`no PitonError: ${String(error)}`);
}

afterEach(closeWorkspaces);

describe('api: what hooks call', () => {
  for (const host of AGENTS) {
    it(`takes every recorded event of ${host} for what it is`, async () => {
      const root = workspaceWithFile();
      const events = recordedEvents(host);
      expect(events).to.have.members(Object.keys(HOSTS[host].moments));
      for (const event of events) {
        writeFileSync(join(root, 'a.txt'), event);
        const run = await agent(root, host, event);
        expect(run.failures, event).to.deep.equal([]);
        const isQuiet = HOSTS[host].moments[event] === 'nothing';
        expect(run.checkpoints.length, event).to.equal(isQuiet ? 0 : 1);
        expect(run.reply, event).to.equal(HOSTS[host].replies[event] ?? null);
      }
      expect(logOf(root)).to.equal('');
      const { plans } = await (await openTest(root)).listPlans();
      const plan = only(plans);
      expect(plan.name).to.match(new RegExp(`^${host} \\S+$`));
      expect(plan).to.include({ last_completed_step: 0, max_reversions: null });
      const { checkpoints } = await (await openTest(root)).listCheckpoints();
      for (const one of checkpoints) expect(one).to.include({ kind: 'hook', source: host });
    });
  }

  it('takes nothing new when nothing changed', async () => {
    const root = workspaceWithFile();
    const first = await agent(root, 'claude-code', 'PreToolUse');
    const second = await agent(root, 'claude-code', 'PreToolUse');
    expect(only(first.checkpoints).created).to.equal(true);
    expect(second.checkpoints).to.deep.equal([{ ...only(first.checkpoints), created: false }]);
  });

  it('leaves tools alone that only read', async () => {
    const root = workspaceWithFile();
    const run = await agent(root, 'claude-code', 'PreToolUse', { tool_name: 'Read' });
    expect(run).to.include({ event: 'PreToolUse' });
    expect([run.checkpoints, run.failures]).to.deep.equal([[], []]);
    expect(existsSync(join(root, '.git/piton'))).to.equal(false);
  });

  it('makes a step of every turn, and none of the same turn twice', async () => {
    const root = workspaceWithFile();
    const stepOf = async (host: string, event: string, more: object): Promise<number> =>
      only((await agent(root, host, event, more)).checkpoints).step;
    expect(await stepOf('codex', 'Stop', { turn_id: 't1' })).to.equal(0);
    expect(await stepOf('codex', 'Stop', { turn_id: 't1', stop_hook_active: true })).to.equal(0);
    expect(await stepOf('codex', 'Stop', { turn_id: 't2' })).to.equal(1);
    expect(await stepOf('gemini', 'AfterAgent', {})).to.equal(0);
    expect(await stepOf('gemini', 'AfterAgent', { stop_hook_active: true })).to.equal(0);
    expect(await stepOf('gemini', 'AfterAgent', {})).to.equal(1);
    expect(await stepOf('cursor', 'stop', { status: 'aborted' })).to.equal(-1);
    expect(await stepOf('cursor', 'stop', { status: 'error', generation_id: 'g' })).to.equal(-1);
    expect(await stepOf('cursor', 'stop', { generation_id: 'h' })).to.equal(0);
    const { plans } = await (await openTest(root)).listPlans();
    const steps = plans.find(({ name }) => name?.startsWith('cursor'))?.['steps'];
    expect(steps).to.have.nested.property('[0].status', 'done');
  });

  it('gives each session a plan of its own, and a new one when it was ended', async () => {
    const root = workspaceWithFile();
    await agent(root, 'codex', 'PreToolUse', { session_id: 's1' });
    await agent(root, 'codex', 'PreToolUse', { session_id: 's2' });
    const workspace = await openTest(root);
    await workspace.applyPlan('codex s1');
    await agent(root, 'codex', 'PreToolUse', { session_id: 's1' });
    await agent(root, 'codex', 'PreToolUse', { session_id: null });
    const names = (await workspace.listPlans()).plans.map(({ name }) => name);
    expect(names).to.deep.equal(['codex s1', 'codex s2', 'codex s1 (2)', 'codex']);
    const { name } = await workspace.showPlan();
    expect(name).to.equal('codex');
  });

  it('leaves the plan that somebody chose the current one', async () => {
    const root = workspaceWithFile();
    const workspace = await openTest(root);
    const mine = await workspace.createPlan({ name: 'mine' });
    await agent(root, 'codex', 'PreToolUse');
    expect((await workspace.showPlan()).plan_id).to.equal(mine.plan_id);
    const ofGit = await call(root, { event: 'pre-commit' });
    expect(only(ofGit.checkpoints).plan_id).to.equal(mine.plan_id);
    await workspace.applyPlan();
    writeFileSync(join(root, 'a.txt'), 'two\n');
    const later = only((await call(root, { event: 'pre-commit' })).checkpoints);
    expect((await workspace.showPlan(later.plan_id)).name).to.equal('git');
    expect((await workspace.showPlan()).plan_id).to.equal(mine.plan_id);
  });

  it('goes where the payload says, wherever it was started', async () => {
    const [one, two] = [workspaceWithFile(), workspaceWithFile()];
    mkdirSync(join(one, 'below'));
    const nowhere = tempDirectory();
    const folders = [join(one, 'below'), two, one, nowhere, '/', 'relative', 7];
    const payload = { hook_event_name: 'stop', workspace_roots: folders };
    const run = await call(nowhere, { host: 'cursor', payload: JSON.stringify(payload) });
    expect(run.checkpoints.map(({ workspace }) => workspace)).to.deep.equal([one, two]);
    const inShell = await call(nowhere, {
      ...{ host: 'claude-code', event: 'Stop', projectDirectory: [two] },
      payload: JSON.stringify({ cwd: '/' }),
    });
    expect(inShell.checkpoints.map(({ workspace }) => workspace)).to.deep.equal([two]);
  });

  it('does nothing where there is no workspace', async () => {
    const nowhere = tempDirectory();
    const run = await agent(nowhere, 'codex', 'Stop');
    expect([run.checkpoints, run.failures]).to.deep.equal([[], []]);
    expect(existsSync(join(nowhere, '.git'))).to.equal(false);
  });

  const broken: [string, Call, RegExp][] = [
    ['empty input', { payload: ' \n' }, /Stop USAGE standard input was empty/],
    ['no input', {}, /Stop USAGE standard input was empty/],
    ['broken JSON', { payload: '{"session_id": ' }, /no JSON object/],
    ['another value', { payload: '[1]' }, /no JSON object/],
    ['an unknown event', { payload: '{"hook_event_name":"x\\ny"}' }, /x y USAGE .*event "x y"/],
    ['no event', { payload: '{}', event: undefined }, /codex - USAGE /],
    ['an inherited name', { payload: '{}', event: 'toString' }, /does not know the event/],
  ];
  for (const [name, options, line] of broken) {
    it(`survives ${name}, and notes it`, async () => {
      const root = workspaceWithFile();
      const run = await call(root, { host: 'codex', event: 'Stop', ...options });
      expect(run.checkpoints).to.deep.equal([]);
      expect(only(run.failures)).to.include({ workspace: root, code: 'USAGE' });
      expect(logOf(root))
        .to.match(line)
        .and.match(/^\d{4}-[^\n]*\n$/);
      const strict = { host: 'codex', event: 'Stop', strict: true, ...options };
      expect((await errorOf(call(root, strict))).code).to.equal('USAGE');
    });
  }

  it('survives input that is too large, fails, or never ends', async () => {
    const root = workspaceWithFile();
    const large = Buffer.alloc(LIMITS.hookInputBytes + 1, 0x20);
    const endless = new PassThrough();
    const stop = AbortSignal.abort(new PitonError('IO_FAILED', 'stopped'));
    const failing = new Readable({ read: () => failing.destroy(new Error('gone')) });
    const cases: [Call, RegExp][] = [
      [{ input: Readable.from([large]) }, /was above/],
      [{ input: failing }, /gone/],
      [{ input: endless, signal: stop }, /stopped/],
    ];
    for (const [options, line] of cases) {
      const run = await call(root, { host: 'codex', event: 'Stop', ...options });
      expect(only(run.failures).message).to.match(line);
      expect(logOf(root).trimEnd().split('\n').at(-1)).to.match(line);
    }
  });

  it('notes unknown hooks of git, and refuses unknown hosts', async () => {
    const root = workspaceWithFile();
    await call(root, { event: 'update' });
    expect(logOf(root)).to.match(/git update USAGE piton does not know the hook "update"/);
    await call(root, {});
    expect((await errorOf(call(root, { host: 'other' }))).code).to.equal('USAGE');
  });

  it('gives up soon when somebody else is at work, and says so in the log', async () => {
    const root = workspaceWithFile();
    await (await openTest(root)).init();
    const holder = { pid: process.pid, host: 'elsewhere', acquired_at: '2026-01-01T00:00:00.000Z' };
    writeFileSync(
      join(root, '.git/piton/lock'),
      JSON.stringify({ ...holder, nonce: '0123456789abcdef' }),
    );
    const run = await call(root, { event: 'pre-commit' }, { lockTimeoutMs: 0 });
    expect(only(run.failures).code).to.equal('LOCKED');
    expect(logOf(root)).to.match(/git pre-commit LOCKED .*; if nothing else/);
    const options = { event: 'pre-commit', strict: true };
    expect((await errorOf(call(root, options, { lockTimeoutMs: 0 }))).code).to.equal('LOCKED');
  });

  it('fails for nobody when not even the log can be written', async () => {
    const root = workspaceWithFile();
    writeFileSync(join(root, '.git/piton'), '');
    const run = await call(root, { event: 'pre-commit' });
    expect(only(run.failures).code).to.equal('UNSAFE_PATH');
    writeFileSync(join(root, '.git/config'), '[broken');
    const unread = await call(root, { event: 'pre-commit' });
    expect(only(unread.failures).code).to.equal('UNSUPPORTED_REPOSITORY');
  });

  it('takes no checkpoint of the home folder', async () => {
    git(TEST_HOME, 'init', '-q');
    const run = await call(TEST_HOME, { event: 'pre-commit' });
    expect(only(run.failures).code).to.equal('UNSAFE_WORKSPACE');
  });

  it('keeps the log within bounds', async () => {
    const root = workspaceWithFile();
    await call(root, { event: 'x'.repeat(10_000) });
    const path = join(root, '.git/piton/log/hooks.log');
    expect(readFileSync(path, 'utf8').length).to.be.below(2_002);
    writeFileSync(path, 'x'.repeat(LIMITS.hookLogBytes + 1));
    await call(root, { event: 'update' });
    expect(logOf(root)).to.match(/^\d{4}-/);
    expect(existsSync(`${path}.1`)).to.equal(true);
    const { log } = await (await openTest(root)).hooksStatus();
    expect(log).to.deep.equal({ path, last: logOf(root).trimEnd() });
    chmodSync(path, 0o600);
  });

  it('copes with two at once', async () => {
    const root = workspaceWithFile();
    const runs = await Promise.all(
      [1, 2, 3, 4].map(async () => agent(root, 'claude-code', 'PreToolUse')),
    );
    const ids = runs.map(({ checkpoints }) => only(checkpoints).checkpoint_id);
    expect(new Set(ids).size).to.equal(1);
    expect((await (await openTest(root)).listPlans()).plans).to.have.length(1);
  });
});
