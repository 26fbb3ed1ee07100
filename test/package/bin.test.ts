import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { TEST_ENV } from '../helpers/git.js';
import { ROOT } from '../house/source.js';

/** Runs the program as if Node were of another release, by a module loaded before it. */
function runOn(version: string): { status: number | null; stderr: string } {
  const pretend = `Object.defineProperty(process, 'version', { value: '${version}' })`;
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
  const args = ['--import', preload, join(ROOT, 'bin/piton.js'), '--version'];
  return spawnSync(process.execPath, args, { env: TEST_ENV, encoding: 'utf8' });
}

describe('package: bin', () => {
  it('refuses an old Node in words', () => {
    for (const version of ['v18.20.4', 'v20.18.3']) {
      const run = runOn(version);
      expect(run.status).to.equal(1);
      expect(run.stderr).to.equal(`piton needs Node 20.19 or newer; this is ${version}\n`);
    }
  });

  it('accepts the releases that it promises', () => {
    for (const version of ['v20.19.0', 'v22.12.0', 'v24.0.0', 'v100.0.0']) {
      expect(runOn(version)).to.include({ status: 0, stderr: '' });
    }
  });
});
