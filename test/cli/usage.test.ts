import { expect } from 'chai';
import { documentOf, runFake } from './run-fake.js';

/** Arguments, the command's name in the document, and what the message must say. */
const WRONG: [args: string[], command: string | null, message: RegExp][] = [
  [[], null, /no command/],
  [['frobnicate'], null, /unknown command "frobnicate"/],
  [['plan'], null, /"plan" needs a further word/],
  [['plan', 'checkpoint'], null, /"plan checkpoint" needs a further word/],
  [['plan', 'frob'], null, /unknown command "plan frob"/],
  [['--', 'status'], null, /no command/],
  [['continue'], null, /unknown command/],
  [['exec', '--', 'ls'], null, /unknown command/],
  [['--bogus', 'status'], null, /--bogus is not an option of all commands/],
  [['--bogus=x', 'status'], null, /^--bogus is not/],
  [['-m', 'x', 'checkpoint'], null, /-m is not an option of all commands/],
  [['-C'], null, /-C needs a value: <dir>/],
  [['--engine'], null, /--engine needs a value/],
  [['status', '--bogus'], 'status', /unknown option --bogus/],
  [['plan', '--bogus', 'list'], null, /"plan" needs/],
  [['status', 'x'], 'status', /unexpected argument "x"/],
  [['status', '--', 'x'], 'status', /unexpected argument "x"/],
  [['status', '-5'], 'status', /unexpected argument "-5"/],
  [['status', '-C', ''], 'status', /--directory is empty/],
  [['status', '--engine', 'git'], 'status', /--engine does not take "git"/],
  [['status', '--lock-timeout', 'soon'], 'status', /--lock-timeout takes seconds/],
  [['status', '--lock-timeout', '-1'], 'status', /--lock-timeout takes seconds/],
  [['status', '--plan', ''], 'status', /--plan is empty/],
  [['status', '--json=yes'], 'status', /--json takes no value/],
  [['plan', 'list', '--plan', 'p'], 'plan.list', /unknown option --plan/],
  [['fork'], 'fork', /<checkpoint> is missing/],
  [['fork', 'latest'], 'fork', /<directory> is missing/],
  [['fork', 'latest', '--list'], 'fork', /--list takes no checkpoint/],
  [['plan', 'show'], 'plan.show', /<plan> is missing/],
  [['plan', 'show', ''], 'plan.show', /<plan> is empty/],
  [['plan', 'use'], 'plan.use', /<plan> is missing/],
  [['plan', 'use', 'a', 'b'], 'plan.use', /unexpected argument "b"/],
  [['plan', 'delete', '--yes'], 'plan.delete', /<plan> is missing/],
  [['plan', 'set', 'p'], 'plan.set', /nothing to set/],
  [['plan', 'set', 'p', '--every', 'often'], 'plan.set', /--every takes a time/],
  [['plan', 'set', 'p', '--context', 'x'], 'plan.set', /--context takes key=value/],
  [['plan', 'set', 'p', '--output', '__proto__=1'], 'plan.set', /__proto__/],
  [['plan', 'set', 'p', '--state', '/nowhere'], 'plan.set', /cannot read \/nowhere/],
  [['plan', 'set', 'p', '--state', '-'], 'plan.set', /--state is not JSON/],
  [['plan', 'create', '--max-reversions', 'many'], 'plan.create', /takes a whole number/],
  [['plan', 'create', '--every-steps', '0'], 'plan.create', /takes a whole number/],
  [['plan', 'create', 'name'], 'plan.create', /unexpected argument "name"/],
  [['step'], 'plan.step', /--done is missing/],
  [['step', '--done', 'abc'], 'plan.step', /--done takes a whole number, not "abc"/],
  [['step', '--done', '-1'], 'plan.step', /--done takes a whole number/],
  [['step', '--done', '1', '--status', 'great'], 'plan.step', /--status does not take "great"/],
  [['plan', 'step', '--done', '1'], 'plan.step', /<plan> is missing/],
  [['checkpoint', 'list'], null, /unknown command "checkpoint list"/],
  [['checkpoint', 'now'], 'checkpoint.create', /unexpected argument "now"/],
  [['checkpoint', '-m', ''], 'checkpoint.create', /--reason is empty/],
  [['checkpoint', '--step', '1.5'], 'checkpoint.create', /--step takes a whole number/],
  [['plan', 'checkpoint', 'create'], 'checkpoint.create', /<plan> is missing/],
  [['log', '--limit', '0'], 'checkpoint.list', /--limit takes a whole number/],
  [['log', '--kind', 'any'], 'checkpoint.list', /--kind does not take "any"/],
  [['show'], 'checkpoint.show', /<checkpoint> is missing/],
  [['plan', 'checkpoint', 'show', 'p'], 'checkpoint.show', /<checkpoint> is missing/],
  [['plan', 'checkpoint', 'name', 'p', 'c'], 'checkpoint.name', /<name> is missing/],
  [['diff', 'a', 'b', 'c'], 'checkpoint.diff', /unexpected argument "c"/],
  [['diff', '--patch', '--stat'], 'checkpoint.diff', /exclude each other/],
  [['diff', '--stat', '--name-status'], 'checkpoint.diff', /exclude each other/],
  [['diff', '--', '../..'], 'checkpoint.diff', /\.\.\/\.\. is outside the workspace/],
  [['diff', '--', ''], 'checkpoint.diff', /a path is empty/],
  [['rollback', 'a', '--to-checkpoint', 'b'], 'plan.rollback', /exclude each other/],
  [['rollback', ''], 'plan.rollback', /<checkpoint> is empty/],
  [['rollback', '--path', '/etc'], 'plan.rollback', /\/etc is outside/],
  [['rollback', '--path', ''], 'plan.rollback', /--path is empty/],
  [['plan', 'rollback'], 'plan.rollback', /<plan> is missing/],
  [['verify', 'x', '--all'], 'verify', /exclude each other/],
];

describe('cli: wrong usage', () => {
  for (const [args, command, message] of WRONG) {
    it(`piton ${args.join(' ')}`, async () => {
      const end = args.indexOf('--');
      const json = await runFake(end < 0 ? [...args, '--json'] : ['--json', ...args]);
      const lastTakesValue = ['-C', '--engine'].includes(args.at(-1) ?? '');
      if (!lastTakesValue) {
        expect(json.code).to.equal(2);
        const document = documentOf(json);
        expect(document).to.include({ ok: false, command, schema: 1 });
        expect(document['error']).to.include({ code: 'USAGE' });
        expect(document['error']).property('message').match(message);
        expect(document['error']).property('hint').match(/\w/);
      }
      const people = await runFake(args);
      expect(people).to.include({ code: 2, stdout: '' });
      expect(people.stderr)
        .to.match(/^error: /)
        .and.match(new RegExp(message.source.replace('^', '')));
      expect(people.calls.every(([verb]) => verb === 'close')).to.equal(true);
    });
  }

  it('suggests the command that was meant', async () => {
    const hints: [string[], string][] = [
      [['statsu'], 'did you mean "status"?'],
      [['plan', 'lst'], 'did you mean "plan list"?'],
      [['plan', 'checkpoint', 'shw'], 'did you mean "plan checkpoint show"?'],
      [['checkpoint', 'list'], 'did you mean "plan checkpoint list"?'],
      [['status', '--jsn'], 'did you mean --json?'],
      [['plan', 'xyz'], 'see piton plan --help for the commands'],
      [['xyz'], 'see piton --help for the commands'],
    ];
    for (const [args, hint] of hints) {
      expect((await runFake(args)).stderr, args.join(' ')).to.include(`hint: ${hint}\n`);
    }
  });

  it('names the variable that makes no sense', async () => {
    const run = await runFake(['status'], { env: { PITON_ENGINE: 'fast' } });
    expect(run.code).to.equal(2);
    expect(run.stderr).to.include('PITON_ENGINE does not take "fast"');
  });

  it('opens no workspace', async () => {
    for (const args of [
      ['frob'],
      ['status', '--bogus'],
      ['step', '--done', 'x'],
      ['plan', 'show'],
    ]) {
      expect((await runFake(args)).opened).to.be.empty;
    }
  });

  it('has a message that is harmless', async () => {
    for (const args of [
      ['\x1b[2J'],
      ['status', '\x1b'],
      ['status', '--\u202e'],
      ['show', '-\x07'],
    ]) {
      const { stderr } = await runFake(args);
      expect(stderr).not.to.match(/[^\P{Cc}\n]|\u202e/u);
    }
  });
});
