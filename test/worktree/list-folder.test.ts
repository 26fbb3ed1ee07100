import { expect } from 'chai';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { listFolder, listRoot, type Listing } from '../../src/worktree/list-folder.js';
import { watchingCalls } from '../concurrency/at-call.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody } from './scanning.js';

/** Lists a folder as its parent saw it, after something was done to it since. */
function listed(path: string, meanwhile = (): void => undefined): Listing | string {
  const seen = lstatSync(path, { bigint: true });
  meanwhile();
  return listFolder(bytePathFromText(path), seen);
}

function namesOf(listing: Listing | string): unknown {
  return typeof listing === 'string' ? listing : listing.found;
}

describe('worktree: listing a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(tempDirectory(), 'folder');
    mkdirSync(folder);
  });

  it('tells what is there in the order of git trees, and of .git only that it is', () => {
    for (const name of ['a', '.git', 'a.b']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'a-b'), '');
    const listing = listed(folder) as Listing;
    expect(namesOf(listing)).to.deep.equal(['a-b', 'a.b', 'a']);
    expect([...listing.names].sort()).to.deep.equal(['.git', 'a', 'a-b', 'a.b']);
    expect(listing).to.deep.include({ isReadable: true, unreadable: [] });
  });

  it('tells a folder that is gone from one that is something else by now', () => {
    expect(listed(folder, () => rmdirSync(folder))).to.equal('vanished');
    mkdirSync(folder);
    const becomesLink = (): void => {
      renameSync(folder, `${folder}-moved`);
      symlinkSync('/', folder);
    };
    expect(listed(folder, becomesLink)).to.equal('unstable');
  });

  it('looks again at a folder whose place another one has taken', () => {
    const becomesAnother = (): void => {
      renameSync(folder, `${folder}-moved`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'new'), '');
    };
    expect(namesOf(listed(folder, becomesAnother))).to.deep.equal(['new']);
  });

  it('gives up on one whose place another one takes again and again', async () => {
    let number = 0;
    const replace = (): void => {
      renameSync(folder, `${folder}-${++number}`);
      mkdirSync(folder);
    };
    const watched = { before: replace, after: () => undefined };
    const seen = lstatSync(folder, { bigint: true });
    const path = bytePathFromText(folder);
    const end = await watchingCalls(watched, () => Promise.resolve(listFolder(path, seen)));
    expect(end).to.equal('unstable');
  });

  it('says what may not be read', async () => {
    writeFileSync(join(folder, 'file'), '');
    chmodSync(join(folder, '..'), 0o755);
    chmodSync(folder, 0o744);
    const withoutStats = await asNobody(() => Promise.resolve(listed(folder)));
    expect(withoutStats).to.deep.include({ isReadable: true, found: [], unreadable: ['file'] });
    chmodSync(folder, 0o711);
    const withoutNames = await asNobody(() => Promise.resolve(listed(folder)));
    expect(withoutNames).to.deep.include({ isReadable: false, names: [] });
  });

  it('knows a workspace that is gone, or reached by way of a link', () => {
    symlinkSync('..', join(folder, 'link'));
    for (const path of ['gone', 'link', 'link/folder']) {
      const list = () => listRoot(bytePathFromText(join(folder, path)));
      expect(list, path).to.throw().with.property('code', 'WORKSPACE_MISSING');
    }
  });
});
