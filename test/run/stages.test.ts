import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { tempDirectory } from '../helpers/temp.js';
import type { Context, Counts } from './context.js';
import { summaryLine } from './context.js';
import { runCommand } from './command.js';
import { mochaCommand, settleCounts, type MochaOptions } from './mocha.js';
import { isInstalled, providePrograms, startsNothing, type Program } from './programs.js';
import { runStages } from './run-stages.js';
import { PROFILES, selectStages, STAGES, type Stage } from './stages.js';

const OPTIONS: MochaOptions = { folders: ['a'], timeoutMs: 5, limitMinutes: 1, filesAtOnce: 1 };

function contextFor(changes: Partial<Context> = {}): Context & { said: string[] } {
  const said: string[] = [];
  const scratch = '/scratch';
  const env = { PATH: '/nowhere' };
  const say = (line: string): void => void said.push(line);
  return { root: '/root', out: '/root/out', scratch, env, ci: false, say, ...changes, said };
}

function counts(passed: number, failed: number, skipped = 0): Counts {
  return { passed, failed, skipped };
}

function stage(name: string, result: Counts, ran: string[] = []): Stage {
  const run = async (): Promise<Counts> => {
    ran.push(name);
    return result;
  };
  return { name, needs: [], folders: [], run };
}

describe('run: stages', () => {
  it('runs in order, adds up, and stops at the first failure', async () => {
    const ran: string[] = [];
    const stages = [stage('a', counts(2, 0), ran), stage('b', counts(1, 1, 1), ran)];
    const total = await runStages([...stages, stage('c', counts(1, 0), ran)], contextFor());
    expect(ran).to.deep.equal(['a', 'b']);
    expect(total).to.deep.equal(counts(3, 1, 1));
  });

  it('ends with the line that CI reads', () => {
    expect(summaryLine(counts(3, 0))).to.equal('3 passed, 0 failed');
    expect(summaryLine(counts(3, 1, 2))).to.equal('3 passed, 1 failed, 2 skipped');
  });

  it('has a place for every stage of the quick run, and all of them in the whole one', () => {
    const names = STAGES.map(({ name }) => name);
    expect(PROFILES['all']).to.deep.equal(names.filter((name) => name !== 'quick'));
    expect(names).to.include.members([...(PROFILES['quick'] ?? [])]);
    const measured = ['unit', 'conformance', 'property', 'hostile'];
    for (const name of measured) {
      expect(names.indexOf(name), name).to.be.within(0, names.indexOf('coverage'));
    }
  });

  it('selects profiles and single stages in the order of the table', () => {
    const names = selectStages(['unit', 'quick', 'lint']).map(({ name }) => name);
    expect(names).to.deep.equal(
      STAGES.map(({ name }) => name).filter((name) => names.includes(name)),
    );
    expect(names).to.include.members(['unit', 'house', 'quick', 'lint']);
    expect(selectStages(['all'])).to.have.lengthOf(STAGES.length - 1);
    expect(() => selectStages(['nothing'])).to.throw(/no stage is called nothing/);
  });

  it('names folders that exist', () => {
    for (const { folders } of STAGES) {
      for (const folder of folders) {
        expect(existsSync(join(import.meta.dirname, '..', folder)), folder).to.equal(true);
      }
    }
  });
});

describe('run: mocha', () => {
  it('forbids .only in CI', () => {
    const local = mochaCommand(contextFor(), OPTIONS, '/counts');
    const ci = mochaCommand(contextFor({ ci: true }), { ...OPTIONS, filesAtOnce: 3 }, '/counts');
    expect(local).not.to.include.members(['--forbid-only']);
    expect(ci).to.include.members(['--forbid-only', '--parallel']);
  });

  it('tries the same random cases in every run', () => {
    const hook = join(contextFor().out, 'test/run/same-cases.js');
    const command = mochaCommand(contextFor(), OPTIONS, '/counts');
    expect(command.join(' ')).to.contain(`--require ${hook}`);
    expect(existsSync(join(import.meta.dirname, 'same-cases.js'))).to.equal(true);
  });

  it('has coverage written when a file has been run, for workers are ended too early', () => {
    const hook = join(contextFor().out, 'test/run/keep-coverage.js');
    const measured = mochaCommand(contextFor(), { ...OPTIONS, coverage: true }, '/counts');
    expect(measured.join(' ')).to.contain(`--require ${hook}`);
    expect(mochaCommand(contextFor(), OPTIONS, '/counts')).to.not.include(hook);
    expect(existsSync(join(import.meta.dirname, 'keep-coverage.js'))).to.equal(true);
  });

  it('fails a run that crashed, ran nothing, or ended badly', () => {
    expect(settleCounts(contextFor(), null, 0).failed).to.equal(1);
    expect(settleCounts(contextFor(), counts(0, 0), 0).failed).to.equal(1);
    expect(settleCounts(contextFor(), counts(5, 0), 1).failed).to.equal(1);
    expect(settleCounts(contextFor(), counts(5, 2), 2).failed).to.equal(2);
    expect(settleCounts(contextFor(), counts(5, 0), 0)).to.deep.equal(counts(5, 0));
  });

  it('says what was skipped, and fails it in CI', () => {
    const context = contextFor();
    expect(settleCounts(context, counts(5, 0, 2), 0).failed).to.equal(0);
    expect(context.said).to.deep.equal(['SKIPPED: 2 tests, see above']);
    expect(settleCounts(contextFor({ ci: true }), counts(5, 0, 2), 0).failed).to.equal(2);
  });
});

describe('run: programs', () => {
  it('finds programs by the search path', () => {
    expect(isInstalled('git', process.env['PATH'])).to.equal(true);
    expect(isInstalled('git', '/nowhere')).to.equal(false);
  });

  it('installs no service where it would be started', () => {
    expect(startsNothing('git', '/nowhere')).to.equal(true);
    expect(startsNothing('sshd', '/nowhere')).to.equal(false);
    expect(startsNothing('sshd', process.execPath)).to.equal(true);
  });

  it('says what is missing', async () => {
    const context = contextFor();
    const missing = ['strace'] satisfies Program[];
    expect(await providePrograms(context, missing)).to.equal(false);
    expect(context.said.join()).to.contain('need strace, which is not installed');
    expect(await providePrograms(context, [])).to.equal(true);
  });

  it('skips a stage without its programs, which fails it in CI', async () => {
    const ran: string[] = [];
    const needy: Stage = { ...stage('a', counts(1, 0), ran), needs: ['strace'] };
    expect(await runStages([needy], contextFor())).to.deep.equal(counts(0, 0, 1));
    expect(await runStages([needy], contextFor({ ci: true }))).to.deep.equal(counts(0, 1, 1));
    expect(ran).to.deep.equal([]);
  });
});

describe('run: command', () => {
  const options = { cwd: tempDirectory(), env: process.env };

  it('gives the exit status', async () => {
    expect(await runCommand(['sh', '-c', 'exit 3'], { ...options, limitMinutes: 1 })).to.equal(3);
  });

  it('ends a program with its children at the limit', async () => {
    const started = Date.now();
    const limited = { ...options, limitMinutes: 0.3 / 60 };
    expect(await runCommand(['sh', '-c', 'sleep 30 & wait'], limited)).to.equal(124);
    expect(Date.now() - started).to.be.below(10_000);
  });

  it('throws for a program that does not exist', async () => {
    let code: unknown;
    await runCommand(['/nowhere/program'], { ...options, limitMinutes: 1 }).catch(
      (error: NodeJS.ErrnoException) => (code = error.code),
    );
    expect(code).to.equal('ENOENT');
  });
});
