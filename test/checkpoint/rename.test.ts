import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/checkpoint/list.js';
import { rename } from '../../src/checkpoint/rename.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, git, makeRepository } from '../helpers/git.js';
import { closeContexts, contextOf, take } from './contexts.js';

describe('checkpoint: names', () => {
  afterEach(closeContexts);

  it('change nothing but the name', async () => {
    const root = makeRepository();
    writeFileSync(join(root, 'a'), 'a');
    git(root, 'add', '.');
    git(root, 'commit', '-q', '-m', 'x');
    const context = await contextOf(root);
    const { checkpoint } = await take(context, {
      reason: 'why: because',
      source: 'tool',
      phase: 'build',
      step: 7,
    });
    context.clock.time += 3_600_000;
    const named = await rename(context, checkpoint, 'green tests');
    expect(named).to.deep.equal({ ...checkpoint, name: 'green tests', commit: named.commit });
    expect(named.commit).not.to.equal(checkpoint.commit);
    const ref = { name: checkpoint.ref, oid: git(root, 'rev-parse', checkpoint.ref) };
    expect(await readCheckpoint(ref, context.objects)).to.deep.equal(named);
    const about = (commit: string) => git(root, 'show', '-s', '--format=%P %T %at %ct', commit);
    expect(about(named.commit)).to.equal(about(checkpoint.commit));
    const again = await rename(context, named, 'other');
    expect((await rename(context, again, 'green tests')).commit).to.equal(named.commit);
    assertFsckClean(root);
  });

  it('are refused when the checkpoint is another one by now', async () => {
    const root = makeRepository();
    const context = await contextOf(root);
    const { checkpoint } = await take(context);
    git(root, 'update-ref', '-d', checkpoint.ref);
    expect(await rejectionOf(rename(context, checkpoint, 'x'))).to.include({ code: 'GIT_FAILED' });
  });
});
