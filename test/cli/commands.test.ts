import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/command-table.js';
import { documentOf, runFake, type FakeOptions, type Verb } from './run-fake.js';
import { CREATED, DIFF, HEALTHY, PLAN, PLAN_ID, ROLLED_BACK, SOUND, STATUS } from './samples.js';

interface Case {
  /** Arguments; a word with spaces goes in double quotes. */
  line: string;
  name: string;
  calls: [Verb, ...unknown[]][];
  options?: FakeOptions;
}

const NO_FLAGS = { always: false, includeIgnored: false, force: false };
const NO_ROLLBACK_FLAGS = { head: false, dryRun: false, force: false };

const CASES: Case[] = [
  { line: 'init', name: 'init', calls: [['init', { force: false }]] },
  { line: 'init --force', name: 'init', calls: [['init', { force: true }]] },
  { line: 'status', name: 'status', calls: [['status', {}]] },
  { line: 'status --plan p', name: 'status', calls: [['status', { plan: 'p' }]] },
  {
    line: 'plan create --name "swap parser" --parent p --max-reversions none --every-steps 2 --every 5m --phase draft',
    name: 'plan.create',
    calls: [
      [
        'createPlan',
        {
          name: 'swap parser',
          parent: 'p',
          maxReversions: null,
          everySteps: 2,
          everySeconds: 300,
          phase: 'draft',
        },
      ],
    ],
  },
  { line: 'plan create', name: 'plan.create', calls: [['createPlan', {}]] },
  { line: 'plan list', name: 'plan.list', calls: [['listPlans']] },
  { line: 'plan show p', name: 'plan.show', calls: [['showPlan', 'p']] },
  { line: 'plan use p', name: 'plan.use', calls: [['usePlan', 'p']] },
  {
    line: 'plan set p --phase x --every none --every-steps none --max-reversions 0 --name n --context a=1 --context b=x --output c=[2]',
    name: 'plan.set',
    calls: [
      [
        'setPlan',
        'p',
        {
          phase: 'x',
          everySeconds: null,
          everySteps: null,
          maxReversions: 0,
          name: 'n',
          context: { a: 1, b: 'x' },
          outputs: { c: [2] },
        },
      ],
    ],
  },
  {
    line: 'plan set p --state -',
    name: 'plan.set',
    calls: [['setPlan', 'p', { state: { a: 1 } }]],
    options: { stdin: '{"a":1}' },
  },
  { line: 'plan delete p --yes', name: 'plan.delete', calls: [['deletePlan', 'p']] },
  {
    line: 'plan delete p',
    name: 'plan.delete',
    calls: [
      ['showPlan', 'p'],
      ['deletePlan', PLAN_ID],
    ],
    options: { terminal: true, stdin: 'y\n' },
  },
  { line: 'step --done 3', name: 'plan.step', calls: [['completeStep', undefined, { done: 3 }]] },
  {
    line: 'plan step p --done 0 --output a=1 --output b=2 --status failed',
    name: 'plan.step',
    calls: [['completeStep', 'p', { done: 0, output: { a: 1, b: 2 }, status: 'failed' }]],
  },
  { line: 'checkpoint', name: 'checkpoint.create', calls: [['createCheckpoint', NO_FLAGS]] },
  {
    line: 'checkpoint -m "- why" --name n --source t --phase x --step 4 --state - --always --include-ignored --force --plan p',
    name: 'checkpoint.create',
    calls: [
      [
        'createCheckpoint',
        {
          plan: 'p',
          reason: '- why',
          name: 'n',
          source: 't',
          phase: 'x',
          step: 4,
          state: { deep: [1] },
          always: true,
          includeIgnored: true,
          force: true,
        },
      ],
    ],
    options: { stdin: '{"deep":[1]}' },
  },
  {
    line: 'plan checkpoint create p -m why',
    name: 'checkpoint.create',
    calls: [['createCheckpoint', { plan: 'p', reason: 'why', ...NO_FLAGS }]],
  },
  { line: 'log', name: 'checkpoint.list', calls: [['listCheckpoints', {}]] },
  {
    line: 'plan checkpoint list p --limit 2 --kind pre_rollback',
    name: 'checkpoint.list',
    calls: [['listCheckpoints', { plan: 'p', limit: 2, kind: 'pre_rollback' }]],
  },
  {
    line: 'show latest~2',
    name: 'checkpoint.show',
    calls: [['showCheckpoint', 'latest~2', undefined]],
  },
  {
    line: 'plan checkpoint show p step:4',
    name: 'checkpoint.show',
    calls: [['showCheckpoint', 'step:4', 'p']],
  },
  { line: 'diff', name: 'checkpoint.diff', calls: [['diffCheckpoints', { patch: false }]] },
  { line: 'diff --patch', name: 'checkpoint.diff', calls: [['diffCheckpoints', { patch: true }]] },
  {
    line: 'diff a b --stat -- x ../w/y -z',
    name: 'checkpoint.diff',
    calls: [['diffCheckpoints', { from: 'a', to: 'b', patch: false, paths: ['x', 'y', '-z'] }]],
  },
  {
    line: 'plan checkpoint diff p a --name-status',
    name: 'checkpoint.diff',
    calls: [['diffCheckpoints', { plan: 'p', from: 'a', patch: false }]],
  },
  {
    line: 'plan checkpoint name p a "new name"',
    name: 'checkpoint.name',
    calls: [['nameCheckpoint', 'a', 'new name', 'p']],
  },
  {
    line: 'plan checkpoint delete p a',
    name: 'checkpoint.delete',
    calls: [['deleteCheckpoint', 'a', 'p']],
  },
  { line: 'rollback', name: 'plan.rollback', calls: [['rollback', NO_ROLLBACK_FLAGS]] },
  {
    line: 'rollback a --path x --path src/y --head --dry-run --force',
    name: 'plan.rollback',
    calls: [
      [
        'rollback',
        { checkpoint: 'a', paths: ['x', 'src/y'], head: true, dryRun: true, force: true },
      ],
    ],
  },
  {
    line: 'rollback --to-checkpoint a --token t',
    name: 'plan.rollback',
    calls: [['rollback', { checkpoint: 'a', token: 't', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback p a',
    name: 'plan.rollback',
    calls: [['rollback', { plan: 'p', checkpoint: 'a', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback p',
    name: 'plan.rollback',
    calls: [['rollback', { plan: 'p', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback --to-checkpoint a',
    name: 'plan.rollback',
    calls: [['rollback', { checkpoint: 'a', ...NO_ROLLBACK_FLAGS }]],
    options: { env: { PITON_PLAN: 'not this one' } },
  },
  { line: 'undo', name: 'undo', calls: [['undo', { dryRun: false }]] },
  {
    line: 'undo --dry-run --token t --plan p',
    name: 'undo',
    calls: [['undo', { plan: 'p', dryRun: true, token: 't' }]],
  },
  { line: 'redo', name: 'redo', calls: [['redo', { dryRun: false }]] },
  {
    line: 'redo --dry-run --token t --plan p',
    name: 'redo',
    calls: [['redo', { plan: 'p', dryRun: true, token: 't' }]],
  },
  { line: 'verify', name: 'verify', calls: [['verify', { all: false }]] },
  {
    line: 'verify a --plan p',
    name: 'verify',
    calls: [['verify', { plan: 'p', checkpoint: 'a', all: false }]],
  },
  { line: 'verify --all', name: 'verify', calls: [['verify', { all: true }]] },
  { line: 'doctor', name: 'doctor', calls: [['doctor', { repair: false }]] },
  { line: 'doctor --repair', name: 'doctor', calls: [['doctor', { repair: true }]] },
  { line: 'recover', name: 'recover', calls: [['recover']] },
];

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('cli: commands', () => {
  for (const { line, name, calls, options = {} } of CASES) {
    it(`piton ${line}`, async () => {
      const json = await runFake(
        [...words(line).slice(0, 1), '--json', ...words(line).slice(1)],
        options,
      );
      expect(json).to.include({ code: 0 });
      expect(json.calls).to.deep.equal([...calls, ['close']]);
      const { data, ...envelope } = documentOf(json);
      expect(envelope).to.deep.equal({ ok: true, command: name, schema: 1, warnings: [] });
      expect(data).to.be.an('object');

      const people = await runFake(words(line), options);
      expect(people.code).to.equal(0);
      expect(people.stdout).to.match(/\S\n$/);
      expect(
        (await runFake([...words(line).slice(0, 1), '-q', ...words(line).slice(1)], options))
          .stdout,
      ).to.equal('');
    });
  }

  it('are all there', () => {
    const tried = CASES.map(({ line }) =>
      COMMANDS.map((entry) => entry.words)
        .filter((entry) => `${line} `.startsWith(`${entry} `))
        .at(-1),
    );
    expect(COMMANDS.map((entry) => entry.words).filter((entry) => !tried.includes(entry))).to.be
      .empty;
  });

  it('have the data of the library, nothing else', async () => {
    const answers: [string, unknown][] = [
      ['status', STATUS],
      ['plan show p', PLAN],
      ['checkpoint', CREATED],
      ['diff', DIFF],
      ['rollback', ROLLED_BACK],
      ['verify', SOUND],
      ['doctor', HEALTHY],
    ];
    for (const [line, data] of answers) {
      expect(documentOf(await runFake([...words(line), '--json']))['data'], line).to.deep.equal(
        data,
      );
    }
  });

  it('take the plan from the environment in their short forms only', async () => {
    const env = { PITON_PLAN: 'p' };
    expect((await runFake(['undo'], { env })).calls[0]).to.deep.equal([
      'undo',
      { plan: 'p', dryRun: false },
    ]);
    const named = await runFake(['undo', '--plan', 'q'], { env });
    expect(named.calls[0]).to.deep.equal(['undo', { plan: 'q', dryRun: false }]);
    const unset = await runFake(['undo'], { env: { PITON_PLAN: '' } });
    expect(unset.calls[0]).to.deep.equal(['undo', { dryRun: false }]);
    expect((await runFake(['plan', 'show'], { env })).code).to.equal(2);
  });

  it('make patches for people unless told otherwise, for programs when asked', async () => {
    const asked = async (...args: string[]) => (await runFake(['diff', ...args])).calls[0]?.[1];
    expect(await asked()).to.deep.equal({ patch: true });
    expect(await asked('--stat')).to.deep.equal({ patch: false });
    expect(await asked('--json', '--stat')).to.deep.equal({ patch: false });
    expect(await asked('--json', '--patch')).to.deep.equal({ patch: true });
  });

  it('ask before a plan is deleted, on a terminal only', async () => {
    const asked = await runFake(['plan', 'delete', 'p'], { terminal: true, stdin: 'n\n' });
    expect(asked.code).to.equal(2);
    expect(asked.stderr).to.include('Delete plan "swap parser" and its 2 checkpoints? [y/N] ');
    expect(asked.calls.map(([verb]) => verb)).to.deep.equal(['showPlan', 'close']);
    const nameless = await runFake(['plan', 'delete', 'p'], {
      ...{ terminal: true, stdin: 'n\n', answers: { showPlan: { ...PLAN, name: null } } },
    });
    expect(nameless.stderr).to.include(`Delete plan "${PLAN_ID}" and`);
    const nobody = await runFake(['plan', 'delete', 'p', '--json'], { stdin: 'y\n' });
    expect(nobody.code).to.equal(2);
    expect(documentOf(nobody)['error'])
      .to.include({ code: 'USAGE' })
      .and.property('hint')
      .match(/--yes/);
    expect(nobody.calls.map(([verb]) => verb)).not.to.include('deletePlan');
  });

  it('fail when verify finds damage, with what it found', async () => {
    const found = {
      checked: 3,
      damaged: [{ checkpoint_id: 'X', object: 'o', problem: 'is missing' }],
    };
    const options = { answers: { verify: found } };
    const json = await runFake(['verify', '--json'], options);
    expect(json.code).to.equal(6);
    const document = documentOf(json);
    expect(document).to.deep.include({ ok: false, command: 'verify', schema: 1 });
    expect(document['error']).to.deep.include({ code: 'OBJECT_DAMAGED', details: found });
    const people = await runFake(['verify'], options);
    expect(people.code).to.equal(6);
    expect(people.stdout).to.equal('damaged:\n  X  o  is missing\n');
    expect(people.stderr).to.match(/^error: 1 damaged of 3 checked\nhint: /);
    expect((await runFake(['verify', '-q'], options)).stdout).to.equal('');
  });

  it('fail when doctor finds what endangers data and is not mended', async () => {
    const problem = { check: 'lock', severity: 'must', message: 'm', repaired: false };
    const run = async (change: object, repair: boolean) =>
      runFake(['doctor', '--json'], {
        answers: { doctor: { ...HEALTHY, repair, problems: [{ ...problem, ...change }] } },
      });
    const found = await run({}, false);
    expect(found.code).to.equal(6);
    expect(documentOf(found)['error'])
      .to.include({ code: 'STATE_DAMAGED' })
      .and.property('hint')
      .match(/--repair/);
    expect(documentOf(await run({}, true))['error'])
      .property('hint')
      .match(/person/);
    expect((await run({ repaired: true }, true)).code).to.equal(0);
    expect((await run({ severity: 'should' }, false)).code).to.equal(0);
  });
});
