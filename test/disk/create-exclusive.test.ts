import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createExclusive } from '../../src/disk/create-exclusive.js';
import { tempDirectory } from '../helpers/temp.js';
import { systemCode } from './thrown.js';

function failing(code: string) {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

describe('createExclusive', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = tempDirectory();
    path = join(directory, 'f');
  });

  for (const [how, link] of [
    ['with hard links', undefined],
    ['without hard links', failing('EPERM')],
  ] as const) {
    it(`makes a file once (${how})`, () => {
      expect(createExclusive(path, 'one', link)).to.equal(true);
      expect(createExclusive(path, 'two', link)).to.equal(false);
      expect(readFileSync(path, 'utf8')).to.equal('one');
      expect(readdirSync(directory)).to.deep.equal(['f']);
    });
  }

  it('shows the file only with its contents', () => {
    let seen: string[] = [];
    createExclusive(path, 'all', (temp, target) => {
      seen = [readFileSync(temp, 'utf8'), target.toString()];
    });
    expect(seen).to.deep.equal(['all', path]);
  });

  it('throws what the system says, and leaves nothing', () => {
    expect(systemCode(() => createExclusive(path, 'x', failing('EIO')))).to.equal('EIO');
    expect(readdirSync(directory)).to.deep.equal([]);
    expect(systemCode(() => createExclusive(join(path, 'g'), 'x'))).to.equal('ENOENT');
    writeFileSync(path, '');
    expect(systemCode(() => createExclusive(join(path, 'g'), 'x'))).to.equal('ENOTDIR');
  });

  it('leaves nothing when there is no room for the contents', () => {
    const module = new URL('../../src/disk/create-exclusive.js', import.meta.url).href;
    const script = `
      import { createExclusive } from ${JSON.stringify(module)};
      process.on('SIGXFSZ', () => {});
      try { createExclusive(${JSON.stringify(path)}, 'x'); }
      catch (error) { process.stdout.write(error.code); }`;
    const command = 'ulimit -f 0; exec "$0" --input-type=module -e "$1"';
    const run = spawnSync('bash', ['-c', command, process.execPath, script]);
    expect(run.stdout.toString()).to.equal('EFBIG');
    expect(readdirSync(directory)).to.deep.equal([]);
  });
});
