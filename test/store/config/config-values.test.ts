import { expect } from 'chai';
import { PitonError } from '../../../src/core/errors.js';
import { createConfig } from '../../../src/store/config/config-values.js';
import { tryGit } from '../../helpers/git.js';
import { tempDirectory } from '../../helpers/temp.js';

const directory = tempDirectory();

function byGit(type: 'bool' | 'int', value: string): string | undefined {
  const run = tryGit(directory, ['-c', `a.b=${value}`, 'config', `--type=${type}`, 'a.b']);
  return run.status === 0 ? run.stdout.toString().trim() : undefined;
}

describe('createConfig', () => {
  const one = (value: string | null) =>
    createConfig([{ key: 'a.b', value, fromRepository: false }]);

  it('gives the last value, all values, and the keys in order of appearance', () => {
    const config = createConfig([
      { key: 'x.y', value: '1', fromRepository: false },
      { key: 'a.b', value: null, fromRepository: false },
      { key: 'x.y', value: '2', fromRepository: true },
    ]);
    expect(config.get('x.y')).to.equal('2');
    expect(config.getAll('x.y')).to.deep.equal(['1', '2']);
    expect(config.getAll('a.b')).to.deep.equal(['']);
    expect(config.get('a.b')).to.equal('');
    expect(config.keys()).to.deep.equal(['x.y', 'a.b']);
  });

  it('says undefined or nothing for an absent key', () => {
    const config = createConfig([]);
    expect(config.get('a.b')).to.equal(undefined);
    expect(config.getAll('a.b')).to.deep.equal([]);
    expect(config.getBoolean('a.b')).to.equal(undefined);
    expect(config.getInteger('a.b')).to.equal(undefined);
  });

  it('tells whose the last value is, and takes the unknown for hostile', () => {
    const user = { key: 'a.b', value: '1', fromRepository: false };
    const own = { ...user, fromRepository: true };
    expect(createConfig([own, user]).isFromRepository?.('a.b')).to.equal(false);
    expect(createConfig([user, own]).isFromRepository?.('a.b')).to.equal(true);
    expect(createConfig([user]).isFromRepository?.('x.y')).to.equal(true);
  });

  it('takes a variable without a value as true', () => {
    expect(one(null).getBoolean('a.b')).to.equal(true);
    expect(one('').getBoolean('a.b')).to.equal(false);
  });

  for (const value of [
    'yes',
    'ON',
    'True',
    '1',
    '-2',
    '1k',
    'no',
    'Off',
    'false',
    '0',
    '0x0',
    '',
  ]) {
    it(`reads the boolean ${JSON.stringify(value)} as git does`, () => {
      expect(String(one(value).getBoolean('a.b'))).to.equal(byGit('bool', value));
    });
  }

  it('refuses what is no boolean', () => {
    expect(byGit('bool', 'maybe')).to.equal(undefined);
    expect(() => one('maybe').getBoolean('a.b'))
      .to.throw(PitonError)
      .with.property('code', 'UNSUPPORTED_REPOSITORY');
  });

  const INTEGERS = ['0', '-0', '7', '+7', '-7', '010', '08', '0x1F', '0xg', '1k', '2M', '1g', '1t'];
  for (const value of [...INTEGERS, ' 3', '3 ', '', 'x', '1.5', '1 k', '00k', '-3k']) {
    it(`reads the integer ${JSON.stringify(value)} as git does`, () => {
      const number = one(value).getInteger('a.b');
      expect(number === undefined ? undefined : String(number)).to.equal(byGit('int', value));
    });
  }

  it('has no number for what a double cannot hold', () => {
    expect(one('9007199254740993').getInteger('a.b')).to.equal(undefined);
  });
});
