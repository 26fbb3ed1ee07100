import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../src/core/limits.js';
import {
  checkpointRef,
  failure,
  prepare,
  stateRef,
  type Prepared,
} from '../doctor/prepared-workspace.js';
import { git, tryGit } from '../helpers/git.js';
import { damagedOf, findDamage } from './damage.js';

function writeTree(root: string, lines: string): string {
  return tryGit(root, ['mktree', '--missing'], lines).stdout.toString().trim();
}

/** Puts another sidecar in place of a checkpoint's; `edit` gets the lines of its tree. */
function replaceSidecar(
  prepared: Prepared,
  id: string | undefined,
  edit: (lines: string[]) => string[],
): string {
  const { root } = prepared;
  const ref = stateRef(prepared, id);
  const lines = git(root, 'ls-tree', ref).split('\n');
  const tree = writeTree(root, `${edit(lines).join('\n')}\n`);
  git(root, 'update-ref', ref, git(root, 'commit-tree', '-m', 'state', tree));
  return tree;
}

function withBlob(root: string, name: string, text: string): (lines: string[]) => string[] {
  const oid = tryGit(root, ['hash-object', '-w', '--stdin'], text).stdout.toString().trim();
  return (lines) => [
    ...lines.filter((line) => !line.endsWith(`\t${name}`)),
    `100644 blob ${oid}\t${name}`,
  ];
}

describe('verify and the contents of objects', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
  });

  afterEach(async () => {
    await prepared.workspace.close();
  });

  it('tells a ref that points at something else than a checkpoint', async () => {
    const { root, ids } = prepared;
    const [first, second] = ids;
    git(root, 'update-ref', checkpointRef(prepared, first), 'HEAD');
    git(root, 'update-ref', checkpointRef(prepared, second), 'HEAD:shared.txt');
    const found = await findDamage(prepared);
    expect(found.map(({ object }) => object)).to.deep.equal([
      git(root, 'rev-parse', 'HEAD'),
      git(root, 'rev-parse', 'HEAD:shared.txt'),
    ]);
    expect(found[1]?.problem).to.match(/a blob is where a commit/);
  });

  it('tells a tree that names what is not safe to write, or no blob', async () => {
    const { root, ids, workspace } = prepared;
    const blob = git(root, 'rev-parse', 'HEAD:shared.txt');
    const commit = git(root, 'rev-parse', 'HEAD');
    const bad = [
      `100644 blob ${blob}\tgit~1\n`,
      `120000 blob ${blob}\t.gitmodules\n`,
      `160000 commit ${commit}\tmodule\n`,
    ].map((lines) => writeTree(root, lines));
    const deep = writeTree(
      root,
      bad.map((oid, at) => `040000 tree ${oid}\tfolder${at}\n`).join(''),
    );
    const ref = checkpointRef(prepared, ids[0]);
    const message = git(root, 'log', '-1', '--format=%B', ref).trimEnd();
    const made = tryGit(root, ['commit-tree', deep, '-p', 'HEAD'], `${message}\n`);
    git(root, 'update-ref', ref, made.stdout.toString().trim());
    const found = damagedOf(await failure(workspace.verify({ checkpoint: ids[0] })));
    expect(found.map(({ object }) => object)).to.have.members(bad);
    for (const { problem } of found) expect(problem).to.match(/not safe/);
  });

  it('tells what stands in a tree and is of another type', async () => {
    const { root, ids, workspace } = prepared;
    const commit = git(root, 'rev-parse', 'HEAD');
    const raw = Buffer.concat([Buffer.from('100644 a\0'), Buffer.from(commit, 'hex')]);
    const hash = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
    const tree = tryGit(root, hash, raw).stdout.toString().trim();
    const ref = checkpointRef(prepared, ids[0]);
    const message = git(root, 'log', '-1', '--format=%B', ref).trimEnd();
    const made = tryGit(root, ['commit-tree', tree, '-p', 'HEAD'], `${message}\n`);
    git(root, 'update-ref', ref, made.stdout.toString().trim());
    const [entry] = damagedOf(await failure(workspace.verify({ checkpoint: ids[0] })));
    expect(entry).to.include({ object: commit });
    expect(entry?.problem).to.match(/a commit is where a blob/);
  });

  it('parses plan.json and manifest.json', async () => {
    const { root, ids, workspace } = prepared;
    const [id] = ids;
    const check = async (name: string, text: string, problem: RegExp): Promise<void> => {
      replaceSidecar(prepared, id, withBlob(root, name, text));
      const [entry] = damagedOf(await failure(workspace.verify({ checkpoint: id })));
      expect(entry?.object).to.equal(git(root, 'rev-parse', `${stateRef(prepared, id)}:${name}`));
      expect(entry?.problem).to.match(problem);
    };
    const manifest = git(root, 'show', `${stateRef(prepared, id)}:manifest.json`);
    const plan = git(root, 'show', `${stateRef(prepared, id)}:plan.json`);
    await check('manifest.json', '{"version":1}', /manifest/);
    replaceSidecar(prepared, id, withBlob(root, 'manifest.json', manifest));
    await check('plan.json', 'garbage', /not JSON/);
    await check('plan.json', JSON.stringify({ schema_version: 999 }), /version 999/);
    replaceSidecar(prepared, id, withBlob(root, 'plan.json', plan));
    expect(await workspace.verify({ checkpoint: id })).to.include({ checked: 1 });
  });

  it('tells a sidecar that lacks a part or is another plan’s', async () => {
    const { root, ids, workspace } = prepared;
    const [id] = ids;
    const lines = git(root, 'ls-tree', stateRef(prepared, id)).split('\n');
    const without = (name: string) => lines.filter((line) => !line.endsWith(`\t${name}`));
    for (const name of ['plan.json', 'manifest.json', 'index']) {
      const object = replaceSidecar(prepared, id, () => without(name));
      const found = damagedOf(await failure(workspace.verify({ checkpoint: id })));
      expect(found).to.deep.equal([{ checkpoint_id: id, object, problem: `has no ${name}` }]);
    }
    const other = await workspace.createPlan({ name: 'two' });
    const plan = readFileSync(join(prepared.stateDir, 'plans', `${other.plan_id}.json`), 'utf8');
    replaceSidecar(prepared, id, () => withBlob(root, 'plan.json', plan)(lines));
    const [entry] = damagedOf(await failure(workspace.verify({ checkpoint: id })));
    expect(entry?.problem).to.equal(`holds the state of the plan ${other.plan_id}`);
  });

  it('tells a commit that only the sidecar keeps and that is gone', async () => {
    const { root, ids, workspace } = prepared;
    const ref = stateRef(prepared, ids[0]);
    const gone = 'd'.repeat(40);
    const body = git(root, 'cat-file', 'commit', ref).replace('\n', `\nparent ${gone}\n`);
    const hash = ['hash-object', '-w', '-t', 'commit', '--stdin'];
    git(
      root,
      'update-ref',
      '--no-deref',
      ref,
      tryGit(root, hash, `${body}\n`).stdout.toString().trim(),
    );
    const found = damagedOf(await failure(workspace.verify({ checkpoint: ids[0] })));
    expect(found).to.deep.equal([{ checkpoint_id: ids[0], object: gone, problem: 'missing' }]);
  });

  it('names a bounded number of objects, and says that there are more', async () => {
    const { root, ids, workspace } = prepared;
    const count = LIMITS.damagedPerCheckpoint + 5;
    const lines = Array.from({ length: count }, (_, at) => {
      const oid = `${'f'.repeat(30)}${String(at).padStart(10, '0')}`;
      return `100644 blob ${oid}\tfile${at}\n`;
    });
    const tree = writeTree(root, lines.join(''));
    const ref = checkpointRef(prepared, ids[0]);
    const message = git(root, 'log', '-1', '--format=%B', ref).trimEnd();
    const made = tryGit(root, ['commit-tree', tree, '-p', 'HEAD'], `${message}\n`);
    git(root, 'update-ref', ref, made.stdout.toString().trim());
    const found = damagedOf(await failure(workspace.verify({ checkpoint: ids[0] })));
    expect(found).to.have.length(LIMITS.damagedPerCheckpoint + 1);
    expect(found.at(-1)).to.deep.equal({
      checkpoint_id: ids[0],
      object: ref,
      problem: `more than ${LIMITS.damagedPerCheckpoint} objects are damaged`,
    });
  });
});
