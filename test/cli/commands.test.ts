import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/command-table.js';
import { COMMAND_CASES } from './command-cases.js';
import { documentOf, runFake, type FakeOptions } from './run-fake.js';
import {
  CREATED,
  CORRECTED,
  DECISION,
  DIFF,
  HEALTHY,
  PLAN,
  PLAN_ID,
  RESUMED,
  ROLLED_BACK,
  SOUND,
  STATUS,
} from './samples.js';

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('cli: commands', () => {
  for (const each of COMMAND_CASES) {
    const { line, name, calls, options = {}, code = 0, told = 'stdout', opens = true } = each;
    it(`piton ${line}`, async () => {
      const given = async (...extra: string[]) =>
        runFake([...words(line).slice(0, 1), ...extra, ...words(line).slice(1)], options);
      const json = await given('--json');
      expect(json.code).to.equal(code);
      expect(json.calls).to.deep.equal(opens ? [...calls, ['close']] : calls);
      const { data, ...envelope } = documentOf({ ...json, stdout: json[told] });
      expect(envelope).to.deep.equal({ ok: true, command: name, schema: 1, warnings: [] });
      expect(data).to.be.an('object');

      const people = await given();
      expect(people.code).to.equal(code);
      expect(people[told]).to.match(/\S\n$/);
      expect((await given('-q'))[told]).to.equal('');
    });
  }

  it('are all there', () => {
    const tried = COMMAND_CASES.map(({ line }) =>
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
      ['resume', RESUMED],
      ['plan decision show p d', { decision: DECISION }],
      ['plan correct p --decision d --reason r', CORRECTED],
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

  it('take as many artifacts as there are, and at least one, inside the workspace', async () => {
    const artifact = ['plan', 'decision', 'artifact', 'p', 'd'];
    const none = await runFake(artifact);
    expect(none.code).to.equal(2);
    expect(none.stderr).to.include('<path> is missing');
    expect((await runFake([...artifact, ''])).stderr).to.include('<path> is empty');
    const outside = await runFake([...artifact, 'x', '../../y']);
    expect(outside.code).to.equal(2);
    expect(outside.stderr).to.include('../../y is outside the workspace');
    expect(outside.calls).to.deep.equal([['close']]);
    expect((await runFake(['plan', 'decision', 'done', 'p', 'd', 'x'])).stderr).to.include(
      'unexpected argument "x"',
    );
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

  it('ask before sensitive files are pushed, when there is somebody to ask', async () => {
    const paths = ['.env', '1', '2', '3', '4', 'x'];
    const told = async (args: string[], options: FakeOptions, some = paths) => {
      let answer: unknown;
      const push = async (_: string, given: { onSensitive: (p: string[]) => Promise<boolean> }) => {
        answer = await given.onSensitive(some);
        return { remote: 'r', pushed: [], up_to_date: 0, differing: [] };
      };
      const run = await runFake(['push', 'r', ...args], { ...options, answers: { push } });
      return { answer, stderr: run.stderr };
    };
    const no = await told([], { terminal: true, stdin: 'n\n' });
    expect(no.answer).to.equal(false);
    expect(no.stderr).to.include('Push 6 sensitive files (".env", "1", "2", "3", "4", …)? [y/N]');
    const one = await told([], { terminal: true, stdin: 'y\n' }, ['.env']);
    expect(one.answer).to.equal(true);
    expect(one.stderr).to.include('(".env")?');
    expect(await told([], {})).to.deep.equal({ answer: true, stderr: '' });
    expect(await told(['--yes'], { terminal: true })).to.deep.equal({ answer: true, stderr: '' });
  });

  it('show unnamed plans and what differs on the other side', async () => {
    const differing = ['X'];
    const push = { remote: 'r', pushed: [], up_to_date: 1, differing };
    const pushed = await runFake(['push', 'r'], { answers: { push } });
    expect(pushed.stdout).to.equal(
      'Pushed 0 checkpoints to r; 1 there already\nsomething else is there, and stays:\n  X\n',
    );
    const plans = [
      { plan_id: 'P', name: null, outcome: 'kept' },
      { plan_id: 'Q', name: null, outcome: 'up_to_date' },
    ];
    const fetch = { remote: 'r', fetched: [], up_to_date: 0, differing, plans };
    const fetched = await runFake(['fetch', 'r'], { answers: { fetch } });
    expect(fetched.stdout).to.match(/^plans:\n {2}kept {2}P *\nsomething else is here/m);
    expect(fetched.stdout).not.to.include('Q');
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
