import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeWorkspaces, only } from '../api/workspaces.js';
import { assertFsckClean, git, makeRepository, TEST_ENV, tryGit } from '../helpers/git.js';
import { failureOf, makeClones, openNative, stateOf } from './clones.js';

function withInput(directory: string, input: string | Buffer, ...args: string[]): string {
  const run = tryGit(directory, args, input);
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout.toString().trim();
}

interface Prepared {
  left: string;
  file: string;
  ref: string;
  stateRef: string;
}

/** A workspace with one checkpoint, to be tampered with before it is put into a bundle. */
async function prepare(): Promise<Prepared> {
  const { left } = makeClones();
  const { workspace } = await openNative(left);
  const { checkpoint } = await workspace.createCheckpoint({});
  const { ref } = checkpoint;
  return {
    left,
    file: join(left, '../x.bundle'),
    ref,
    stateRef: ref.replace('checkpoint', 'state'),
  };
}

/** The commit at a ref with another tree. */
function withTree(directory: string, ref: string, tree: string): void {
  const commit = git(directory, 'cat-file', 'commit', ref).replace(/^tree .*/, `tree ${tree}`);
  const oid = withInput(directory, `${commit}\n`, 'hash-object', '-w', '-t', 'commit', '--stdin');
  git(directory, 'update-ref', ref, oid);
}

function rawTree(directory: string, ...entries: [mode: string, name: string, oid: string][]) {
  const bytes = entries.map(([mode, name, oid]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
  );
  const args = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
  return withInput(directory, Buffer.concat(bytes), ...args);
}

function bundle({ left, file, ref, stateRef }: Prepared): void {
  git(left, 'bundle', 'create', '-q', file, ref, stateRef);
}

describe('remote: bundles', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  it('are bundles of git, and carry plans into an empty repository', async () => {
    const { left } = makeClones();
    const { workspace } = await openNative(left);
    await workspace.createPlan({ name: 'p' });
    const { checkpoint } = await workspace.createCheckpoint({ step: 2 });
    await workspace.createPlan({ name: 'q' });
    await workspace.createCheckpoint({});
    const file = join(left, '../x.bundle');
    const made = await workspace.createBundle(file, { plan: 'p' });
    expect(made).to.deep.equal({ file, checkpoints: 1, bytes: statSync(file).size });
    git(left, 'bundle', 'verify', '-q', file);
    expect(git(left, 'bundle', 'list-heads', file)).to.include(checkpoint.ref);
    expect(await failureOf(workspace.createBundle(file))).to.include({ code: 'USAGE' });
    expect(await failureOf(workspace.createBundle('x'))).to.include({ code: 'USAGE' });
    const nowhere = await failureOf(workspace.createBundle(join(left, 'no/where/x')));
    expect(nowhere).to.include({ code: 'USAGE', hint: 'make it first' });

    const empty = makeRepository();
    const there = await openNative(empty);
    const imported = await there.workspace.importBundle(file);
    expect(imported).to.deep.include({ remote: file, fetched: [checkpoint.checkpoint_id] });
    expect(only(imported.plans)).to.include({ name: 'p', outcome: 'created' });
    expect(await there.workspace.resumePlan()).to.include({ next_step: 3 });
    await there.workspace.rollback();
    expect(readFileSync(join(empty, 'a'), 'utf8')).to.equal('one\n');
    expect((await there.workspace.verify({ all: true })).checked).to.equal(2);
    assertFsckClean(empty);
  });

  it('need something to hold', async () => {
    const { left } = makeClones();
    const { workspace } = await openNative(left);
    await workspace.init();
    const failure = await failureOf(workspace.createBundle(join(left, '../x')));
    expect(failure)
      .to.include({ code: 'USAGE' })
      .and.property('hint')
      .match(/piton checkpoint/);
  });

  it('are files that begin as bundles do', async () => {
    const { bare, left } = makeClones();
    const { workspace } = await openNative(left);
    const folder = join(left, '..');
    writeFileSync(join(folder, 'text'), 'no bundle');
    writeFileSync(join(folder, 'bad'), '# v2 git bundle\nrubbish');
    execFileSync('mkfifo', [join(folder, 'fifo')], { env: TEST_ENV });
    for (const file of [bare, join(folder, 'text'), join(folder, 'none'), join(folder, 'fifo')]) {
      expect(await failureOf(workspace.importBundle(file)), file).to.include({ code: 'USAGE' });
    }
    expect(await failureOf(workspace.importBundle('text'))).to.include({ code: 'USAGE' });
    git(left, 'bundle', 'create', '-q', join(folder, 'foreign'), 'main');
    for (const file of ['bad', 'foreign']) {
      const failure = await failureOf(workspace.importBundle(join(folder, file)));
      expect(failure.message, file).to.include('has no checkpoint');
    }
  });

  const TAMPERED: Record<string, (prepared: Prepared) => void> = {
    'a path called .git': ({ left, ref }) => {
      const blob = withInput(left, 'x', 'hash-object', '-w', '--stdin');
      const inner = rawTree(left, ['100644', 'config', blob]);
      withTree(left, ref, rawTree(left, ['40000', '.git', inner]));
    },
    'a path called ..': ({ left, ref }) => {
      const blob = withInput(left, 'x', 'hash-object', '-w', '--stdin');
      const inner = rawTree(left, ['100644', 'evil', blob]);
      withTree(left, ref, rawTree(left, ['40000', '..', inner]));
    },
    'a path that Windows takes for .git': ({ left, ref }) => {
      const blob = withInput(left, 'x', 'hash-object', '-w', '--stdin');
      const inner = rawTree(left, ['100644', 'config', blob]);
      withTree(left, ref, rawTree(left, ['40000', 'git~1', inner]));
    },
    'a submodule link': ({ left, ref }) => {
      withTree(left, ref, rawTree(left, ['160000', 'sub', git(left, 'rev-parse', 'HEAD')]));
    },
    'the sidecar of another plan': ({ left, stateRef }) => {
      const plan = git(left, 'show', `${stateRef}:plan.json`);
      const other = plan.replace(/"plan_id": "..../, '"plan_id": "01AA');
      replaceInSidecar(left, stateRef, 'plan.json', other);
    },
    'a manifest that is none': ({ left, stateRef }) => {
      replaceInSidecar(left, stateRef, 'manifest.json', '{"version": 1}');
    },
    'a staging area that would write a hook': ({ left, stateRef }) => {
      const index = readFileSync(join(left, '.git/index'));
      const path = Buffer.from('.git/hooks/x');
      // Version 2: a header of 12 bytes, an entry of 62 with its path's length last, the path.
      const entry = Buffer.from(index.subarray(12, 74));
      entry.writeUInt16BE(path.length, 60);
      const padding = Buffer.alloc(8 - ((entry.length + path.length) % 8));
      const body = Buffer.concat([index.subarray(0, 12), entry, path, padding, Buffer.alloc(20)]);
      replaceInSidecar(left, stateRef, 'index', body);
    },
    'no sidecar': ({ left, stateRef }) => {
      git(left, 'update-ref', '-d', stateRef);
      git(left, 'update-ref', stateRef.replace('/state/', '/state-/'), 'HEAD');
    },
    'a blob where the commit should be': ({ left, ref }) => {
      const blob = withInput(left, 'x', 'hash-object', '-w', '--stdin');
      git(left, 'update-ref', ref, blob);
    },
    'trailers of another checkpoint': ({ left, ref }) => {
      const text = git(left, 'cat-file', 'commit', ref);
      const other = text.replace(/Piton-Checkpoint: ..../, 'Piton-Checkpoint: 01AA');
      const oid = withInput(left, `${other}\n`, 'hash-object', '-w', '-t', 'commit', '--stdin');
      git(left, 'update-ref', ref, oid);
    },
  };

  function replaceInSidecar(
    directory: string,
    stateRef: string,
    name: string,
    contents: string | Buffer,
  ): void {
    const blob = withInput(directory, contents, 'hash-object', '-w', '--stdin');
    const listed = git(directory, 'ls-tree', stateRef).split('\n');
    const lines = listed.map((line) =>
      line.endsWith(`\t${name}`) ? `100644 blob ${blob}\t${name}` : line,
    );
    withTree(directory, stateRef, withInput(directory, `${lines.join('\n')}\n`, 'mktree'));
  }

  for (const [what, tamper] of Object.entries(TAMPERED)) {
    it(`are refused whole when they hold ${what}`, async () => {
      const prepared = await prepare();
      tamper(prepared);
      const { left, file, ref, stateRef } = prepared;
      if (what === 'no sidecar') git(left, 'bundle', 'create', '-q', file, ref);
      else bundle({ ...prepared, stateRef });
      const right = makeClones().right;
      const { workspace } = await openNative(right);
      await workspace.init();
      mkdirSync(join(right, '.git/piton/incoming'), { recursive: true });
      const before = stateOf(right);
      const failure = await failureOf(workspace.importBundle(file));
      expect(failure.exitCode, `${failure.code} ${failure.message}`).to.equal(6);
      expect(stateOf(right)).to.deep.equal(before);
      if (what.startsWith('a staging area')) expect(failure.code).to.equal('UNSAFE_PATH');
    });
  }

  it('are refused when they lack an object', async () => {
    const prepared = await prepare();
    bundle(prepared);
    const bytes = readFileSync(prepared.file);
    writeFileSync(prepared.file, bytes.subarray(0, bytes.length - 40));
    const right = makeRepository();
    const { workspace } = await openNative(right);
    await workspace.init();
    const before = stateOf(right);
    const failure = await failureOf(workspace.importBundle(prepared.file));
    expect(failure.code).to.be.oneOf(['GIT_FAILED', 'OBJECT_DAMAGED']);
    expect(stateOf(right)).to.include({ refs: (before as { refs: string }).refs });
  });
});
