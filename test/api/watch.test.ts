import { expect } from 'chai';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointCreateData } from '../../src/api/data.js';
import type { WatchOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import { git } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, openTest } from './workspaces.js';

/** Watches until so many checkpoints were taken. */
async function watched(
  workspace: Workspace,
  count: number,
  options: WatchOptions,
  then: () => unknown = () => undefined,
): Promise<{ seen: CheckpointCreateData[]; checkpoints: number }> {
  const stop = new AbortController();
  const seen: CheckpointCreateData[] = [];
  const { checkpoints } = await workspace.watch({
    ...options,
    signal: stop.signal,
    onCheckpoint: async (data) => {
      if (seen.push(data) === count) stop.abort();
      else await then();
    },
  });
  return { seen, checkpoints };
}

describe('api: watch', function () {
  this.timeout(120_000);

  let directory: string;
  let workspace: Workspace;

  beforeEach(async () => {
    directory = tempDirectory();
    workspace = await openTest(directory);
    writeFileSync(join(directory, 'a'), '1');
  });
  afterEach(closeWorkspaces);

  const change = (): void => writeFileSync(join(directory, 'a'), '2');

  it('makes a repository, and begins with a checkpoint', async () => {
    const { seen, checkpoints } = await watched(workspace, 1, {});
    expect(checkpoints).to.equal(1);
    expect(seen[0]?.checkpoint).to.include({ kind: 'watch', files: 1 });
    expect((await workspace.status()).watch).to.equal(null);
    await workspace.watch({ signal: AbortSignal.abort() });
  });

  it('says in the status that it is at work', async () => {
    const stop = new AbortController();
    const watching = workspace.watch({
      signal: stop.signal,
      onCheckpoint: async () => {
        const { watch, lock } = await workspace.status();
        expect(watch).to.include({ pid: process.pid });
        expect(lock).to.equal(null);
        stop.abort();
      },
    });
    expect(await watching).to.deep.equal({ checkpoints: 1 });
  });

  it('goes by the interval of its plan when it is told none', async () => {
    await workspace.createPlan({ everySeconds: 1 });
    expect((await watched(workspace, 2, {}, change)).checkpoints).to.equal(2);
  });

  it('goes by the config as it is, and takes checkpoints of the plan that is named', async () => {
    const plan = await workspace.createPlan({ name: 'named' });
    await workspace.createPlan({ name: 'current' });
    const { seen } = await watched(
      workspace,
      2,
      { plan: 'named', onChange: true, quietForSeconds: 0 },
      () => {
        git(directory, 'config', 'piton.exclude', 'b');
        writeFileSync(join(directory, 'b'), '1');
        change();
      },
    );
    expect(seen.map(({ checkpoint }) => checkpoint.plan_id)).to.deep.equal([
      plan.plan_id,
      plan.plan_id,
    ]);
    expect(seen[1]?.checkpoint.files).to.equal(1);
  });

  it('tells other commands what changed, where the config wants that', async () => {
    await workspace.init();
    const stateDir = join(directory, '.git/piton');
    const lastLook = join(stateDir, 'last-look');
    await watched(workspace, 1, {});
    expect(existsSync(join(stateDir, 'resident'))).to.equal(false);
    git(directory, 'config', 'piton.residentScan', 'true');
    writeFileSync(join(directory, 'a'), 'not captured yet');
    const other = await openTest(directory);
    await watched(await openTest(directory), 2, { everySeconds: 1 }, async () => {
      change();
      const { created, changed } = await other.createCheckpoint();
      expect({ created, ...changed }).to.include({ created: true, modified: 1 });
      // On a busy machine an answer may come too late.
      while (!existsSync(lastLook)) await other.createCheckpoint({ always: true });
      const { mark } = JSON.parse(readFileSync(lastLook, 'utf8')) as { mark: object };
      expect(mark).to.have.property('watch');
      writeFileSync(join(directory, 'b'), '1');
    });
    rmSync(lastLook);
    writeFileSync(join(directory, 'c'), '1');
    expect((await other.createCheckpoint()).checkpoint.files).to.equal(3);
    expect(existsSync(lastLook)).to.equal(false);
  });

  it('refuses times that are none', async () => {
    for (const options of [{ everySeconds: 0 }, { everySeconds: NaN }, { quietForSeconds: -1 }]) {
      const error: unknown = await workspace.watch(options).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(PitonError).and.include({ code: 'USAGE' });
    }
  });
});
