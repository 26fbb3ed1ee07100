import { expect } from 'chai';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../src/core/limits.js';
import { readWorkspaceFile, writeCurrentPlan } from '../../src/plan/workspace-file.js';
import { tempDirectory } from '../helpers/temp.js';
import { ID, refusalOf } from './samples.js';

function stateDirHolding(contents: string): string {
  const stateDir = tempDirectory();
  writeFileSync(join(stateDir, 'workspace.json'), contents);
  return stateDir;
}

describe('the workspace file', () => {
  it('need not be there', () => {
    const nothing = { schema_version: 1, format_version: 1, current_plan_id: null };
    expect(readWorkspaceFile(tempDirectory())).to.deep.equal(nothing);
    expect(readWorkspaceFile(join(tempDirectory(), 'absent'))).to.deep.equal(nothing);
    expect(readWorkspaceFile(stateDirHolding('{}'))).to.deep.equal(nothing);
  });

  it('remembers the current plan, and that there is none', () => {
    const stateDir = tempDirectory();
    writeCurrentPlan(stateDir, ID, 'full');
    expect(readWorkspaceFile(stateDir).current_plan_id).to.equal(ID);
    expect(readFileSync(join(stateDir, 'workspace.json'), 'utf8')).to.equal(
      `{\n  "schema_version": 1,\n  "format_version": 1,\n  "current_plan_id": "${ID}"\n}\n`,
    );
    writeCurrentPlan(stateDir, null, 'fast');
    expect(readWorkspaceFile(stateDir).current_plan_id).to.equal(null);
  });

  it('keeps keys that are not ours', () => {
    const stateDir = stateDirHolding('{"other":{"a":1}}');
    writeCurrentPlan(stateDir, ID, 'fast');
    expect(readWorkspaceFile(stateDir)).to.deep.include({ other: { a: 1 }, current_plan_id: ID });
  });

  it('is not written without a state directory', () => {
    const stateDir = join(tempDirectory(), 'absent');
    const refusal = refusalOf(() => {
      writeCurrentPlan(stateDir, ID, 'fast');
    });
    expect(refusal.code).to.equal('WORKSPACE_MISSING');
  });

  for (const key of ['schema_version', 'format_version']) {
    it(`is refused with a newer ${key}, whatever else it says`, () => {
      const stateDir = stateDirHolding(JSON.stringify({ [key]: 2, current_plan_id: [] }));
      const refusal = refusalOf(() => readWorkspaceFile(stateDir));
      expect(refusal.code).to.equal('UNSUPPORTED_FORMAT');
      expect(refusal.details).to.include({ expected: 1, found: 2 });
    });
  }

  const damages = [
    '',
    '[]',
    '{"current_plan_id":"../../x"}',
    '{"current_plan_id":1}',
    '{"format_version":"1"}',
    '{"__proto__":{"current_plan_id":null}}',
    ' '.repeat(LIMITS.workspaceFileBytes + 1),
  ];
  for (const contents of damages) {
    it(`is refused when it is ${JSON.stringify(contents.slice(0, 40))}`, () => {
      const stateDir = stateDirHolding(contents);
      expect(refusalOf(() => readWorkspaceFile(stateDir)).code).to.equal('STATE_DAMAGED');
    });
  }

  it('is refused when it is a link', () => {
    const stateDir = tempDirectory();
    symlinkSync(join(stateDirHolding('{}'), 'workspace.json'), join(stateDir, 'workspace.json'));
    expect(refusalOf(() => readWorkspaceFile(stateDir)).code).to.equal('STATE_DAMAGED');
  });
});
