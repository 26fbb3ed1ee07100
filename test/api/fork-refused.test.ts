import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failureOf } from '../remote/clones.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('api: forks that cannot be made', function () {
  this.timeout(60_000);
  afterEach(closeWorkspaces);

  it('in a submodule are refused with a way that works', async () => {
    const [inner, outer] = [makeRepository(), makeRepository()];
    git(inner, 'commit', '-q', '--allow-empty', '-m', 'one');
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'sub');
    const root = join(outer, 'sub');
    writeFileSync(join(root, 'file'), 'one\n');
    const workspace = await openTest(root);
    const { checkpoint } = await workspace.createCheckpoint({});
    const destination = join(tempDirectory(), 'fork');
    const refused = await failureOf(workspace.fork('latest', destination));
    expect(refused).to.include({ code: 'UNSUPPORTED_REPOSITORY' });
    expect(refused.message).to.match(/: it is a submodule$/);
    expect(refused.hint).to.match(/clone it.*piton fetch origin.*piton rollback/);
    const clone = join(tempDirectory(), 'clone');
    git(outer, 'clone', '-q', root, clone);
    const other = await openTest(clone, { engine: 'native' });
    await other.fetch('origin');
    await other.rollback({ checkpoint: checkpoint.checkpoint_id });
    expect(readFileSync(join(clone, 'file'), 'utf8')).to.equal('one\n');
  });
});
