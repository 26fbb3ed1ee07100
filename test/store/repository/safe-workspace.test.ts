import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PitonError } from '../../../src/core/errors.js';
import { assertSafeWorkspace } from '../../../src/store/repository/safe-workspace.js';
import { tempDirectory } from '../../helpers/temp.js';

describe('assertSafeWorkspace', () => {
  const home = tempDirectory();
  const user = (path: string) => ({ home: path, configHome: path, systemConfig: null });

  function expectRefused(root: string, homePath: string, what: string): void {
    expect(() => {
      assertSafeWorkspace(root, user(homePath));
    })
      .to.throw(PitonError, what)
      .with.property('code', 'UNSAFE_WORKSPACE');
  }

  it('refuses the root, the home folder and what holds it', () => {
    expectRefused('/', home, 'is the root');
    expectRefused(home, home, 'is the home folder');
    expectRefused(dirname(home), home, 'a parent of the home folder');
  });

  it('takes folders inside the home folder and beside it', () => {
    mkdirSync(join(home, 'work'));
    assertSafeWorkspace(join(home, 'work'), user(home));
    assertSafeWorkspace(`${home}-other`, user(home));
    assertSafeWorkspace(home.slice(0, -1), user(home));
    assertSafeWorkspace(tempDirectory(), user(home));
  });

  it('compares real paths', () => {
    const link = join(tempDirectory(), 'link');
    symlinkSync(home, link);
    expectRefused(home, link, 'is the home folder');
    expectRefused(link, home, 'is the home folder');
  });

  it('works when the home folder is not there', () => {
    const gone = join(home, 'gone');
    expectRefused(home, gone, 'a parent of the home folder');
    assertSafeWorkspace(tempDirectory(), user(gone));
  });
});
