import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { OpenOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';

const AGENTS = ['claude-code', 'codex', 'gemini', 'cursor', 'opencode'];

const FILES = [
  '.claude/settings.json',
  '.codex/hooks.json',
  '.gemini/settings.json',
  '.cursor/hooks.json',
];

const warnings: Warning[] = [];

async function open(directory: string, options: Partial<OpenOptions> = {}): Promise<Workspace> {
  const onWarning = (one: Warning): number => warnings.push(one);
  return openTest(directory, { program: ['/opt/piton'], onWarning, ...options });
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof PitonError ? error.code : String(error);
}

afterEach(closeWorkspaces);
beforeEach(() => warnings.splice(0));

describe('api: hooks of agents', () => {
  it('are made for a project, reported, and gone with their folders', async () => {
    const root = makeRepository();
    const workspace = await open(root);
    const installed = await workspace.installHooks({ hooks: AGENTS });
    expect(installed.files.map(({ path }) => path)).to.deep.equal(
      [...FILES, '.opencode/plugins/piton.js'].map((file) => join(root, file)),
    );
    for (const file of FILES) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(text).to.match(/"command": "piton hooks run /);
      expect(lstatSync(join(root, file)).mode & 0o777).to.equal(0o644);
    }
    const { hooks } = await workspace.hooksStatus({ hooks: AGENTS });
    for (const { level, installed: isIn } of hooks) expect(isIn).to.equal(level === 'project');
    expect((await workspace.installHooks({ hooks: AGENTS })).files).to.deep.equal([]);
    await workspace.uninstallHooks();
    for (const file of [...FILES, '.opencode']) {
      expect(existsSync(join(root, file.split('/')[0] ?? '')), file).to.equal(false);
    }
  });

  it('give their time-outs in the units of each agent', async () => {
    const root = makeRepository();
    await (await open(root)).installHooks({ hooks: AGENTS });
    for (const file of FILES) {
      const timeouts = readFileSync(join(root, file), 'utf8').match(/"timeout": \d+/g);
      const expected = file.startsWith('.gemini') ? '"timeout": 30000' : '"timeout": 30';
      expect(new Set(timeouts), file).to.deep.equal(new Set([expected]));
    }
  });

  it('of the user lie in the home folder, or where it was moved to', async () => {
    const root = makeRepository();
    const [home, claude, codex] = [tempDirectory(), tempDirectory(), tempDirectory()];
    const configHome = join(home, 'cfg');
    const options = { home, configHome };
    const workspace = await open(root, options);
    await workspace.installHooks({ hooks: AGENTS, level: 'user' });
    for (const file of [...FILES, 'cfg/opencode/plugins/piton.js']) {
      expect(readFileSync(join(home, file), 'utf8'), file).to.contain('/opt/piton');
    }
    await workspace.uninstallHooks({ level: 'user' });
    expect(existsSync(join(home, '.claude'))).to.equal(false);
    expect(existsSync(configHome)).to.equal(false);
    const agentFolders = { 'claude-code': claude, codex };
    const moved = await open(root, { ...options, agentFolders });
    await moved.installHooks({ hooks: ['claude-code', 'codex'], level: 'user' });
    expect(existsSync(join(claude, 'settings.json'))).to.equal(true);
    expect(existsSync(join(codex, 'hooks.json'))).to.equal(true);
    const { hooks } = await moved.hooksStatus({ hooks: ['codex'], level: 'user' });
    expect(hooks.every(({ installed }) => installed)).to.equal(true);
  });

  it('need no workspace when they are the user’s', async () => {
    const home = tempDirectory();
    const nowhere = await open(tempDirectory(), { home });
    await nowhere.installHooks({ hooks: ['codex'], level: 'user' });
    expect(existsSync(join(home, '.codex/hooks.json'))).to.equal(true);
    const { hooks, log } = await nowhere.hooksStatus();
    expect(log).to.equal(null);
    expect(hooks.some(({ installed }) => installed)).to.equal(true);
    expect(await codeOf(nowhere.installHooks({ hooks: ['codex'] }))).to.equal('WORKSPACE_MISSING');
  });

  it('of the user go through links to the file itself', async () => {
    const [home, dotfiles] = [tempDirectory(), tempDirectory()];
    mkdirSync(join(home, '.claude'));
    const kept = join(dotfiles, 'claude.json');
    writeFileSync(kept, '{ "theme": "dark" }\n');
    chmodSync(kept, 0o600);
    symlinkSync(kept, join(home, '.claude/settings.json'));
    const workspace = await open(makeRepository(), { home });
    await workspace.installHooks({ hooks: ['claude-code'], level: 'user' });
    expect(readlinkSync(join(home, '.claude/settings.json'))).to.equal(kept);
    expect(readFileSync(kept, 'utf8')).to.contain('piton-hook');
    expect(lstatSync(kept).mode & 0o777).to.equal(0o600);
    await workspace.uninstallHooks({ level: 'user' });
    expect(readFileSync(kept, 'utf8')).to.equal('{ "theme": "dark" }\n');
  });

  it('of a project go through no link', async () => {
    const root = makeRepository();
    const outside = tempDirectory();
    writeFileSync(join(outside, 'settings.json'), '{}');
    symlinkSync(outside, join(root, '.claude'));
    mkdirSync(join(root, '.codex'));
    symlinkSync(join(outside, 'settings.json'), join(root, '.codex/hooks.json'));
    const workspace = await open(root);
    for (const agent of ['claude-code', 'codex']) {
      expect(await codeOf(workspace.installHooks({ hooks: [agent] }))).to.equal('UNSAFE_PATH');
    }
    const { hooks } = await workspace.hooksStatus({ hooks: ['codex'], level: 'project' });
    expect(hooks.every(({ note }) => note?.includes('is a link'))).to.equal(true);
    expect(readFileSync(join(outside, 'settings.json'), 'utf8')).to.equal('{}');
  });

  it('that are not understood are refused, and none of the others is written', async () => {
    const root = makeRepository();
    mkdirSync(join(root, '.gemini'));
    mkdirSync(join(root, '.cursor'));
    writeFileSync(join(root, '.gemini/settings.json'), '{ "theme": ');
    writeFileSync(join(root, '.cursor/hooks.json'), Buffer.from([0x7b, 0xff, 0x7d]));
    const workspace = await open(root);
    for (const agent of ['gemini', 'cursor']) {
      const hooks = ['claude-code', agent];
      expect(await codeOf(workspace.installHooks({ hooks }))).to.equal('UNSUPPORTED_FORMAT');
    }
    expect(existsSync(join(root, '.claude'))).to.equal(false);
    // Piton is not in them, so there is nothing to take out.
    expect((await workspace.uninstallHooks()).files).to.deep.equal([]);
  });

  it('keep a plugin that is somebody else’s, or has become so', async () => {
    const root = makeRepository();
    const path = join(root, '.opencode/plugins/piton.js');
    mkdirSync(join(root, '.opencode/plugins'), { recursive: true });
    writeFileSync(path, 'export const Mine = async () => ({});\n');
    const workspace = await open(root);
    const hooks = ['opencode'];
    expect(await codeOf(workspace.installHooks({ hooks }))).to.equal('UNSUPPORTED_FORMAT');
    expect((await workspace.uninstallHooks()).files).to.deep.equal([]);
    writeFileSync(path, '');
    expect(await codeOf(workspace.installHooks({ hooks }))).to.equal('UNSUPPORTED_FORMAT');
    const other = await open(makeRepository());
    await other.installHooks({ hooks, strict: true });
    const states = (await other.hooksStatus({ hooks, level: 'project' })).hooks;
    expect(states.every(({ installed, strict }) => installed && strict)).to.equal(true);
    const own = join(other.root ?? '', '.opencode/plugins/piton.js');
    writeFileSync(own, `${readFileSync(own, 'utf8')}// more\n`);
    expect(await codeOf(other.uninstallHooks())).to.equal('UNSUPPORTED_FORMAT');
    expect(await codeOf(other.installHooks({ hooks }))).to.equal('UNSUPPORTED_FORMAT');
  });

  it('warn when those who share them could not start piton', async () => {
    const workspace = await open(makeRepository(), { searchPath: '/nowhere' });
    await workspace.installHooks({ hooks: ['codex'] });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['NOT_ON_PATH']);
    const folder = tempDirectory();
    writeFileSync(join(folder, 'piton'), '');
    warnings.splice(0);
    const found = await open(makeRepository(), { searchPath: `/nowhere:${folder}` });
    await found.installHooks({ hooks: ['codex'] });
    expect(warnings).to.deep.equal([]);
  });

  it('put all files back when one cannot be written', async () => {
    const root = makeRepository();
    mkdirSync(join(root, '.codex'));
    writeFileSync(join(root, '.codex/hooks.json'), '{"a": 1}\n');
    // A folder cannot be made where a file is: found only when it is written to.
    writeFileSync(join(root, '.opencode'), '');
    const workspace = await open(root);
    const hooks = ['claude-code', 'codex', 'opencode'];
    expect(await codeOf(workspace.installHooks({ hooks }))).to.equal('UNSAFE_PATH');
    expect(existsSync(join(root, '.claude'))).to.equal(false);
    expect(readFileSync(join(root, '.codex/hooks.json'), 'utf8')).to.equal('{"a": 1}\n');
  });
});
