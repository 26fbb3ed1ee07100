import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rejectionOf } from '../../disk/thrown.js';
import { makeRepository } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';
import { piton } from '../run-piton.js';
import { Host, type Document } from './client.js';

interface CheckpointAnswer {
  checkpoint: { checkpoint_id: string };
}

describe('cli: mcp', function () {
  this.timeout(120_000);
  const hosts: Host[] = [];

  async function start(directory: string, args: string[] = []): Promise<Host> {
    const host = await Host.start(directory, args);
    hosts.push(host);
    return host;
  }

  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.client.close();
  });

  it('lists its tools with strict schemas, and says which change files', async () => {
    const host = await start(makeRepository());
    expect(host.client.getServerVersion()).to.include({ name: 'piton' });
    const { tools } = await host.client.listTools();
    for (const { name, inputSchema, description } of tools) {
      expect(inputSchema, name).to.include({ type: 'object', additionalProperties: false });
      expect(description, name).to.be.a('string');
    }
    const destructive = tools.filter(({ annotations }) => annotations?.destructiveHint === true);
    expect(destructive.map(({ name }) => name)).to.deep.equal(['rollback', 'undo']);
    for (const { inputSchema } of destructive) expect(inputSchema.required).to.include('token');
  });

  it('takes checkpoints, shows what changed, rolls back and undoes', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'file'), 'first\n');
    const host = await start(root);
    await host.data('plan_create', { name: 'work', everySteps: 1 });
    const taken = (await host.data('checkpoint_create', {
      reason: 'before',
      name: 'green',
    })) as unknown;
    const id = (taken as CheckpointAnswer).checkpoint.checkpoint_id;
    writeFileSync(join(root, 'file'), 'second\n');
    const diff = await host.data('checkpoint_diff', { from: 'green', patch: true });
    expect(diff['patch']).to.contain('-first').and.contain('+second');
    expect((await host.data('checkpoint_show', { checkpoint: 'green' }))['checkpoint']).to.include({
      checkpoint_id: id,
      source: 'mcp',
    });
    const preview = await host.data('rollback_preview', { checkpoint: 'green' });
    expect(preview).to.include({ dry_run: true, written: 1 });
    expect(readFileSync(join(root, 'file'), 'utf8')).to.equal('second\n');
    const { token } = preview;
    const done = await host.data('rollback', { checkpoint: 'green', token });
    expect(done).to.include({ checkpoint_id: id, dry_run: false });
    expect(readFileSync(join(root, 'file'), 'utf8')).to.equal('first\n');
    const undo = await host.data('undo_preview');
    await host.data('undo', { token: undo['token'] });
    expect(readFileSync(join(root, 'file'), 'utf8')).to.equal('second\n');
    await host.data('plan_step', { done: 0, output: { tests: 12 } });
    expect(await host.data('plan_resume')).to.include({ next_step: 1 });
    const { checkpoints } = await host.data('checkpoint_list', { kind: 'step' });
    expect(checkpoints).to.have.lengthOf(1);
    expect((await host.data('status'))['plan']).to.include({ last_completed_step: 0 });
  });

  it('rolls back nothing without the token of what is there now', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'file'), 'first');
    const host = await start(root);
    await host.data('checkpoint_create');
    writeFileSync(join(root, 'file'), 'second');
    const { token } = await host.data('rollback_preview');
    writeFileSync(join(root, 'file'), 'third');
    expect(await host.refusal('rollback', { token })).to.equal('STALE_TOKEN');
    expect(await host.refusal('rollback')).to.equal('USAGE');
    expect(readFileSync(join(root, 'file'), 'utf8')).to.equal('third');
  });

  it('answers bad input with the codes of the contract', async () => {
    const root = makeRepository();
    const host = await start(root);
    const answers: [string, Record<string, unknown>, string][] = [
      ['checkpoint_show', { checkpoint: 'nobody' }, 'CHECKPOINT_NOT_FOUND'],
      ['status', { plan: 'nobody' }, 'PLAN_NOT_FOUND'],
      ['undo', { token: 'x' }, 'PLAN_NOT_FOUND'],
      ['status', { colour: 'red' }, 'USAGE'],
      ['plan_step', { done: -1 }, 'USAGE'],
      ['plan_step', { done: '1' }, 'USAGE'],
      ['checkpoint_list', { limit: 0 }, 'USAGE'],
      ['checkpoint_diff', { paths: ['../outside'] }, 'USAGE'],
      ['checkpoint_diff', { paths: [{ base64: '!' }] }, 'USAGE'],
    ];
    for (const [name, args, code] of answers) {
      expect(await host.refusal(name, args), JSON.stringify([name, args])).to.equal(code);
    }
    expect(await rejectionOf(host.client.callTool({ name: 'frob' }))).to.be.instanceOf(McpError);
  });

  it('tells warnings with the call that they belong to', async () => {
    const root = tempDirectory();
    const host = await start(root);
    expect(await host.refusal('status')).to.equal('WORKSPACE_MISSING');
    expect((await host.client.listResources()).resources).to.deep.equal([]);
    const codes = ({ warnings = [] }: Document) => warnings.map(({ code }) => code);
    expect(codes(await host.call('checkpoint_create'))).to.deep.equal(['REPOSITORY_CREATED']);
    expect(codes(await host.call('status'))).to.deep.equal([]);
  });

  it('gives checkpoints as resources', async () => {
    const root = makeRepository();
    const host = await start(root);
    expect((await host.client.listResources()).resources).to.deep.equal([]);
    await host.data('checkpoint_create', { reason: 'why' });
    await host.data('checkpoint_create', { name: 'green', always: true });
    const { resources } = await host.client.listResources();
    expect(resources.map(({ name }) => name)[0]).to.equal('green');
    expect(resources[1]?.description).to.match(/^manual, why, /);
    const uri = resources[0]?.uri ?? '';
    const { contents } = await host.client.readResource({ uri });
    const [content] = contents;
    expect(content).to.include({ uri, mimeType: 'application/json' });
    expect(JSON.parse((content as { text: string }).text)).to.have.property('ok', true);
    const { resourceTemplates } = await host.client.listResourceTemplates();
    expect(resourceTemplates[0]?.uriTemplate).to.equal('piton://checkpoint/{checkpoint}');
    for (const address of [
      'piton://checkpoint/nobody',
      'piton://checkpoint/',
      'file:///etc/passwd',
    ]) {
      const error = await rejectionOf(host.client.readResource({ uri: address }));
      expect(error).to.be.instanceOf(McpError);
    }
  });

  it('does calls that come together one after the other', async () => {
    const root = makeRepository();
    const host = await start(root);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => host.data('checkpoint_create', { always: true })),
    );
    const ids = all.map((each) => (each as unknown as CheckpointAnswer).checkpoint.checkpoint_id);
    expect(ids).to.deep.equal([...ids].sort());
    expect(new Set(ids).size).to.equal(5);
  });

  it('works elsewhere when told so, and says nothing else on standard output', async () => {
    const root = makeRepository();
    mkdirSync(join(root, 'below'));
    const host = await start(tempDirectory(), ['-C', join(root, 'below')]);
    expect(await host.data('status')).to.include({ workspace: root });
    expect(host.stderr).to.equal('');
  });

  it('ends when the host has gone, also in the middle of a message', () => {
    const root = makeRepository();
    const ended = piton(root, ['mcp'], '{"jsonrpc":"2.0","id":1,');
    expect(ended).to.include({ code: 0, stdout: '' });
  });

  it('answers what is no message with an error of protocol, and goes on', () => {
    const root = makeRepository();
    const ping = '{"jsonrpc":"2.0","id":7,"method":"ping"}\n';
    const { code, stdout } = piton(root, ['mcp'], `nonsense\n${ping}`);
    expect(code).to.equal(0);
    expect(stdout).to.contain('{"result":{},"jsonrpc":"2.0","id":7}');
  });

  it('stops cleanly when it is told to', async () => {
    const root = makeRepository();
    const host = await start(root);
    const { pid } = host.transport;
    await host.data('checkpoint_create');
    const gone = new Promise<void>((resolve) => (host.client.onclose = () => resolve()));
    process.kill(pid ?? 0, 'SIGTERM');
    await gone;
    expect(spawnSync('git', ['-C', root, 'fsck', '--strict']).status).to.equal(0);
  });
});
