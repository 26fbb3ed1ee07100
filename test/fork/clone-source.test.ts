import { expect } from 'chai';
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { MODE } from '../../src/core/types.js';
import { AnchoredRoot } from '../../src/disk/anchored-root.js';
import { CloneSource } from '../../src/fork/clone-source.js';
import { statRecord } from '../../src/worktree/stat-record.js';
import type { StatCache } from '../../src/worktree/stat-cache.js';
import { tempDirectory } from '../helpers/temp.js';

/** Git's id of `one\n`. */
const OID = '5626abf0f72e58d7a153368ba57db4c673c0e171';
const ENTRY = { path: asBytePath('file'), mode: MODE.file, oid: OID };

function remembering(root: string, text: string): CloneSource {
  writeFileSync(join(root, 'file'), text, { mode: 0o600 });
  const record = statRecord(lstatSync(join(root, 'file'), { bigint: true }));
  const entries = [{ path: ENTRY.path, record, oid: OID }];
  return new CloneSource(root, { entries: () => entries } as unknown as StatCache, 'sha1');
}

async function clonedFrom(source: CloneSource, entry = ENTRY): Promise<string | null> {
  const into = tempDirectory();
  const root = AnchoredRoot.open(into);
  const folder = root.directory(ROOT);
  try {
    const isCloned = await source.clone(entry, folder);
    expect(existsSync(join(into, 'file'))).to.equal(isCloned);
    return isCloned ? readFileSync(join(into, 'file'), 'utf8') : null;
  } finally {
    folder.close();
    root.close();
    source.close();
  }
}

describe('a file to clone', () => {
  it('is copied when it is as remembered', async () => {
    const source = remembering(tempDirectory(), 'one\n');
    expect(source.earlier(ENTRY.path)).to.equal(0o600);
    expect(source.earlier(asBytePath('other'))).to.equal(null);
    expect(await clonedFrom(source)).to.equal('one\n');
  });

  it('is not when the cache was wrong about it', async () => {
    expect(await clonedFrom(remembering(tempDirectory(), 'two\n'))).to.equal(null);
  });

  it('is not when it has changed, is gone or is a link', async () => {
    for (const change of ['change', 'remove', 'link']) {
      const root = tempDirectory();
      const source = remembering(root, 'one\n');
      if (change === 'change') writeFileSync(join(root, 'file'), 'other\n');
      else rmSync(join(root, 'file'));
      if (change === 'link') symlinkSync('/etc/passwd', join(root, 'file'));
      expect(await clonedFrom(source), change).to.equal(null);
    }
  });

  it('is not when nothing is known of it', async () => {
    const source = new CloneSource(tempDirectory(), null, 'sha1');
    expect(await clonedFrom(source)).to.equal(null);
  });
});
