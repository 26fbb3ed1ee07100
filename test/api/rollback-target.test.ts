import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import { rejectionOf } from '../disk/thrown.js';
import { assertFsckClean, TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { closeWorkspaces, openTest } from './workspaces.js';

interface Broken {
  root: string;
  workspace: Workspace;
  warnings: Warning[];
  planId: string;
  /** The plan's file, and the checkpoint whose contents are `good`. */
  file: string;
  good: string;
}

async function prepared(): Promise<Broken> {
  const root = tempDirectory();
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): number => warnings.push(warning);
  const workspace = await openTest(root, { onWarning });
  const { plan_id: planId } = await workspace.createPlan({ name: 'plan' });
  writeFileSync(join(root, 'a.txt'), 'good');
  const { checkpoint } = await workspace.createCheckpoint({ step: 0, name: 'green' });
  writeFileSync(join(root, 'a.txt'), 'worse');
  await workspace.createCheckpoint({ step: 1 });
  await workspace.rollback({ checkpoint: 'step:1' });
  writeFileSync(join(root, 'a.txt'), 'bad');
  const file = join(root, '.git/piton/plans', `${planId}.json`);
  warnings.length = 0;
  return { root, workspace, warnings, planId, file, good: checkpoint.checkpoint_id };
}

function contentsOf(root: string): string {
  return readFileSync(join(root, 'a.txt'), 'utf8');
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return ((await rejectionOf(promise)) as { code?: unknown }).code;
}

const DAMAGES: [string, (file: string) => void][] = [
  ['truncated', (file) => truncateSync(file, 200)],
  ['empty', (file) => truncateSync(file, 0)],
  ['not JSON', (file) => writeFileSync(file, 'hello')],
  ['of wrong types', (file) => edit(file, '"reversion_count": 1', '"reversion_count": "1"')],
  ['huge', (file) => truncateSync(file, 300 * 1024 * 1024)],
  ['full of prototypes', (file) => edit(file, '{', '{"__proto__": {"polluted": true},')],
];

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).to.include(from);
  writeFileSync(file, text.replace(from, to));
}

describe('api: a rollback while the plan’s file is damaged', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const [what, damage] of DAMAGES) {
    it(`brings files back by a checkpoint’s id when it is ${what}`, async () => {
      const { root, workspace, warnings, planId, file, good } = await prepared();
      damage(file);
      const early = [
        () => workspace.showPlan(),
        () => workspace.status(),
        () => workspace.rollback(),
        () => workspace.rollback({ checkpoint: 'green' }),
        () => workspace.rollback({ checkpoint: good, dryRun: true }),
        () => workspace.completeStep(planId, { done: 2 }),
      ];
      for (const attempt of early) {
        const error = await rejectionOf(attempt());
        expect(error).to.include({ code: 'STATE_DAMAGED' });
        expect(error)
          .to.have.property('hint')
          .that.matches(/piton doctor --repair/);
      }
      expect(contentsOf(root)).to.equal('bad');
      warnings.length = 0;
      const done = await workspace.rollback({ checkpoint: good.toLowerCase() });
      expect(warnings.map(({ code }) => code)).to.deep.equal(['PLAN_REBUILT']);
      expect(contentsOf(root)).to.equal('good');
      // The rollback of before counts too.
      expect(done).to.include({ reversion_count: 2, last_completed_step: 0, plan_id: planId });
      expect(await workspace.showPlan()).to.include({ reversion_count: 2, name: 'plan' });
      await workspace.undo();
      expect(contentsOf(root)).to.equal('bad');
      expect((await workspace.doctor()).problems).to.deep.equal([]);
      assertFsckClean(root);
    });
  }

  it('takes the plan named, and no other', async () => {
    const { root, workspace, file, planId, good } = await prepared();
    const other = await workspace.createPlan({ name: 'other' });
    truncateSync(file, 20);
    const wrong = workspace.rollback({ checkpoint: good, plan: other.plan_id });
    expect(await codeOf(wrong)).to.equal('WRONG_PLAN');
    await workspace.rollback({ checkpoint: good, plan: planId.toLowerCase() });
    expect(contentsOf(root)).to.equal('good');
  });

  it('leaves the damaged file of another plan alone', async () => {
    const { root, workspace, warnings, planId, good } = await prepared();
    const { plan_id: current } = await workspace.createPlan({ name: 'current' });
    const file = join(root, '.git/piton/plans', `${current}.json`);
    writeFileSync(file, '{');
    warnings.length = 0;
    const misnamed = workspace.rollback({ checkpoint: good, plan: current });
    expect(await codeOf(misnamed)).to.equal('STATE_DAMAGED');
    expect(await workspace.rollback({ checkpoint: good })).to.include({ plan_id: planId });
    expect(contentsOf(root)).to.equal('good');
    expect(warnings).to.deep.equal([]);
    expect(readFileSync(file, 'utf8')).to.equal('{');
  });

  it('refuses what a newer piton wrote, and changes nothing', async () => {
    const { root, workspace, file, good } = await prepared();
    edit(file, '"schema_version": 2', '"schema_version": 3');
    const before = readFileSync(file, 'utf8');
    const error = await rejectionOf(workspace.rollback({ checkpoint: good }));
    expect(error).to.include({ code: 'UNSUPPORTED_FORMAT' });
    expect(error).to.have.property('details').that.includes({ expected: 2, found: 3 });
    expect([contentsOf(root), readFileSync(file, 'utf8')]).to.deep.equal(['bad', before]);
    const unknown = await rejectionOf(workspace.rollback({ checkpoint: 'latest' }));
    expect(unknown).to.have.property('hint').that.does.not.include('git archive');
  });

  it('says how to have the files of a checkpoint whose plan a newer piton wrote', async () => {
    const { root, workspace, file, good } = await prepared();
    edit(file, '"schema_version": 2', '"schema_version": 3');
    const error = await rejectionOf(workspace.rollback({ checkpoint: good.toLowerCase() }));
    const [, command = ''] = /'(git archive .*)'/.exec((error as PitonError).hint ?? '') ?? [];
    const folder = tempDirectory();
    const shell = ['-c', command.replace('<folder>', folder)];
    expect(spawnSync('sh', shell, { cwd: root, env: TEST_ENV }).status).to.equal(0);
    expect(contentsOf(folder)).to.equal('good');
  });
});
