import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import type { AnchoredDirectory } from '../../src/disk/anchored-directory.js';
import { openOperation, type RollbackContext } from '../../src/rollback/context.js';
import { makeDurable } from '../../src/rollback/make-durable.js';
import type { Step } from '../../src/rollback/steps.js';
import { journalOf, makeOperation, put, retire } from './operations.js';

const STATE = { ino: '1', size: '1', mtimeNs: '1' };

function place(path: string): Step {
  return { kind: 'place', path: asBytePath(path), from: { area: 0, number: 0 }, staged: STATE };
}

/** What was made durable, in order: `file` and `folder` one by one, or whole file systems. */
async function synced(
  steps: Step[],
  overrides: Partial<RollbackContext> = {},
  prepare: (root: string) => void = () => undefined,
): Promise<string[]> {
  const done: string[] = [];
  const syncFileSystem = async (path: string): Promise<boolean> => {
    done.push(
      `system ${path
        .split('/')
        .slice(context.root.split('/').length - 1)
        .join('/')}`,
    );
    return true;
  };
  const context = makeOperation({ durability: 'full', syncFileSystem, ...overrides });
  for (const path of ['a', 'd/b', 'd/e/c']) put(context.root, path);
  prepare(context.root);
  const journal = journalOf(steps, { areas: [{ mount: null }, { mount: 'd' }] });
  const operation = openOperation(context, journal);
  const { worktree } = operation;
  const within = worktree.within.bind(worktree);
  worktree.within = <T>(path: BytePath, use: (directory: AnchoredDirectory) => T): T =>
    within(path, (folder) => {
      const open = folder.open.bind(folder);
      const sync = folder.sync.bind(folder);
      folder.open = (name, flags) => {
        done.push(`file ${path}/${name}`);
        return open(name, flags);
      };
      folder.sync = () => {
        sync();
        done.push(`folder ${path}`);
      };
      return use(folder);
    });
  try {
    await makeDurable(context, journal, operation);
  } finally {
    operation.close();
  }
  return done;
}

const MANY = Array.from({ length: 40 }, () => place('a'));

describe('making a rollback durable', () => {
  it('syncs each file that was placed and then each folder once', async () => {
    const steps = [place('a'), retire('d/gone', 1), place('d/b'), place('d/e/c')];
    expect(await synced(steps)).to.deep.equal([
      ...['file /a', 'file d/b', 'file d/e/c', 'folder ', 'folder d', 'folder d/e'],
    ]);
  });

  it('syncs whole file systems when much was done, also mounted ones', async () => {
    expect(await synced(MANY)).to.deep.equal(['system tree', 'system state', 'system tree/d']);
  });

  it('syncs one by one where file systems cannot be synced', async () => {
    const done = await synced(MANY, { syncFileSystem: async () => false });
    expect(done).to.have.lengthOf(41);
    expect(done.at(-1)).to.equal('folder ');
  });

  it('waits for nothing when it is to be fast, or nothing was done', async () => {
    expect(await synced(MANY, { durability: 'fast' })).to.deep.equal([]);
    expect(await synced([])).to.deep.equal([]);
  });

  it('passes over links, and over folders that are gone or are none any more', async () => {
    const steps = [place('link'), retire('no/such', 1), retire('a/x', 2), retire('out/x', 3)];
    const prepare = (root: string): void => {
      symlinkSync('/nowhere', `${root}/link`);
      mkdirSync(`${root}/d/out`);
      symlinkSync('d', `${root}/out`);
    };
    expect(await synced(steps, {}, prepare)).to.deep.equal(['folder ']);
  });
});
