import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeRepository, TEST_ENV } from '../helpers/git.js';
import { ROOT } from '../house/source.js';

const PROGRAM = join(ROOT, 'bin/piton.js');

/** The files of `dist` that a command loads, by their sources; it is run to its end. */
function loadedBy(directory: string, ...args: string[]): string[] {
  const list =
    `process.once('exit', () => process.stderr.write(JSON.stringify(` +
    `Object.keys(require.cache).filter((path) => path.endsWith('.cjs')))));` +
    `process.argv.splice(1, 0, ${JSON.stringify(PROGRAM)}); require(process.argv[1]);`;
  const run = spawnSync(process.execPath, ['-e', list, '--', ...args], {
    cwd: directory,
    env: TEST_ENV,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).to.equal(0);
  const paths = JSON.parse(run.stderr) as string[];
  return paths.map((path) => readFileSync(path, 'utf8'));
}

/** Words of packages that take long to load, as they stand in them. */
const HEAVY = { yargs: 'y18n', 'isomorphic-git': 'MultipleGitError', execa: 'node_modules/isexe' };

describe('package: start-up', () => {
  it('loads next to nothing to tell its version', () => {
    const sources = loadedBy(ROOT, '--version');
    expect(sources).to.have.length.of.at.most(4);
    expect(sources.join('')).to.have.length.of.at.most(10_000);
  });

  it('loads few files for what is called at every step, and no heavy package', () => {
    const root = makeRepository();
    const commands = [['checkpoint', '--json'], ['status', '--json'], ['checkpoint'], ['log']];
    for (const command of commands) {
      const sources = loadedBy(root, ...command);
      expect(sources, command.join(' ')).to.have.length.of.at.most(8);
      const text = sources.join('');
      expect(text).to.have.length.of.at.most(700_000);
      for (const word of Object.values(HEAVY)) expect(text).not.to.include(word);
    }
  });

  it('finds heavy packages where they are', () => {
    for (const [name, word] of Object.entries(HEAVY)) {
      const found = spawnSync('grep', ['-lr', word, join(ROOT, 'dist'), '--include=*.cjs']);
      expect(found.stdout.toString(), name).not.to.equal('');
    }
  });
});
