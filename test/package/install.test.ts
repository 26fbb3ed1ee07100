import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ROOT } from '../house/source.js';

/** Everything that may be in the package; a source map or a test would be a mistake. */
const ALLOWED = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^bin\/(?:piton\.js|package\.json)$/,
  /^docs\/(?:(?:decisions|hosts|reference)\/)?[\w-]+\.md$/,
  /^dist\/(?:cli|code-cache|cli-[A-Z0-9]{8})\.cjs$/,
  /^dist\/(?:index|(?:hash|list)-worker|chunk-[A-Z0-9]{8})\.js$/,
  /^dist\/(?:git-)?piton\.1$/,
  /^dist\/THIRD-PARTY-LICENSES\.txt$/,
  /^dist\/types\/[\w/-]+\.d\.ts$/,
];

const REQUIRED = [
  'bin/package.json',
  'bin/piton.js',
  'dist/cli.cjs',
  'dist/code-cache.cjs',
  'dist/git-piton.1',
  'dist/index.js',
  'dist/hash-worker.js',
  'dist/list-worker.js',
  'dist/types/index.d.ts',
  'dist/THIRD-PARTY-LICENSES.txt',
];

const CONSUMER = `
import { openWorkspace } from 'piton';
import manifest from 'piton/package.json' with { type: 'json' };

const workspace: Awaited<ReturnType<typeof openWorkspace>> = await openWorkspace({
  directory: import.meta.dirname,
});
// @ts-expect-error an option that is misspelt must not compile
await openWorkspace({ directry: '.' }).catch(() => undefined);
console.log(typeof workspace, manifest.name);
`;

const STRICT = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** Runs a program to its end; a failure is thrown with all that it said. */
function run(directory: string, program: string, args: string[], searchPath?: string): string {
  const env = { ...process.env, PATH: searchPath ?? process.env['PATH'] };
  const done = spawnSync(program, args, { cwd: directory, env, encoding: 'utf8' });
  if (done.error) throw done.error;
  if (done.status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${done.status}\n${done.stdout}${done.stderr}`);
  }
  return done.stdout;
}

/** Enough that hashing them goes to worker threads. */
const FILES_FOR_THREADS = 6_000;

describe('package: install', () => {
  const consumer = tempDirectory();
  let packed: Packed;
  let tarball: string;
  let version: string;

  before(() => {
    const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
    version = (JSON.parse(manifest) as { version: string }).version;
    const target = tempDirectory();
    // The project's own scripts say what goes into the package, so they run.
    const said = run(ROOT, 'npm', ['pack', '--silent', '--json', '--pack-destination', target]);
    packed = (JSON.parse(said.slice(said.indexOf('[\n'))) as [Packed])[0];
    writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
    tarball = join(target, packed.filename);
    run(consumer, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball]);
  });

  it('holds what it should and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).to.include.members(REQUIRED);
    const strange = paths.filter((path) => !ALLOWED.some((form) => form.test(path)));
    expect(strange).to.deep.equal([]);
  });

  it('runs as piton and as git piton', () => {
    const said = run(consumer, 'npx', ['--no-install', 'piton', '--version']);
    expect(said.trim()).to.equal(`piton ${version}`);
    const searchPath = `${join(consumer, 'node_modules/.bin')}:${process.env['PATH']}`;
    const byGit = run(consumer, 'git', ['piton', '--version'], searchPath);
    expect(byGit.trim()).to.equal(`piton ${version}`);
  });

  it('brings the manual page along that git looks for', () => {
    const prefix = tempDirectory();
    const args = ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund'];
    run(consumer, 'npm', [...args, '--prefer-offline', tarball]);
    const searchPath = `${join(prefix, 'bin')}:${process.env['PATH']}`;
    // man finds pages beside the folders of programs.
    const more = { PATH: searchPath, MANPATH: undefined, MANPAGER: 'cat', LC_ALL: 'C.UTF-8' };
    const env = { ...process.env, ...more };
    const help = spawnSync('git', ['piton', '--help'], { cwd: consumer, env, encoding: 'utf8' });
    expect([help.status, help.stderr]).to.deep.equal([0, '']);
    expect(help.stdout)
      .to.match(/^GIT-PITON\(1\)/)
      .and.contain('$ piton rollback');
    expect(run(consumer, 'git', ['piton', '--version'], searchPath)).to.match(/^piton \d/);
  });

  it('makes a checkpoint from the bundle, worker threads and all', () => {
    const workspace = makeRepository();
    mkdirSync(join(workspace, 'many'));
    for (let index = 0; index < FILES_FOR_THREADS; index += 1) {
      writeFileSync(join(workspace, 'many', String(index)), `${index}\n`.repeat(200));
    }
    const bin = join(consumer, 'node_modules/.bin/piton');
    const said = run(workspace, bin, ['checkpoint', '--json']);
    const result = JSON.parse(said) as { ok: boolean; data: { checkpoint: { files: number } } };
    expect(result.ok).to.equal(true);
    expect(result.data.checkpoint.files).to.equal(FILES_FOR_THREADS);
  });

  it('works where there is nothing but Node: no repository, no git', () => {
    const workspace = tempDirectory();
    writeFileSync(join(workspace, 'file'), 'first\n');
    const bin = join(consumer, 'node_modules/.bin/piton');
    const programs = tempDirectory();
    symlinkSync(process.execPath, join(programs, 'node'));
    const piton = (...args: string[]): string => run(workspace, bin, args, programs);
    expect(piton('checkpoint', '--json')).to.contain('"ok":true');
    writeFileSync(join(workspace, 'file'), 'second\n');
    expect(piton('diff')).to.contain('+second');
    piton('rollback');
    expect(readFileSync(join(workspace, 'file'), 'utf8')).to.equal('first\n');
    expect(piton('status')).to.contain('embedded');
  });

  it('is a library with types', () => {
    writeFileSync(join(consumer, 'consumer.mts'), CONSUMER);
    mkdirSync(join(consumer, 'node_modules/@types'), { recursive: true });
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const forNode = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const typeRoots = ['--typeRoots', join(ROOT, 'node_modules/@types')];
    const args = [compiler, ...STRICT, ...forNode, ...typeRoots, 'consumer.mts'];
    run(consumer, process.execPath, args);
    run(consumer, 'git', ['init', '-q']);
    expect(run(consumer, process.execPath, ['consumer.mjs']).trim()).to.equal('object piton');
  });

  it('says where its licences are', () => {
    const folder = join(consumer, 'node_modules/piton/dist');
    const licences = readFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['isomorphic-git', 'yargs', 'execa'])
      expect(licences).to.contain(`${name} `);
    expect(readdirSync(folder).filter((name) => name.endsWith('.map'))).to.deep.equal([]);
  });
});
