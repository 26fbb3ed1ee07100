import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { pitonVersion } from '../../src/cli/version.js';

const given = globalThis as { PITON_VERSION?: string };

describe('cli: version', () => {
  afterEach(() => {
    delete given.PITON_VERSION;
  });

  it("is the package's own when nothing was built in", () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(pitonVersion()).to.equal(version);
  });

  it('is what was built in', () => {
    given.PITON_VERSION = '12.3.4';
    expect(pitonVersion()).to.equal('12.3.4');
  });
});
