import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';
import {
  commitJournal,
  fileJournal,
  formatJournal,
  parseJournal,
  readFiledJournal,
  readJournal,
  removeFiledJournal,
  removeJournal,
  uncommitJournal,
  writeJournal,
  type Journal,
} from '../../src/rollback/journal.js';
import { tempDirectory } from '../helpers/temp.js';
import { ID, journalOf, retire } from './operations.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof PitonError) return error.code;
    throw error;
  }
  return 'none';
}

/** A file with a right checksum over whatever fields. */
function forged(fields: object): Buffer {
  const body = Buffer.from(JSON.stringify(fields));
  const checksum = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([Buffer.from(`${checksum}\n`), body]);
}

function forgedWith(changes: object): Buffer {
  return forged({ version: 1, ...journalOf([]), ...changes });
}

describe('the journal', () => {
  const journal: Journal = journalOf([
    retire('a\xff', 1, { ino: '1', size: '2', mtimeNs: '3', oid: 'e'.repeat(40) }),
    retire('b', 2),
  ]);

  it('comes back as it was written, with names that are not UTF-8', () => {
    const { version, ...read } = parseJournal(formatJournal(journal), 'j') as Journal & {
      version: number;
    };
    expect(version).to.equal(1);
    expect(read).to.deep.equal(journal);
  });

  it('is refused when one bit is wrong', () => {
    const bytes = formatJournal(journal);
    bytes[bytes.length - 3]! ^= 1;
    expect(codeOf(() => parseJournal(bytes, 'j'))).to.equal('RECOVERY_FAILED');
    expect(codeOf(() => parseJournal(Buffer.from('abc'), 'j'))).to.equal('RECOVERY_FAILED');
  });

  it('of another version is refused', () => {
    const bytes = forgedWith({ version: 2 });
    expect(codeOf(() => parseJournal(bytes, 'j'))).to.equal('UNSUPPORTED_FORMAT');
  });

  const MALFORMED: [string, object][] = [
    ['no operation', { operation: undefined }],
    ['an unknown operation', { operation: 'dance' }],
    ['an id that leaves its folder', { id: '../../x' }],
    ['a plan id that is a number', { planId: 1 }],
    ['steps that are no list', { steps: {} }],
    ['areas that are no list', { areas: null }],
    ['no plans', { plansAfter: undefined }],
    ['a list of no plans', { plansAfter: [] }],
    ['null for a plan', { plansAfter: [{}, null] }],
  ];
  for (const [name, changes] of MALFORMED) {
    it(`with ${name} is refused`, () => {
      expect(codeOf(() => parseJournal(forgedWith(changes), 'j'))).to.equal('RECOVERY_FAILED');
    });
  }

  it('that is not JSON, or no object, is refused', () => {
    for (const body of ['{', '7', 'null', '"x"']) {
      const checksum = createHash('sha256').update(body).digest('hex');
      const code = codeOf(() => parseJournal(Buffer.from(`${checksum}\n${body}`), 'j'));
      expect(code, body).to.equal(body === '{' ? 'RECOVERY_FAILED' : 'UNSUPPORTED_FORMAT');
    }
  });

  it('whose file is too large, a link or a folder is refused', () => {
    const harms: ((path: string) => void)[] = [
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, LIMITS.journalBytes + 1);
      },
      (path) => {
        symlinkSync('elsewhere', path);
      },
      (path) => mkdirSync(path),
    ];
    for (const harm of harms) {
      const state = tempDirectory();
      harm(join(state, 'journal'));
      expect(codeOf(() => readJournal(state))).to.equal('RECOVERY_FAILED');
    }
  });

  it('is not written when it could not be read again', () => {
    const code = codeOf(() => formatJournal(journal, formatJournal(journal).length - 1));
    expect(code).to.equal('UNSUPPORTED_REPOSITORY');
  });

  for (const durability of ['fast', 'full'] as const) {
    it(`is committed and uncommitted by its name alone (${durability})`, () => {
      const state = tempDirectory();
      expect(readJournal(state)).to.equal(null);
      writeJournal(state, journal, durability);
      expect(readJournal(state)?.isCommitted).to.equal(false);
      commitJournal(state, durability);
      expect(readJournal(state)?.isCommitted).to.equal(true);
      uncommitJournal(state);
      expect(readJournal(state)?.isCommitted).to.equal(false);
      expect(readJournal(state)?.journal.steps).to.deep.equal(journal.steps);
    });
  }

  it('goes through no link to its trash, and is read through none', () => {
    const state = tempDirectory();
    const outside = tempDirectory();
    mkdirSync(join(outside, ID));
    writeFileSync(join(outside, ID, 'journal'), formatJournal(journal));
    symlinkSync(outside, join(state, 'trash'));
    writeJournal(state, journalOf([]), 'fast');
    commitJournal(state, 'fast');
    expect(readFiledJournal(state, ID)).to.equal(null);
    expect(codeOf(() => fileJournal(state, ID))).to.equal('UNSAFE_PATH');
    expect(codeOf(() => removeFiledJournal(state, ID))).to.equal('UNSAFE_PATH');
    expect(existsSync(join(outside, ID, 'journal'))).to.equal(true);
    expect(readJournal(state)?.isCommitted).to.equal(true);
  });

  it('is filed in its trash, and removed from there', () => {
    const state = tempDirectory();
    writeJournal(state, journal, 'fast');
    commitJournal(state, 'fast');
    fileJournal(state, ID);
    expect(readJournal(state)).to.equal(null);
    expect(readFiledJournal(state, ID)?.steps).to.deep.equal(journal.steps);
    removeFiledJournal(state, ID);
    expect(readFiledJournal(state, ID)).to.equal(null);
  });

  it('filed and damaged counts as none', () => {
    const state = tempDirectory();
    mkdirSync(join(state, 'trash', ID), { recursive: true });
    writeFileSync(join(state, 'trash', ID, 'journal'), 'x');
    expect(readFiledJournal(state, ID)).to.equal(null);
  });

  it('is removed under either name, and again', () => {
    const state = tempDirectory();
    writeJournal(state, journal, 'fast');
    removeJournal(state);
    writeJournal(state, journal, 'fast');
    commitJournal(state, 'fast');
    removeJournal(state);
    removeJournal(state);
    expect(readJournal(state)).to.equal(null);
    expect(existsSync(join(state, 'journal.committed'))).to.equal(false);
  });

  it('that cannot be removed says why', () => {
    const state = tempDirectory();
    mkdirSync(join(state, 'journal'));
    expect(() => removeJournal(state)).to.throw(/EISDIR|EPERM/);
  });
});
