import { expect } from 'chai';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateRequest } from '../../src/checkpoint/create.js';
import { nextId } from '../../src/core/ids.js';
import type { RefEdit, RefStore } from '../../src/store/ref-store.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository, tryGit } from '../helpers/git.js';
import {
  closeContexts,
  committed,
  contextOf,
  gitFiles,
  PLAN,
  refStoreOf,
  stateRefOf,
  take,
  write,
} from './contexts.js';

const ENGINES = ['embedded', 'native'] as const;

describe('checkpoint: creation', function () {
  this.timeout(120_000);
  afterEach(closeContexts);

  for (const engine of ENGINES) {
    it(`makes what plain git can read (${engine})`, async () => {
      const root = committed({ a: 'a\n', 'd/b': 'b\n' });
      write(root, { a: 'changed\n', 'new file': 'n' });
      mkdirSync(join(root, 'empty'));
      const { created, checkpoint, changes, look } = await take(await contextOf(root, engine), {
        ...{ reason: 'before: the risky step', name: 'safe', source: 'tool', step: 3 },
        phase: 'plan',
      });
      expect(created).to.equal(true);
      expect(changes.map(({ path }) => path)).to.deep.equal(['a', 'd/b', 'empty', 'new file']);
      const head = git(root, 'rev-parse', 'HEAD');
      expect(checkpoint).to.deep.equal({
        ...{ checkpoint_id: checkpoint.checkpoint_id, plan_id: PLAN, kind: 'manual', name: 'safe' },
        ...{ reason: 'before: the risky step', source: 'tool', phase: 'plan', step: 3 },
        ...{ files: 3, not_captured: 0, tree: look.scan.tree },
        commit: git(root, 'rev-parse', checkpoint.ref),
        ref: `refs/piton/checkpoint/${PLAN}/${checkpoint.checkpoint_id}`,
        created_at: '2026-01-02T03:04:05.000Z',
        head: { ref: 'refs/heads/main', commit: head },
      });
      const format = '%s%n%an <%ae> %at %cn <%ce> %P%n%(trailers)';
      expect(git(root, 'show', '-s', `--format=${format}`, checkpoint.ref)).to.equal(
        [
          'before: the risky step',
          `piton <piton@localhost> 1767323045 piton <piton@localhost> ${head}`,
          `Piton-Checkpoint: ${checkpoint.checkpoint_id}`,
          `Piton-Plan: ${PLAN}`,
          'Piton-Kind: manual',
          'Piton-Step: 3',
          'Piton-Phase: plan',
          'Piton-Source: tool',
          'Piton-Name: safe',
          'Piton-Head: refs/heads/main',
          'Piton-Files: 3',
          'Piton-Not-Captured: 0',
          'Piton-Version: 1',
          '',
        ].join('\n'),
      );
      const diff = git(root, 'diff', '--name-status', `${checkpoint.ref}^`, checkpoint.ref);
      expect(diff).to.equal('M\ta\nA\tnew file');
      expect(git(root, 'ls-tree', checkpoint.ref, 'empty')).to.match(/^040000 tree 4b825dc/);
      expect(git(root, 'show', `${checkpoint.ref}:a`)).to.equal('changed');
      assertFsckClean(root);
    });
  }

  it('gives the same ids with either engine, loose or packed', async () => {
    for (const files of [3, 150]) {
      const made: string[][] = [];
      for (const engine of ENGINES) {
        const root = makeRepository();
        for (let file = 0; file < files; file++) {
          write(root, { [`d${file % 7}/f${file}`]: `contents ${file}\r\n` });
        }
        symlinkSync('nowhere', join(root, 'link'));
        mkdirSync(join(root, 'empty/deep'), { recursive: true });
        chmodSync(join(root, 'd1/f1'), 0o755);
        const context = await contextOf(root, engine);
        // An id made after one of the future is that one plus one.
        const newestId = '02JPXN0000000000000000PXAA';
        const { checkpoint } = await take(context, { newestId, reason: 'same' });
        made.push([checkpoint.commit, git(root, 'rev-parse', stateRefOf(checkpoint))]);
        assertFsckClean(root);
      }
      expect(made[0]).to.deep.equal(made[1]);
    }
  });

  it('has an id that sorts after the newest, whatever the clock says', async () => {
    const context = await contextOf(makeRepository());
    const newestId = nextId(context.clock.now() + 86_400_000);
    const { checkpoint } = await take(context, { newestId });
    expect(checkpoint.checkpoint_id > newestId).to.equal(true);
  });

  it('writes objects before the ref of the sidecar, and that before its own', async () => {
    const root = committed({ a: 'a' });
    const context = await contextOf(root);
    write(root, { b: 'b' });
    const seen: string[] = [];
    const transact = (edits: readonly RefEdit[]): Promise<void> => {
      for (const { name, value, expected } of edits) {
        expect(expected).to.equal(null);
        expect(tryGit(root, ['rev-list', '--objects', value ?? '']).status).to.equal(0);
        seen.push(name.split('/').slice(0, 3).join('/'));
      }
      return context.refs.transact(edits);
    };
    const refs: RefStore = { ...refStoreOf(context), transact };
    await take({ ...context, refs }, { announce: () => seen.push('announced') });
    expect(seen).to.deep.equal(['announced', 'refs/piton/state', 'refs/piton/checkpoint']);
  });

  it('tells what changed since the plan’s latest', async () => {
    const root = committed({ a: 'a', b: 'b', c: 'c' });
    const context = await contextOf(root);
    const { checkpoint: latest, changes: first } = await take(context);
    expect(first.map(({ status }) => status)).to.deep.equal(['added', 'added', 'added']);
    write(root, { a: 'A', d: 'd' });
    rmSync(join(root, 'b'));
    const { changes } = await take(context, { latest });
    expect(changes.map(({ path, status }) => `${status} ${path}`)).to.deep.equal([
      'modified a',
      'deleted b',
      'added d',
    ]);
  });

  it('can be refused once it has been seen what there is', async () => {
    const root = committed({ a: 'a' });
    write(root, { b: 'b' });
    const context = await contextOf(root);
    const before = gitFiles(root);
    const refusal = new Error('no');
    const check: CreateRequest['check'] = (look, head) => {
      expect(look.scan.entries.map(({ path }) => path)).to.deep.equal(['a', 'b']);
      expect(head.ref).to.equal('refs/heads/main');
      throw refusal;
    };
    expect(await rejectionOf(take(context, { check }))).to.equal(refusal);
    expect(gitFiles(root)).to.deep.equal(before);
  });
});
