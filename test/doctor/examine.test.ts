import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../src/core/clock.js';
import type { Check, DoctorContext, Finding } from '../../src/doctor/check.js';
import { examine } from '../../src/doctor/examine.js';
import type { Repository } from '../../src/store/repository-types.js';
import { tempDirectory } from '../helpers/temp.js';

function contextAt(stateDir: string): DoctorContext {
  const never = (): never => {
    throw new Error('not for this test');
  };
  return {
    repository: { stateDir } as Repository,
    clock: SYSTEM_CLOCK,
    durability: 'fast',
    lockPath: join(stateDir, 'lock'),
    holdsLock: true,
    workspace: never,
    readPending: never,
    settlePending: never,
    recover: never,
  };
}

/** A check of a state that its repairs change. */
function checkOf(name: string, findings: Finding[], more: Partial<Check> = {}): Check {
  return { name, look: () => [...findings], ...more };
}

describe('examine', () => {
  let context: DoctorContext;

  beforeEach(() => {
    context = contextAt(tempDirectory());
  });

  it('makes every check, whatever one of them throws', async () => {
    const throwing = (error: unknown): Check => ({
      name: 'broken',
      look: () => {
        throw error;
      },
    });
    const checks = [throwing(new Error('on purpose')), throwing('no error'), checkOf('sound', [])];
    const { checked, problems } = await examine(checks, context, true);
    expect(checked).to.deep.equal(['broken', 'broken', 'sound']);
    expect(problems.map(({ severity, message }) => [severity, message])).to.deep.equal([
      ['must', 'this could not be checked: on purpose'],
      ['must', 'this could not be checked: no error'],
    ]);
  });

  it('repairs only when told to', async () => {
    let repaired = 0;
    const check = checkOf('one', [
      { severity: 'should', message: 'a problem', repair: () => void repaired++ },
    ]);
    const { problems } = await examine([check], context, false);
    expect(problems).to.deep.equal([
      { check: 'one', severity: 'should', message: 'a problem', repaired: false },
    ]);
    expect(repaired).to.equal(0);
  });

  it('looks again to tell what is mended, and what a repair brought about', async () => {
    const findings: Finding[] = [
      { severity: 'must', message: 'a', repair: () => void findings.splice(0, 1) },
      { severity: 'must', message: 'b', repair: () => Promise.resolve() },
      {
        severity: 'must',
        message: 'c',
        repair: () => {
          findings.push({ severity: 'should', message: 'd' });
          throw new Error('on purpose');
        },
      },
      { severity: 'should', message: 'e' },
    ];
    const { problems } = await examine([checkOf('one', findings)], context, true);
    expect(problems.map(({ message, repaired }) => [message, repaired])).to.deep.equal([
      ['a', true],
      ['b', false],
      ['c (not mended: on purpose)', false],
      ['e', false],
      ['d', false],
    ]);
  });

  it('lets each check find what the ones before have mended', async () => {
    const seen: string[] = [];
    const shared: Finding[] = [
      { severity: 'must', message: 'a', repair: () => void shared.splice(0) },
    ];
    const second: Check = {
      name: 'second',
      look: () => {
        seen.push(String(shared.length));
        return [];
      },
    };
    await examine([checkOf('first', shared), second], context, true);
    expect(seen).to.deep.equal(['0']);
  });

  it('withholds repairs while a journal is there, but for those that recovery needs', async () => {
    for (const journal of ['journal', 'journal.committed']) {
      const stateDir = tempDirectory();
      writeFileSync(join(stateDir, journal), '');
      const repairs: string[] = [];
      const finding = (message: string): Finding => {
        return { severity: 'must', message, repair: () => void repairs.push(message) };
      };
      const checks = [
        checkOf('before', [finding('needed')], { beforeRecovery: true }),
        checkOf('after', [finding('withheld')]),
      ];
      await examine(checks, contextAt(stateDir), true);
      expect(repairs).to.deep.equal(['needed']);
    }
  });

  it('makes only some checks while somebody else may be at work', async () => {
    const stateDir = tempDirectory();
    mkdirSync(join(stateDir, 'lock'));
    const checks = [checkOf('quiet', []), checkOf('busy', [], { whileBusy: true })];
    const busy = { ...contextAt(stateDir), holdsLock: false };
    expect((await examine(checks, busy, false)).checked).to.deep.equal(['busy']);
    expect((await examine(checks, contextAt(stateDir), false)).checked).to.have.length(2);
  });
});
