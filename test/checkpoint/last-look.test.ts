import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath } from '../../src/core/byte-path.js';
import { LIMITS } from '../../src/core/limits.js';
import { loadLastLook, saveLastLook, type LastLook } from '../../src/checkpoint/last-look.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody } from '../worktree/scanning.js';

const LOOK: LastLook = {
  mark: { watch: 'ab'.repeat(16), sequence: 3 },
  facts: 'cd'.repeat(32),
  ref: 'refs/piton/checkpoint/x/y',
  commit: 'e'.repeat(40),
  tree: 'f'.repeat(40),
  files: 7,
  notCaptured: [{ path: asBytePath('big\xff'), reason: 'too_large', size: 9 }],
  ignoreFiles: [{ path: asBytePath('.gitignore'), oid: '1'.repeat(40), isCaptured: false }],
  wholeAt: 1_000,
};

describe('checkpoint: the last look', () => {
  let stateDir: string;
  let path: string;

  beforeEach(() => {
    stateDir = tempDirectory();
    path = join(stateDir, 'last-look');
  });

  it('is remembered as it was', () => {
    expect(loadLastLook(stateDir)).to.equal(null);
    saveLastLook(stateDir, LOOK);
    expect(loadLastLook(stateDir)).to.deep.equal(LOOK);
  });

  it('is none when it is damaged in any part, or of another version', () => {
    saveLastLook(stateDir, LOOK);
    const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const values = [undefined, 'text', -1, 1.5, {}, [1], [{ path: '../x', reason: 'too_large' }]];
    const isTold = (value: unknown, key: string): boolean =>
      (typeof json[key] === 'string' && value === 'text') ||
      (key === 'not_captured' && value === 0);
    for (const key of Object.keys(json)) {
      for (const value of values.filter((one) => !isTold(one, key))) {
        writeFileSync(path, JSON.stringify({ ...json, [key]: value }));
        expect(loadLastLook(stateDir), `${key} ${JSON.stringify(value)}`).to.equal(null);
      }
    }
    for (const text of ['', 'null', '{', '7']) {
      writeFileSync(path, text);
      expect(loadLastLook(stateDir), text).to.equal(null);
    }
  });

  it('is none when it is too large, a folder, or not to be read', async () => {
    saveLastLook(stateDir, { ...LOOK, facts: 'x'.repeat(LIMITS.lastLookBytes) });
    expect(loadLastLook(stateDir)).to.equal(null);
    saveLastLook(stateDir, LOOK);
    await asNobody(() => Promise.resolve(expect(loadLastLook(stateDir)).to.equal(null)));
    const other = tempDirectory();
    mkdirSync(join(other, 'last-look'));
    expect(loadLastLook(other)).to.equal(null);
    saveLastLook(other, LOOK);
    saveLastLook(join(other, 'not', 'there'), LOOK);
    expect(loadLastLook(other)).to.equal(null);
  });
});
