import { expect } from 'chai';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, ROOT, type BytePath } from '../../src/core/byte-path.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import type { AnchoredDirectory } from '../../src/disk/anchored-directory.js';
import { Deletions } from '../../src/disk/deletions.js';
import { tempDirectory } from '../helpers/temp.js';
import { rejectionOf } from './thrown.js';

describe('disk: deletions', () => {
  let root: string;
  let names: BytePath[];
  beforeEach(() => {
    root = tempDirectory();
    names = Array.from({ length: 200 }, (_, number) => asBytePath(`f${number}`));
    for (const name of names) writeFileSync(join(root, name), name);
  });

  async function withFolder(use: (folder: AnchoredDirectory) => Promise<void>): Promise<void> {
    const anchor = AnchoredRoot.open(root);
    const folder = anchor.directory(ROOT);
    try {
      await use(folder);
    } finally {
      folder.close();
      anchor.close();
    }
  }

  for (const expected of [2, 200]) {
    it(`have all happened in the end, with ${expected} expected`, async () => {
      await withFolder(async (folder) => {
        const deletions = new Deletions(expected);
        for (const name of names) await deletions.add(folder, name);
        await deletions.settle();
        expect(readdirSync(root)).to.deep.equal([]);
      });
    });

    it(`tell of one that failed, with ${expected} expected`, async () => {
      mkdirSync(join(root, 'folder'));
      await withFolder(async (folder) => {
        const deletions = new Deletions(expected);
        const all = async (): Promise<void> => {
          await deletions.add(folder, asBytePath('folder'));
          await deletions.settle();
        };
        expect(await rejectionOf(all()))
          .to.have.property('code')
          .that.matches(/EISDIR|EPERM/);
      });
      expect(readdirSync(root)).to.have.lengthOf(201);
    });
  }

  it('stop at one that failed, and wait for those that were begun', async () => {
    mkdirSync(join(root, 'folder'));
    await withFolder(async (folder) => {
      const deletions = new Deletions(200);
      let added = 0;
      const all = async (): Promise<void> => {
        for (const name of [asBytePath('folder'), ...names]) {
          await deletions.add(folder, name);
          added++;
        }
      };
      expect(await rejectionOf(all()))
        .to.have.property('code')
        .that.matches(/EISDIR|EPERM/);
      expect(await rejectionOf(deletions.settle())).to.have.property('code');
      expect(added).to.be.within(1, 100);
      expect(readdirSync(root)).to.have.lengthOf(201 - (added - 1));
    });
  });
});
