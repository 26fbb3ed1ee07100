import { expect } from 'chai';
import { PitonError } from '../../src/core/errors.js';
import { addressOf } from '../../src/remote/address.js';
import { createConfig } from '../../src/store/config/config-values.js';

function places(values: Record<string, string> = {}, fromRepository = true) {
  const entries = Object.entries(values).map(([key, value]) => ({ key, value, fromRepository }));
  return { config: createConfig(entries), root: '/w', directory: '/w/sub' };
}

function refusal(remote: string, direction: 'push' | 'fetch', values = {}): PitonError {
  try {
    addressOf(remote, direction, places(values));
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error(`${remote} was taken`);
}

const NET = ['git', 'http', 'https', 'ssh'];

describe('remote: addresses', () => {
  it('are those of git', () => {
    for (const url of [
      'https://host/r.git',
      'https://me:secret@host:8080/r',
      'http://host/r',
      'ssh://me@host/r.git',
      'git://host/r',
      'me@host:r.git',
      'host:/srv/r.git',
    ]) {
      expect(addressOf(url, 'push', places()), url).to.deep.equal({ url, protocols: NET });
    }
  });

  it('are paths from where the user stands', () => {
    for (const [given, path] of [
      ['../r.git', '/w/r.git'],
      ['r', '/w/sub/r'],
      ['/srv/r', '/srv/r'],
      ['/srv/a:b', '/srv/a:b'],
      ['./a:b', '/w/sub/a:b'],
      ['file:///srv/r', '/srv/r'],
    ] as const) {
      const address = { url: path, protocols: ['file'] };
      expect(addressOf(given, 'push', places()), given).to.deep.equal(address);
    }
  });

  it('run no program and are no option', () => {
    for (const url of [
      '',
      '-oProxyCommand=x',
      '--upload-pack=x',
      'ext::sh -c x',
      'fd::17',
      'https::https://host/r',
      'ssh://-oProxyCommand=x/r',
      'ssh://me@-oProxyCommand=x/r',
      'ssh://',
      '-x:r',
      'me@-x:r',
      'git+ssh://host/r',
      'ftp://host/r',
      'file://host/r',
      'https://host/r\nx',
    ]) {
      expect(refusal(url, 'fetch'), url).to.include({ code: 'USAGE' });
    }
  });

  it('can be the names of remotes, whose paths begin at the root', () => {
    const values = {
      'remote.o.url': 'https://host/fetch',
      'remote.o.pushurl': 'https://host/push',
      'remote.path.url': '../r.git',
      'remote.bad.url': 'ext::sh -c x',
    };
    const url = (remote: string, direction: 'push' | 'fetch') =>
      addressOf(remote, direction, places(values)).url;
    expect(url('o', 'fetch')).to.equal('https://host/fetch');
    expect(url('o', 'push')).to.equal('https://host/push');
    expect(url('path', 'fetch')).to.equal('/r.git');
    expect(refusal('bad', 'fetch', values)).to.include({ code: 'USAGE' });
  });

  it('lead to no hooks that only the repository chose', () => {
    const values = { 'remote.o.url': '/evil' };
    expect(refusal('o', 'push', values).hint).to.include('piton push /evil');
    const own = places(values, false);
    expect(addressOf('o', 'push', own)).to.deep.equal({ url: '/evil', protocols: ['file'] });
    const config = { ...places(values).config };
    delete config.isFromRepository;
    expect(() => addressOf('o', 'push', { ...places(), config })).to.throw(PitonError);
  });
});
