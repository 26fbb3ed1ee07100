import { expect } from 'chai';
import fc from 'fast-check';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { OpenOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { pictureOf } from './picture.js';

function put(path: string, content: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, 'latin1');
  chmodSync(path, mode);
  return path;
}

async function refused(promise: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PitonError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

const warnings: Warning[] = [];

async function open(directory: string, options: Partial<OpenOptions> = {}): Promise<Workspace> {
  const program = ['/opt/node', '/opt/it is/piton.js'];
  return openTest(directory, { program, onWarning: (one) => warnings.push(one), ...options });
}

afterEach(closeWorkspaces);
beforeEach(() => warnings.splice(0));

describe('api: hooks of git', () => {
  it('are made, reported, and gone without a trace', async () => {
    const root = makeRepository();
    const before = pictureOf(root);
    const workspace = await open(root);
    const hooks = ['pre-commit', 'pre-push'];
    const place = join(root, '.git/hooks/pre-commit');
    const dry = await workspace.installHooks({ hooks, dryRun: true });
    expect(dry.dry_run).to.equal(true);
    expect(pictureOf(root)).to.deep.equal(before);
    const installed = await workspace.installHooks({ hooks });
    expect(installed).to.deep.equal({ ...dry, dry_run: false });
    expect(installed.files).to.deep.include({ path: place, change: 'created' });
    expect(lstatSync(place).mode & 0o777).to.equal(0o755);
    expect(readFileSync(place, 'utf8')).to.contain(
      "\n/opt/node '/opt/it is/piton.js' hooks run git pre-commit " +
        '</dev/null >/dev/null 2>/dev/null || true\n',
    );
    expect((await workspace.installHooks({ hooks })).files).to.deep.equal([]);
    const { hooks: states } = await workspace.hooksStatus({ level: 'project' });
    expect(states.filter((one) => one.installed)).to.deep.equal([
      {
        ...{ host: 'git', place, event: 'pre-commit', level: 'project' },
        ...{ installed: true, strict: false, note: null },
      },
      {
        ...{ host: 'git', place: join(root, '.git/hooks/pre-push'), event: 'pre-push' },
        ...{ level: 'project', installed: true, strict: false, note: null },
      },
    ]);
    const gone = await workspace.uninstallHooks();
    expect(gone.files.map(({ change }) => change)).to.deep.equal(['deleted', 'deleted']);
    expect(pictureOf(root)).to.deep.equal(before);
    expect((await workspace.uninstallHooks()).files).to.deep.equal([]);
  });

  it('make the folder they need, and take it away again', async () => {
    const root = makeRepository('--template=');
    const before = pictureOf(root);
    const workspace = await open(root);
    await workspace.installHooks({ hooks: ['pre-commit', 'post-merge'] });
    await workspace.uninstallHooks({ hooks: ['post-merge'] });
    expect(existsSync(join(root, '.git/hooks/pre-commit'))).to.equal(true);
    await workspace.uninstallHooks({ hooks: ['pre-commit'] });
    expect(pictureOf(root)).to.deep.equal(before);
  });

  it('of the user are to the byte what they were, whatever is in them', async () => {
    const root = makeRepository();
    const workspace = await open(root);
    const path = join(root, '.git/hooks/pre-commit');
    const content = fc
      .tuple(fc.constantFrom('', '#!/bin/sh\n', '#!/bin/sh'), fc.string({ unit: 'binary-ascii' }))
      .map((parts) => parts.join('\n').replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(0o700, 0o755, 0o511), async (text, mode) => {
        put(path, text, mode);
        const before = pictureOf(root);
        await workspace.installHooks({ hooks: ['pre-commit'] });
        expect(readFileSync(path, 'utf8')).to.contain('hooks run git pre-commit');
        expect(lstatSync(path).mode & 0o777).to.equal(mode);
        await workspace.uninstallHooks({ hooks: ['pre-commit'] });
        expect(pictureOf(root)).to.deep.equal(before);
        rmSync(path);
      }),
      { numRuns: 40 },
    );
  });

  it('that piton cannot be in are refused, and nothing is written', async () => {
    const root = makeRepository();
    const outside = put(join(tempDirectory(), 'script'), '#!/bin/sh\n');
    const hooks = join(root, '.git/hooks');
    put(join(hooks, 'pre-commit'), '#!/usr/bin/env python3\n');
    put(join(hooks, 'pre-push'), '#!/bin/sh\n', 0o644);
    put(join(hooks, 'post-merge'), '# >>> piton >>>\n');
    symlinkSync(outside, join(hooks, 'pre-rebase'));
    mkdirSync(join(hooks, 'post-commit'));
    put(join(hooks, 'post-rewrite'), `#!/bin/sh\n${'#'.repeat(5 * 1024 * 1024)}`);
    const before = pictureOf(root);
    const workspace = await open(root);
    const cases: [string, string, RegExp][] = [
      ['pre-commit', 'UNSUPPORTED_FORMAT', /is no shell script/],
      ['pre-push', 'UNSUPPORTED_FORMAT', /not executable/],
      ['post-merge', 'UNSUPPORTED_FORMAT', /part of a block/],
      ['pre-rebase', 'UNSAFE_PATH', /is a link/],
      ['post-commit', 'UNSAFE_PATH', /not a plain file/],
      ['post-rewrite', 'STATE_DAMAGED', /larger/],
    ];
    for (const [hook, code, message] of cases) {
      const error = await refused(workspace.installHooks({ hooks: ['post-checkout', hook] }));
      expect([error.code, error.message], hook).to.satisfy(
        ([found, text]: string[]) => found === code && message.test(text ?? ''),
      );
      expect(error.hint, hook).to.be.a('string');
    }
    expect((await workspace.uninstallHooks()).files).to.deep.equal([]);
    expect(pictureOf(root)).to.deep.equal(before);
    const { hooks: states } = await workspace.hooksStatus({ hooks: ['pre-rebase'] });
    expect(states[0]).to.include({ installed: false });
    expect(states[0]?.note).to.match(/is a link/);
    expect(readFileSync(outside, 'utf8')).to.equal('#!/bin/sh\n');
  });

  it('are found where core.hooksPath of the workspace says', async () => {
    const root = makeRepository();
    git(root, 'config', 'core.hooksPath', 'tools/hooks');
    put(join(root, 'tools/hooks/pre-commit'), '#!/bin/sh\ntrue\n');
    const before = pictureOf(root);
    const workspace = await open(root);
    await workspace.installHooks({ hooks: ['pre-commit', 'pre-push'] });
    const script = readFileSync(join(root, 'tools/hooks/pre-commit'), 'utf8');
    expect(script).to.match(/^piton hooks run git pre-commit /m);
    await workspace.uninstallHooks();
    expect(pictureOf(root)).to.deep.equal(before);
  });

  it('of husky are the scripts that people keep', async () => {
    const root = makeRepository();
    git(root, 'config', 'core.hooksPath', '.husky/_');
    put(join(root, '.husky/_/pre-commit'), '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n');
    put(join(root, '.husky/pre-commit'), 'npm test\n', 0o644);
    const before = pictureOf(root);
    const workspace = await open(root);
    await workspace.installHooks({ hooks: ['pre-commit'] });
    expect(readFileSync(join(root, '.husky/pre-commit'), 'utf8')).to.match(
      /^# >>> piton [\s\S]*npm test\n$/,
    );
    expect(readFileSync(join(root, '.husky/_/pre-commit'), 'utf8')).not.to.contain('piton');
    await workspace.uninstallHooks();
    expect(pictureOf(root)).to.deep.equal(before);
  });

  it('of other programs that write them are told of', async () => {
    const root = makeRepository();
    const workspace = await open(root);
    const hooks = join(root, '.git/hooks');
    put(join(hooks, 'pre-commit'), '#!/usr/bin/env bash\n# File generated by pre-commit.com\n');
    put(join(hooks, 'pre-push'), '#!/bin/sh\ncall_lefthook run "pre-push" "$@"\n');
    const { hooks: states } = await workspace.installHooks({ hooks: ['pre-commit', 'pre-push'] });
    expect(states.map(({ note }) => note)).to.satisfy(
      ([one, two]: string[]) => /pre-commit install/.test(one ?? '') && /lefthook/.test(two ?? ''),
    );
    expect(warnings.map(({ code }) => code)).to.deep.equal(['HOOK_NOTE', 'HOOK_NOTE']);
  });

  for (const end of ['legacy', 'old']) {
    it(`that others moved aside as .${end} are taken out too`, async () => {
      const root = makeRepository();
      const workspace = await open(root);
      await workspace.installHooks({ hooks: ['pre-commit'] });
      const hooks = join(root, '.git/hooks');
      const script = readFileSync(join(hooks, 'pre-commit'), 'utf8');
      put(join(hooks, `pre-commit.${end}`), script);
      put(join(hooks, 'pre-commit'), '#!/usr/bin/env python3\n# pre-commit.com\n');
      const { hooks: states } = await workspace.hooksStatus({ hooks: ['pre-commit'] });
      const isRun = end === 'legacy';
      expect(states[0]).to.include({ installed: isRun });
      expect(states[0]?.place).to.match(isRun ? /pre-commit\.legacy$/ : /pre-commit$/);
      await workspace.uninstallHooks();
      expect(existsSync(join(hooks, `pre-commit.${end}`))).to.equal(false);
      expect(existsSync(join(hooks, 'pre-commit'))).to.equal(true);
    });
  }

  it('elsewhere than in the workspace are refused and explained', async () => {
    const root = makeRepository();
    const shared = tempDirectory();
    const home = tempDirectory();
    writeFileSync(join(home, '.gitconfig'), `[core]\n\thooksPath = ${shared}\n`);
    const workspace = await open(root, { home });
    const error = await refused(workspace.installHooks({ hooks: ['pre-commit'] }));
    expect(error.code).to.equal('UNSUPPORTED_REPOSITORY');
    expect(error.message).to.contain('your own git config').and.to.contain(shared);
    const { hooks } = await workspace.hooksStatus({ hooks: ['pre-commit'] });
    expect(hooks[0]).to.include({ installed: false, place: shared });
    expect(hooks[0]?.note).to.contain('out of the workspace');
    expect(readdirSync(shared)).to.deep.equal([]);
    for (const value of ['/dev/null', '../x', '~/x', '.']) {
      git(root, 'config', 'core.hooksPath', value);
      const again = await refused(
        (await open(root, { home })).installHooks({ hooks: ['pre-commit'] }),
      );
      expect(again.message, value).to.contain("this repository's git config");
    }
  });

  it('that were put in before core.hooksPath was set can be taken out', async () => {
    const root = makeRepository();
    const before = pictureOf(join(root, '.git/hooks'));
    await (await open(root)).installHooks({ hooks: ['pre-commit'] });
    git(root, 'config', 'core.hooksPath', '/elsewhere');
    await (await open(root)).uninstallHooks();
    expect(pictureOf(join(root, '.git/hooks'))).to.deep.equal(before);
  });

  it('behind a linked folder are left alone', async () => {
    const root = makeRepository('--template=');
    const outside = tempDirectory();
    symlinkSync(outside, join(root, '.git/hooks'));
    const workspace = await open(root);
    const error = await refused(workspace.installHooks({ hooks: ['pre-commit'] }));
    expect(error.code).to.equal('UNSAFE_PATH');
    expect(readdirSync(outside)).to.deep.equal([]);
  });

  it('of a linked worktree are those of all', async () => {
    const root = makeRepository();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'x');
    git(root, 'worktree', 'add', '-q', '../linked-worktree-of-hooks');
    const linked = join(root, '../linked-worktree-of-hooks');
    try {
      await (await open(linked)).installHooks({ hooks: ['pre-commit'] });
      expect(existsSync(join(root, '.git/hooks/pre-commit'))).to.equal(true);
    } finally {
      rmSync(linked, { recursive: true });
    }
  });

  it('can be made strict', async () => {
    const root = makeRepository();
    const workspace = await open(root);
    await workspace.installHooks({ hooks: ['pre-commit'], strict: true });
    const script = readFileSync(join(root, '.git/hooks/pre-commit'), 'utf8');
    expect(script).to.match(/ --strict <\/dev\/null >\/dev\/null \|\| exit 1$/m);
    const { hooks } = await workspace.hooksStatus({ hooks: ['pre-commit'] });
    expect(hooks[0]).to.include({ installed: true, strict: true });
  });

  it('must be named to be installed, and are no hooks of users', async () => {
    const workspace = await open(makeRepository());
    const cases = [
      workspace.installHooks({ hooks: [] }),
      workspace.installHooks({ hooks: ['update'] }),
      workspace.installHooks({ hooks: ['pre-commit'], level: 'user' }),
      workspace.uninstallHooks({ hooks: ['pre-commit'], level: 'user' }),
      workspace.hooksStatus({ hooks: ['constructor'] }),
    ];
    for (const one of cases) expect((await refused(one)).code).to.equal('USAGE');
    const nowhere = await open(tempDirectory());
    expect((await refused(nowhere.installHooks({ hooks: ['pre-commit'] }))).code).to.equal(
      'WORKSPACE_MISSING',
    );
  });
});
