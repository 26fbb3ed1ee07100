import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDirectory } from '../helpers/temp.js';
import {
  describeMounting,
  isInNamespaces,
  mountMemory,
  setReadOnly,
  unmountAll,
} from './mounts.js';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

describeMounting('a mount', import.meta.url, function () {
  this.timeout(60_000);
  afterEach(unmountAll);

  it('is a real one: it can be made read-only', () => {
    const disk = mountMemory(tempDirectory());
    const write = (): void => {
      writeFileSync(join(disk, 'file'), '');
    };
    write();
    setReadOnly(disk, true);
    expect(write).to.throw().with.property('code', 'EROFS');
  });
});

describe('mounting without the right to', function () {
  this.timeout(60_000);

  it('is done in namespaces, where the tests are run again', () => {
    // Only root has the right that is taken away here, and then once.
    if (process.getuid?.() !== 0 || isInNamespaces()) return;
    const mocha = [MOCHA, '--no-config', '--no-package', fileURLToPath(import.meta.url)];
    const command = [process.execPath, ...mocha, '--grep', '^a mount'];
    const { status, stdout, stderr } = spawnSync(
      'setpriv',
      ['--bounding-set=-sys_admin', '--inh-caps=-sys_admin', ...command],
      { cwd: dirname(dirname(MOCHA)), encoding: 'utf8' },
    );
    expect(status, stdout + stderr).to.equal(0);
    expect(stdout).to.match(/in namespaces of its own/);
    expect(stdout).not.to.match(/it can be made read-only/);
  });
});
