import { expect } from 'chai';
import fc from 'fast-check';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import { GIT_EVENTS } from '../../src/hooks/git-events.js';
import { AGENTS, HOSTS, type AgentName } from '../../src/hooks/hosts.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { makeRepository } from '../helpers/git.js';
import { removeTempDirectory, tempDirectory } from '../helpers/temp.js';
import { pictureOf } from './picture.js';
import { SETTINGS_TEXT } from './settings-texts.js';

/** A file that is there before piton is. */
interface Given {
  /** latin1: one character a byte. */
  text: string;
  mode: number;
  /** Whether it lies elsewhere, with a link in its place. */
  isLink: boolean;
}

interface Step {
  verb: 'install' | 'uninstall';
  hooks: string[];
  level: 'project' | 'user';
  strict: boolean;
}

const EVENTS = Object.keys(GIT_EVENTS).slice(0, 4);

const script = fc
  .tuple(
    fc.constantFrom('', '#!/bin/sh\n', '#!/bin/sh\r\n', '#!/usr/bin/env bash', '#!/usr/bin/perl\n'),
    fc.array(fc.constantFrom('exit 0', '\n', '\r\n', '# \xe9\n', '\xff', ' ', '# >>> piton >>>\n')),
  )
  .map(([first, lines]) => first + lines.join(''));

function settingsOf(agent: AgentName): fc.Arbitrary<string> {
  const [first, second] = HOSTS[agent].installed.map(({ event }) => JSON.stringify(event));
  const text = SETTINGS_TEXT.map((all) => {
    const named = all.replaceAll('"A"', first ?? '').replaceAll('"B"', second ?? '');
    const flat = HOSTS[agent].layout === 'flat';
    return Buffer.from(flat ? named.replace('{', '{"version": 1, ') : named).toString('latin1');
  });
  // What is no settings at all must survive too.
  return fc.oneof({ weight: 6, arbitrary: text }, fc.constantFrom('', ' \n', '{', '\xff{}'));
}

function given(text: fc.Arbitrary<string>, modes: number[]): fc.Arbitrary<Given | null> {
  const isLink = fc.constantFrom(false, false, false, true);
  return fc.option(fc.record({ text, mode: fc.constantFrom(...modes), isLink }), { freq: 3 });
}

const scripts = fc.tuple(...EVENTS.map(() => given(script, [0o755, 0o700, 0o555, 0o644, 0o444])));
const ofAgents = fc.tuple(
  ...AGENTS.map((agent) => given(settingsOf(agent), [0o644, 0o600, 0o444, 0o755])),
);
const steps = fc.array(
  fc.record<Step>({
    verb: fc.constantFrom('install', 'install', 'uninstall'),
    hooks: fc.subarray([...EVENTS, ...AGENTS], { minLength: 1, maxLength: 3 }),
    level: fc.constantFrom('project', 'project', 'user'),
    strict: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

function put(path: string, file: Given | null, elsewhere: string): void {
  if (file === null) return;
  mkdirSync(dirname(path), { recursive: true });
  const place = file.isLink ? join(elsewhere, path.replaceAll('/', '-')) : path;
  writeFileSync(place, file.text, 'latin1');
  chmodSync(place, file.mode);
  if (file.isLink) symlinkSync(place, path);
}

afterEach(closeWorkspaces);

describe('api: files that hold hooks', () => {
  it('are to the byte what they were, whatever was put in and taken out', async function () {
    this.timeout(300_000);
    let refusals = 0;
    let installations = 0;
    await fc.assert(
      fc.asyncProperty(scripts, ofAgents, ofAgents, steps, async (hooks, project, user, all) => {
        const root = makeRepository();
        const [home, elsewhere] = [tempDirectory(), tempDirectory()];
        hooks.forEach((file, index) => {
          put(join(root, '.git/hooks', EVENTS[index] ?? ''), file, elsewhere);
        });
        AGENTS.forEach((agent, index) => {
          const { folder, file } = HOSTS[agent];
          put(join(root, folder, file), project[index] ?? null, elsewhere);
          put(join(home, folder, file), user[index] ?? null, elsewhere);
        });
        const picture = (): unknown => [root, home, elsewhere].map(pictureOf);
        const before = picture();
        const workspace = await openTest(root, { home, configHome: join(home, '.config') });
        for (const { verb, ...step } of all) {
          const now = picture();
          try {
            if (verb === 'install') await workspace.installHooks(step);
            else await workspace.uninstallHooks(step);
            if (verb === 'install') installations += 1;
          } catch (error) {
            if (!(error instanceof PitonError)) throw error;
            refusals += 1;
            expect(picture(), error.message).to.deep.equal(now);
          }
        }
        await workspace.uninstallHooks();
        await workspace.uninstallHooks({ level: 'user' });
        expect(picture()).to.deep.equal(before);
        [root, home, elsewhere].forEach(removeTempDirectory);
      }),
      { numRuns: 60 },
    );
    expect([refusals, installations].every((count) => count > 20)).to.equal(true);
  });

  it('behind links do not keep piton in the others', async () => {
    const root = makeRepository();
    const warnings: string[] = [];
    const onWarning = ({ code, message }: Warning): number => warnings.push(`${code} ${message}`);
    const workspace = await openTest(root, { onWarning, searchPath: process.env['PATH'] });
    const before = pictureOf(root);
    await workspace.installHooks({ hooks: ['codex'] });
    const link = join(root, HOSTS.cursor.folder);
    symlinkSync(tempDirectory(), link);
    warnings.splice(0);
    await workspace.uninstallHooks();
    expect(warnings.join()).to.match(/^HOOK_NOTE cursor: /);
    const named = await workspace.uninstallHooks({ hooks: ['cursor'] }).catch(String);
    expect(named).to.match(/PitonError/);
    rmSync(link);
    expect(pictureOf(root)).to.deep.equal(before);
  });
});
