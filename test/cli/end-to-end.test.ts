import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, git, TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { data, error, piton, read, workspace, write } from './run-piton.js';

describe('cli: end to end', function () {
  this.timeout(120_000);

  it('is a day with it', () => {
    const directory = workspace();
    write(directory, { 'parser.js': 'old\n' });
    const plan = data(directory, 'plan', 'create', '--name', 'swap parser', '--every-steps', '1');
    expect(plan).to.include({ name: 'swap parser', last_completed_step: -1, reversions_left: 10 });

    const step = data(directory, 'step', '--done', '0', '--output', 'tests=12');
    expect(step).nested.property('checkpoint.created', true);
    write(directory, { 'parser.js': 'new\n', 'junk.js': 'x\n' });
    expect(piton(directory, ['diff', '--name-status']).stdout).to.equal(
      'A  junk.js\nM  parser.js\n',
    );

    const rolled = data(directory, 'rollback');
    expect(rolled).to.include({
      written: 1,
      deleted: 1,
      reversion_count: 1,
      last_completed_step: 0,
    });
    expect(read(directory, 'parser.js')).to.equal('old\n');
    expect(existsSync(join(directory, 'junk.js'))).to.equal(false);

    expect(data(directory, 'undo')).to.include({ reversion_count: 1 });
    expect(read(directory, 'parser.js')).to.equal('new\n');
    data(directory, 'redo');
    expect(read(directory, 'parser.js')).to.equal('old\n');
    assertFsckClean(directory);
    const listed = git(directory, 'for-each-ref', '--format=%(refname)', 'refs/piton/checkpoint');
    expect(listed.split('\n')).to.have.lengthOf(
      (data(directory, 'log')['checkpoints'] as unknown[]).length,
    );
  });

  it('makes a patch that git applies', () => {
    const directory = workspace();
    write(directory, { 'a.txt': 'one\ntwo\n', 'crlf.txt': 'x\r\n' });
    data(directory, 'checkpoint', '-m', 'before');
    write(directory, { 'a.txt': 'one\n2\n', 'crlf.txt': 'y\r\n', 'new.txt': 'no newline' });
    const patch = piton(directory, ['diff']).stdout;
    data(directory, 'rollback');
    const applied = spawnSync('git', ['apply', '-'], {
      cwd: directory,
      env: TEST_ENV,
      input: patch,
    });
    expect(applied.stderr.toString()).to.equal('');
    expect(read(directory, 'a.txt') + read(directory, 'crlf.txt')).to.equal('one\n2\ny\r\n');
    expect(read(directory, 'new.txt')).to.equal('no newline');
  });

  it('takes paths from where the user stands', () => {
    const directory = workspace();
    mkdirSync(join(directory, 'src/deep'), { recursive: true });
    write(directory, { 'top.txt': '1', 'src/a.txt': '1', 'src/deep/b.txt': '1' });
    data(directory, 'checkpoint');
    write(directory, { 'top.txt': '2', 'src/a.txt': '2', 'src/deep/b.txt': '2' });
    const inside = join(directory, 'src/deep');
    expect(data(inside, 'rollback', '--path', '../a.txt', '--path', '.')).to.include({
      written: 2,
    });
    expect(read(directory, 'top.txt') + read(directory, 'src/a.txt')).to.equal('21');
    const link = join(tempDirectory(), 'link');
    symlinkSync(directory, link);
    const shown = data(link, '-C', 'src', 'diff', '--', '../top.txt', link);
    expect(shown['changes']).to.have.lengthOf(1);
    expect(error(inside, 'rollback', '--path', '../../..')).to.include({ code: 'USAGE', exit: 2 });
  });

  it('does what a dry run showed, or nothing', () => {
    const directory = workspace();
    write(directory, { a: '1' });
    data(directory, 'checkpoint');
    write(directory, { a: '2' });
    const { token } = data(directory, 'rollback', '--dry-run');
    expect(read(directory, 'a')).to.equal('2');
    write(directory, { a: '3' });
    expect(error(directory, 'rollback', '--token', String(token))).to.include({
      code: 'STALE_TOKEN',
      exit: 4,
    });
    const again = data(directory, 'rollback', '--dry-run');
    data(directory, 'rollback', '--token', String(again['token']));
    expect(read(directory, 'a')).to.equal('1');
  });

  it('keeps state of the caller', () => {
    const directory = workspace();
    const state = { phase: ['a', { b: null }] };
    const run = piton(directory, ['checkpoint', '--state', '-', '--json'], JSON.stringify(state));
    expect(run.code, run.stdout).to.equal(0);
    const { plans } = data(directory, 'plan', 'list') as { plans: { plan_id: string }[] };
    const plan = plans[0]?.plan_id ?? '';
    expect(data(directory, 'plan', 'show', plan))
      .nested.property('context.state')
      .deep.equal(state);
    data(directory, 'plan', 'set', plan, '--context', 'tries=2', '--every', '5m');
    const after = data(directory, 'plan', 'show', plan);
    expect(after).nested.property('context.tries', 2);
    expect(after).to.include({ checkpoint_every_seconds: 300 });
  });

  it('has exit codes that tell what went wrong', () => {
    const nowhere = tempDirectory();
    expect(error(nowhere, 'log')).to.include({ code: 'WORKSPACE_MISSING', exit: 3 });
    expect(error(join(nowhere), '-C', 'gone', 'log')).to.include({ exit: 3 });
    const directory = workspace();
    expect(error(directory, 'undo')).to.include({ exit: 3 });
    data(directory, 'plan', 'create', '--name', 'p', '--max-reversions', '0');
    write(directory, { a: '1' });
    data(directory, 'checkpoint');
    expect(error(directory, 'plan', 'show', 'nobody')).to.include({
      code: 'PLAN_NOT_FOUND',
      exit: 3,
    });
    expect(error(directory, 'show', 'nothing')).to.include({
      code: 'CHECKPOINT_NOT_FOUND',
      exit: 3,
    });
    expect(error(directory, 'rollback')).to.include({ code: 'REVERSION_LIMIT', exit: 4 });
    expect(error(directory, 'plan', 'create', '--name', 'p')).to.include({
      code: 'NAME_TAKEN',
      exit: 4,
    });
    expect(error(directory, 'frob')).to.include({ code: 'USAGE', exit: 2 });
  });

  it('names and deletes checkpoints and plans', () => {
    const directory = workspace();
    data(directory, 'plan', 'create', '--name', 'p');
    write(directory, { a: '1' });
    data(directory, 'checkpoint', '-m', 'first');
    write(directory, { a: '2' });
    data(directory, 'checkpoint', '-m', 'second');
    data(directory, 'plan', 'checkpoint', 'name', 'p', 'latest~1', 'green');
    expect(data(directory, 'show', 'green')).nested.property('checkpoint.reason', 'first');
    expect(piton(directory, ['log']).stdout).to.match(/"green" first\n$/);
    data(directory, 'plan', 'checkpoint', 'delete', 'p', 'green');
    expect(data(directory, 'log')['checkpoints']).to.have.lengthOf(1);
    expect(error(directory, 'plan', 'delete', 'p')).to.include({ code: 'USAGE', exit: 2 });
    data(directory, 'plan', 'delete', 'p', '--yes');
    expect(data(directory, 'plan', 'list')['plans']).to.be.empty;
    expect(git(directory, 'for-each-ref', 'refs/piton')).to.equal('');
  });

  it('shows names of files and plans harmless, and gives them exactly to programs', () => {
    const directory = workspace();
    const name = 'a\x1b]0;x\x07\n\u202eb';
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]), '1');
    write(directory, { [name]: '1' });
    data(directory, 'plan', 'create', '--name', 'p');
    data(directory, 'checkpoint', '-m', 'quiet \x9b words');
    write(directory, { [name]: '2' });
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]), '2');
    for (const args of [
      ['log'],
      ['show', 'latest'],
      ['diff', '--stat'],
      ['diff', '--json'],
      ['rollback'],
    ]) {
      const { stdout, stderr } = piton(directory, args);
      expect(stdout + stderr, args.join(' ')).not.to.match(/[^\P{Cc}\n]|\u202e/u);
      write(directory, { [name]: '2' });
      writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff])]), '2');
    }
    const paths = (data(directory, 'diff')['changes'] as { path: unknown }[]).map(
      ({ path }) => path,
    );
    expect(paths).to.deep.equal([name, { base64: '/w==' }]);
  });

  it('obeys no variable of git', () => {
    const directory = workspace();
    const other = workspace();
    write(directory, { a: '1' });
    const env = { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other, GIT_INDEX_FILE: '/nowhere' };
    expect(piton(directory, ['checkpoint', '--json'], '', env).code).to.equal(0);
    expect(git(other, 'for-each-ref', 'refs/piton')).to.equal('');
    expect(git(directory, 'for-each-ref', 'refs/piton')).not.to.equal('');
  });

  it('works with either engine', () => {
    const directory = workspace();
    for (const engine of ['native', 'embedded']) {
      write(directory, { a: engine });
      const made = data(directory, 'checkpoint', '--engine', engine);
      expect(made).to.include({ created: true });
      const run = piton(directory, ['checkpoint', '--json'], '', { PITON_ENGINE: engine });
      expect(run.stdout).to.include('"created":false');
    }
    assertFsckClean(directory);
  });

  it('says where the workspace stands', () => {
    const directory = workspace();
    data(directory, 'plan', 'create', '--name', 'p');
    write(directory, { a: '1' });
    data(directory, 'checkpoint', '-m', 'first');
    write(directory, { b: '1' });
    expect(data(directory, 'status')).to.deep.include({
      changes: { added: 1, modified: 0, deleted: 0 },
    });
    expect(piton(directory, ['status']).stdout).to.match(
      /^changes +1 added, 0 modified, 0 deleted$/m,
    );
  });

  it('verifies, and says what is damaged', () => {
    const directory = workspace();
    write(directory, { a: 'contents that only this checkpoint has\n' });
    data(directory, 'checkpoint');
    expect(data(directory, 'verify', '--all')).to.deep.include({ damaged: [] });
    const blob = git(directory, 'hash-object', 'a');
    const file = join(directory, '.git/objects', blob.slice(0, 2), blob.slice(2));
    spawnSync('rm', ['-f', file]);
    const found = error(directory, 'verify');
    expect(found).to.include({ code: 'OBJECT_DAMAGED', exit: 6 });
    expect(found).nested.property('details.damaged').with.lengthOf(1);
    expect(piton(directory, ['verify']).stdout).to.include(blob);
  });

  it('finds nothing wrong where nothing is', () => {
    const directory = workspace();
    write(directory, { a: '1' });
    data(directory, 'checkpoint');
    expect(data(directory, 'doctor')).to.deep.include({ problems: [], repair: false });
    expect(data(directory, 'doctor', '--repair')).to.deep.include({ problems: [], repair: true });
    expect(data(directory, 'recover')).to.include({ recovered: false });
  });
});
