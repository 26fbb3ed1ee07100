import { expect } from 'chai';
import { asBytePath } from '../../../src/core/byte-path.js';
import { PitonError } from '../../../src/core/errors.js';
import { LIMITS } from '../../../src/core/limits.js';
import {
  parseIgnoreRecord,
  recordOf,
  rulesFromRecord,
} from '../../../src/worktree/ignore/ignore-record.js';
import { IgnoreRules } from '../../../src/worktree/ignore/ignore-rules.js';
import { isPathIgnored } from '../../../src/worktree/ignore/path-query.js';

const b = asBytePath;

const RULES = new IgnoreRules({
  exclude: [b('*.bin'), b('caf\xe9')],
  infoExclude: Buffer.from('\xef\xbb\xbflocal\r\n', 'latin1'),
  excludesFile: null,
  ignoreCase: true,
});

const UNCAPTURED = new Map([
  [b('venv/.gitignore'), Buffer.from('*\n')],
  [b('caf\xe9/.pitonignore'), Buffer.from([0xff, 0x2a])],
]);

const RECORD = recordOf(RULES, UNCAPTURED);

function codeOf(value: unknown): string {
  try {
    parseIgnoreRecord(value);
  } catch (error) {
    if (error instanceof PitonError) return error.code;
    throw error;
  }
  return 'none';
}

describe('worktree/ignore/ignore-record', () => {
  it('comes back from JSON as it was', () => {
    const record = parseIgnoreRecord(JSON.parse(JSON.stringify({ ...RECORD, extra: 1 })));
    expect(record).to.deep.equal(RECORD);
    const rules = rulesFromRecord(record);
    expect(rules.sources).to.deep.equal(RULES.sources);
    expect(rules.recorded).to.deep.equal(UNCAPTURED);
    expect(recordOf(rules)).to.deep.equal(RECORD);
  });

  it('knows the ignore files that no tree holds', () => {
    const rules = rulesFromRecord(RECORD);
    const read = (): null => null;
    const paths = ['venv/lib', 'LOCAL', 'x.bin', 'sub/CAF\xe9', 'other', 'venv2/lib'];
    const ignored = paths.filter((path) => isPathIgnored(rules, b(path), false, read));
    expect(ignored).to.deep.equal(['venv/lib', 'LOCAL', 'x.bin', 'sub/CAF\xe9']);
  });

  it('refuses what it would not have written', () => {
    const large = 'a'.repeat(LIMITS.ignoreFileBytes + 1);
    const damaged: unknown[] = [
      null,
      [],
      'text',
      { ...RECORD, version: undefined },
      { ...RECORD, ignore_case: 'yes' },
      { ...RECORD, exclude: 'a' },
      { ...RECORD, exclude: [7] },
      { ...RECORD, info_exclude: undefined },
      { ...RECORD, info_exclude: large },
      { ...RECORD, excludes_file: {} },
      { ...RECORD, files: {} },
      { ...RECORD, files: [null] },
      { ...RECORD, files: [{ path: 'a'.repeat(LIMITS.pathBytes + 1), text: '' }] },
      { ...RECORD, files: [{ path: '.gitignore' }] },
    ];
    expect(damaged.map(codeOf)).to.deep.equal(damaged.map(() => 'STATE_DAMAGED'));
    expect(codeOf({ ...RECORD, version: 2 })).to.equal('UNSUPPORTED_FORMAT');
  });
});
