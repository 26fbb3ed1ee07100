import { expect } from 'chai';
import { stageEnvironment } from './environment.js';

describe('run: environment', () => {
  it('keeps out what changes git, piton, Node or the language', () => {
    const outer = {
      PATH: '/bin',
      HOME: '/home/me',
      GIT_DIR: '/elsewhere',
      GIT_CONFIG_GLOBAL: '/elsewhere',
      PITON_ENGINE: 'native',
      NODE_OPTIONS: '--inspect',
      XDG_CONFIG_HOME: '/home/me/.config',
      LANG: 'de_DE.UTF-8',
    };
    expect(stageEnvironment(outer, '/scratch')).to.deep.equal({
      PATH: '/bin',
      HOME: '/scratch/home',
      TMPDIR: '/scratch/tmp',
      LC_ALL: 'C',
      TZ: 'UTC',
      GIT_CONFIG_NOSYSTEM: '1',
      npm_config_cache: '/home/me/.npm',
      npm_config_userconfig: '/home/me/.npmrc',
      npm_config_update_notifier: 'false',
    });
  });

  it('keeps how npm reaches its registry', () => {
    const outer = { HOME: '/home/me', npm_config_cache: '/cache', https_proxy: 'http://proxy' };
    expect(stageEnvironment(outer, '/scratch')).to.include({
      npm_config_cache: '/cache',
      https_proxy: 'http://proxy',
    });
  });
});
