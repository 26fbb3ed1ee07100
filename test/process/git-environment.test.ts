import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGit } from '../../src/process/run-git.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failureOf, rejectionOf } from './errors.js';
import { fakeGit, realGit, repositoryAt, shellScript } from './programs.js';

describe('the environment of git', () => {
  async function environment(call = {}): Promise<Map<string, string>> {
    const run = await runGit(fakeGit('env -0'), { args: [], ...call });
    const lines = run.stdout.toString().split('\0').filter(Boolean);
    return new Map(lines.map((line) => [line.split('=', 1)[0] ?? '', line.replace(/^.*?=/, '')]));
  }

  it('has nothing of the environment of piton', async () => {
    process.env['GIT_DIR'] = '/elsewhere';
    process.env['SECRET'] = 'x';
    try {
      const seen = await environment();
      // The shell that plays git adds these, and node the last when coverage is measured.
      for (const name of ['PWD', 'OLDPWD', 'SHLVL', '_', 'NODE_V8_COVERAGE']) seen.delete(name);
      expect([...seen.keys()].sort()).to.deep.equal([
        'GIT_ALLOW_PROTOCOL',
        'GIT_ASKPASS',
        'GIT_ATTR_NOSYSTEM',
        'GIT_AUTHOR_EMAIL',
        'GIT_AUTHOR_NAME',
        'GIT_COMMITTER_EMAIL',
        'GIT_COMMITTER_NAME',
        'GIT_CONFIG_COUNT',
        'GIT_CONFIG_GLOBAL',
        'GIT_CONFIG_KEY_0',
        'GIT_CONFIG_KEY_1',
        'GIT_CONFIG_NOSYSTEM',
        'GIT_CONFIG_VALUE_0',
        'GIT_CONFIG_VALUE_1',
        'GIT_LITERAL_PATHSPECS',
        'GIT_NO_LAZY_FETCH',
        'GIT_NO_REPLACE_OBJECTS',
        'GIT_OPTIONAL_LOCKS',
        'GIT_TEMPLATE_DIR',
        'GIT_TERMINAL_PROMPT',
        'HOME',
        'LC_ALL',
        'PATH',
        'SSH_ASKPASS_REQUIRE',
      ]);
      expect(seen.get('HOME')).to.equal('/dev/null');
      expect(seen.get('GIT_ALLOW_PROTOCOL')).to.equal('none');
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['SECRET'];
    }
  });

  it('has what a remote needs, when there is one', async () => {
    const remote = {
      protocols: ['file', 'ssh'],
      environment: { HOME: '/home/me' },
      configFiles: [],
      asks: false,
    };
    const seen = await environment({ remote });
    expect(seen.get('HOME')).to.equal('/home/me');
    expect(seen.get('GIT_ALLOW_PROTOCOL')).to.equal('none:file:ssh');
    expect(seen.get('GIT_CONFIG_GLOBAL')).to.equal('/dev/null');
  });

  it('reaches a remote by the protocols that are allowed, and otherwise none', async () => {
    const remoteDirectory = makeRepository();
    git(remoteDirectory, 'commit', '-q', '--allow-empty', '-m', 'x');
    const repository = repositoryAt(makeRepository());
    const args = ['fetch', `file://${remoteDirectory}`, 'main:refs/heads/fetched'];
    const refused = await failureOf(runGit(realGit(), { repository, args }));
    expect(refused.message).to.contain("transport 'file' not allowed");
    const remote = { protocols: ['file'] as const, environment: {}, configFiles: [], asks: false };
    await runGit(realGit(), { repository, args, remote });
    const args2 = ['rev-parse', 'refs/heads/fetched'];
    const fetched = await runGit(realGit(), { repository, args: args2 });
    expect(fetched.stdout.toString().trim()).to.equal(git(remoteDirectory, 'rev-parse', 'main'));
    expect(readdirSync(join(repository.gitDir, 'objects')).length).to.be.greaterThan(2);
  });

  it('has the settings of the call, whatever is in their keys and values', async () => {
    const repository = repositoryAt(makeRepository());
    const config = { 'url.a=b.insteadOf': 'x = "y"\n', 'gc.pruneExpire': 'never' };
    const args = ['config', '-z', '--list'];
    const run = await runGit(realGit(), { repository, args, config });
    const lines = run.stdout.toString().split('\0');
    expect(lines).to.include('url.a=b.insteadof\nx = "y"\n');
    expect(lines).to.include('gc.pruneexpire\nnever');
  });

  it('starts nothing in the background', async () => {
    const directory = makeRepository();
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'x');
    git(directory, 'config', 'gc.auto', '1');
    const remote = makeRepository();
    for (const name of ['1', '2', '3', '4']) {
      git(remote, 'commit', '-q', '--allow-empty', '-m', name);
    }
    const repository = repositoryAt(directory);
    const access = { protocols: ['file'] as const, environment: {}, configFiles: [], asks: false };
    const args = ['fetch', `file://${remote}`, 'main:refs/heads/fetched'];
    const trace = join(tempDirectory(), 'trace');
    access.environment = { GIT_TRACE: trace };
    await runGit(realGit(), { repository, args, remote: access });
    expect(readFileSync(trace, 'utf8')).not.to.match(/run_command: .*(gc|maintenance)/);
  });

  it('includes config files for a remote, and is stronger than they', async () => {
    const file = join(tempDirectory(), 'own.config');
    writeFileSync(file, '[maintenance]\n\tauto = true\n[user]\n\tfromfile = yes\n');
    const remote = {
      protocols: [],
      environment: {},
      configFiles: [file, '/no/such/file'],
      asks: false,
    };
    const read = async (key: string) => {
      const { stdout } = await runGit(realGit(), { args: ['config', '--get', key], remote });
      return stdout.toString();
    };
    expect(await read('user.fromfile')).to.equal('yes\n');
    expect(await read('maintenance.auto')).to.equal('false\n');
  });

  it('makes repositories without hooks', async () => {
    const directory = tempDirectory();
    await runGit(realGit(), { args: ['init', '-q', join(directory, 'new')] });
    expect(existsSync(join(directory, 'new/.git/HEAD'))).to.equal(true);
    expect(existsSync(join(directory, 'new/.git/hooks'))).to.equal(false);
  });

  it('has an identity, so that commits need none of the user', async () => {
    const repository = repositoryAt(makeRepository());
    const tree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
    const args = ['commit-tree', '-m', 'x', tree];
    const commit = (await runGit(realGit(), { repository, args })).stdout.toString().trim();
    const shown = await runGit(realGit(), { repository, args: ['cat-file', '-p', commit] });
    expect(shown.stdout.toString()).to.match(/^author piton <piton@localhost> \d+/m);
    expect(shown.stdout.toString()).to.match(/^committer piton <piton@localhost> \d+/m);
  });

  it('shows objects as they are, not as refs/replace would have them', async () => {
    const directory = makeRepository();
    const hash = (text: string) =>
      tryGit(directory, ['hash-object', '-w', '--stdin'], text).stdout.toString().trim();
    const [real, fake] = [hash('real'), hash('fake')];
    git(directory, 'replace', real, fake);
    expect(git(directory, 'cat-file', 'blob', real)).to.equal('fake');
    const args = ['cat-file', 'blob', real];
    const run = await runGit(realGit(), { repository: repositoryAt(directory), args });
    expect(run.stdout.toString()).to.equal('real');
  });

  it('takes paths as they are spelt', async () => {
    const directory = makeRepository();
    writeFileSync(join(directory, 'f'), '');
    const call = { repository: repositoryAt(directory), workTree: directory };
    const error = await failureOf(runGit(realGit(), { ...call, args: ['add', '--', '*'] }));
    expect(error.message).to.contain('did not match any files');
  });

  it('does not obey the config of submodules', async () => {
    const marker = join(tempDirectory(), 'marker');
    const [inner, outer] = [makeRepository(), makeRepository()];
    git(inner, 'commit', '-q', '--allow-empty', '-m', '1');
    const file = ['-c', 'protocol.file.allow=always'];
    git(outer, ...file, 'submodule', '--quiet', 'add', inner, 'sub');
    git(outer, 'commit', '-q', '-m', '1');
    const clone = join(tempDirectory(), 'clone');
    git(outer, ...file, 'clone', '-q', '--recurse-submodules', outer, clone);
    git(inner, 'commit', '-q', '--allow-empty', '-m', '2');
    git(join(outer, 'sub'), ...file, 'pull', '-q');
    git(outer, 'commit', '-qam', '2');
    const program = shellScript(`touch ${marker}; exit 1`);
    git(join(clone, 'sub'), 'config', 'remote.origin.uploadpack', program);

    const repository = repositoryAt(clone);
    const access = { protocols: ['file'] as const, environment: {}, configFiles: [], asks: false };
    const fetch = (name: string, config = {}) =>
      runGit(realGit(), {
        repository,
        workTree: clone,
        remote: access,
        config,
        args: ['fetch', `file://${outer}`, `main:refs/heads/${name}`],
      });
    await fetch('one');
    expect(existsSync(marker)).to.equal(false);
    await rejectionOf(fetch('two', { 'fetch.recurseSubmodules': 'true' }));
    expect(existsSync(marker)).to.equal(true);
  });
});
