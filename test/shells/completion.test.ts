import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const BIN = join(import.meta.dirname, '../../../../bin/piton.js');

describe('shells: completion', function () {
  this.timeout(120_000);
  const programs = tempDirectory();
  let workspace: string;

  function run(program: string, args: readonly string[]): string[] {
    const searchPath = `${programs}:${process.env['PATH']}`;
    const done = spawnSync(program, args, {
      cwd: workspace,
      encoding: 'utf8',
      env: { ...process.env, PATH: searchPath, HOME: tempDirectory() },
    });
    expect(done.stderr).to.equal('');
    return done.stdout.split('\n').filter((line) => line !== '');
  }

  before(() => {
    for (const name of ['piton', 'git-piton']) symlinkSync(BIN, join(programs, name));
    workspace = makeRepository();
    writeFileSync(join(workspace, 'file'), 'data');
    run('piton', ['plan', 'create', '--name', 'mine', '-q']);
    run('piton', ['checkpoint', '--name', 'green', '-q']);
  });

  function bash(call: string, words: readonly string[]): string[] {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`;
    const script = `source <(piton completion bash); ${line}; COMP_CWORD=${words.length - 1}`;
    return run('bash', ['-c', `${script}; ${call}; printf '%s\\n' "\${COMPREPLY[@]}"`]);
  }

  it('works in bash', () => {
    expect(bash('_piton piton', ['piton', 'roll'])).to.deep.equal(['rollback']);
    expect(bash('_piton piton', ['piton', 'plan', 'use', ''])).to.deep.equal(['mine']);
    expect(bash('_piton piton', ['piton', 'show', 'g'])).to.deep.equal(['green']);
    expect(bash('_piton piton', ['piton', 'log', '--engine', '=', 'n'])).to.deep.equal(['native']);
    expect(bash('_piton piton', ['piton', 'bundle', 'create', ''])).to.deep.equal([]);
  });

  it('works in bash after git', () => {
    expect(bash('_git_piton', ['git', '-C', '.', 'piton', 'show', 'g'])).to.deep.equal(['green']);
  });

  it('works in zsh', () => {
    const stubs = 'compdef() { }; compadd() { print -l -- $values }; _files() { print files }';
    const zsh = (...words: string[]): string[] => {
      const line = `words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}`;
      const script = `${stubs}; source <(piton completion zsh); ${line}; _piton`;
      return run('zsh', ['-f', '-c', script]);
    };
    expect(zsh('piton', 'roll')).to.deep.equal(['rollback']);
    expect(zsh('piton', 'show', 'g')).to.deep.equal(['green']);
    expect(zsh('piton', 'bundle', 'create', '')).to.deep.equal(['files']);
  });

  it('works in zsh as a function that is loaded when first used', () => {
    const folder = tempDirectory();
    mkdirSync(join(folder, 'functions'));
    writeFileSync(join(folder, 'functions/_piton'), run('piton', ['completion', 'zsh']).join('\n'));
    const stubs = 'compadd() { print -l -- $values }; words=(piton roll); CURRENT=2';
    const script = `fpath=(${folder}/functions); autoload -U _piton; ${stubs}; _piton`;
    expect(run('zsh', ['-f', '-c', script])).to.deep.equal(['rollback']);
  });

  it('works in fish', () => {
    const fish = (line: string): string[] =>
      run('fish', [
        '--no-config',
        '-c',
        `piton completion fish | source; complete -C '${line}'`,
      ]).map((each) => each.split('\t')[0] ?? '');
    expect(fish('piton roll')).to.deep.equal(['rollback']);
    expect(fish('piton show g')).to.deep.equal(['green']);
    expect(fish('piton bundle create fi')).to.deep.equal(['file']);
  });
});
