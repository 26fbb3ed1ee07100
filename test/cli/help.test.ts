import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { COMMANDS } from '../../src/cli/command-table.js';
import { pitonVersion } from '../../src/cli/version.js';
import { documentOf, runFake } from './run-fake.js';

const FOLDER = 'fixtures/cli';
const FIXTURE = `${FOLDER}/help.txt`;

const PAGES = [
  [],
  ['plan'],
  ['plan', 'decision'],
  ['plan', 'correction'],
  ['plan', 'checkpoint'],
  ['bundle'],
  ...COMMANDS.map(({ words }) => words.split(' ')),
];

async function pages(): Promise<string> {
  const texts: string[] = [];
  for (const words of PAGES) {
    const { stdout, code } = await runFake([...words, '--help']);
    expect(code).to.equal(0);
    texts.push(`$ ${['piton', ...words].join(' ')} --help\n${stdout}`);
  }
  return texts.join('\n');
}

describe('cli: help', () => {
  it('is as it was read and found good; UPDATE_FIXTURES=1 takes what is new', async () => {
    const text = await pages();
    if (process.env['UPDATE_FIXTURES'] === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(FIXTURE, text);
    }
    expect(text).to.equal(readFileSync(FIXTURE, 'utf8'));
  });

  it('fits 80 columns and has an example for every command', async () => {
    const text = await pages();
    expect(text.split('\n').filter((line) => [...line].length > 80)).to.be.empty;
    expect(text.match(/^Examples\n {2}\$ piton /gm)).to.have.lengthOf(COMMANDS.length);
  });

  it('has examples that are understood', async () => {
    const examples = [...(await pages()).matchAll(/^ {2}\$ piton ([^<\n]*)/gm)].map(
      ([, line]) => line ?? '',
    );
    for (const line of examples) {
      const args = [...line.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? '',
      );
      const run = await runFake(args, { stdin: '{}', root: '/w', cwd: '/w' });
      expect(run, line).to.include({ code: 0 });
    }
    expect(examples).to.have.length.greaterThan(COMMANDS.length);
  });

  it('is given for -h and for any place of the option', async () => {
    const { stdout } = await runFake(['undo', '--help']);
    for (const args of [
      ['undo', '-h'],
      ['--help', 'undo'],
      ['undo', '-vh'],
    ]) {
      expect((await runFake(args)).stdout).to.equal(stdout);
    }
    expect((await runFake(['-h'])).stdout).to.equal((await runFake(['--help'])).stdout);
  });

  it('needs nothing else of a command', async () => {
    const run = await runFake(['plan', 'checkpoint', 'name', '--help']);
    expect(run).to.include({ code: 0 });
    expect(run.opened).to.be.empty;
  });

  it('is a document, too', async () => {
    for (const args of [['--help'], ['plan', '--help'], ['undo', '--help']]) {
      const { stdout } = await runFake(args);
      expect(documentOf(await runFake([...args, '--json']))).to.deep.equal({
        ok: true,
        command: 'help',
        schema: 1,
        data: { text: stdout },
        warnings: [],
      });
    }
  });
});

describe('cli: --version', () => {
  it('tells the version, with or without a command', async () => {
    for (const args of [['--version'], ['-v', '--version'], ['status', '--version']]) {
      expect(await runFake(args)).to.include({ code: 0, stdout: `piton ${pitonVersion()}\n` });
    }
    expect(documentOf(await runFake(['--version', '--json']))).to.deep.include({
      command: 'version',
      data: { version: pitonVersion() },
    });
  });
});
