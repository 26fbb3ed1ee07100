import { expect } from 'chai';
import { PitonError } from '../../src/core/errors.js';
import { isJournal } from '../../src/rollback/journal-schema.js';
import { ID, journalOf } from './operations.js';

const OID = 'a'.repeat(40);
const SLOT = { area: 0, number: 3 };
const STATE = { ino: '1', size: '2', mtimeNs: '-3' };
const SWAP = { staged: STATE, isRemoval: false, before: 'b'.repeat(64) };
const HEAD = { ref: 'refs/heads/main', commit: OID };
const EDIT = { name: 'refs/heads/x', expected: OID, value: null };
const ID_1 = '01JPXN00000000000000000001';
const ID_2 = '01JPXN00000000000000000002';
const KEY = { planId: ID_1, correctionId: ID_2 };
const ARCHIVE = { ...KEY, direction: 'into', decisions: { 3: ID_1 } };
const ARCHIVE_AREAS = [{ mount: null }, { mount: null, archive: KEY }];
const RETIRE = { kind: 'retire', path: 'a', to: SLOT, captured: { ...STATE, oid: OID } };
const PLACE = { kind: 'place', path: { base64: '/w==' }, from: SLOT, staged: STATE };

const KEPT = { below: 'state_directory', path: `trash/${ID}/kept/3/x` };
const STAGING = `.piton-staging-${ID}`;
const RETURN = { kind: 'return', path: 'a', from: KEPT, state: STATE };

/** Whether a journal with these fields is one; a path may also be refused by name. */
function accepts(fields: Record<string, unknown>): boolean {
  try {
    return isJournal({ ...journalOf([]), ...fields });
  } catch (error) {
    if (error instanceof PitonError) return false;
    throw error;
  }
}

const GOOD: Record<string, Record<string, unknown>> = {
  'each kind of step': {
    steps: [
      RETIRE,
      { ...RETIRE, captured: null },
      PLACE,
      RETURN,
      { ...RETURN, path: 'a/.git', from: { below: 'worktree', path: `m/n/${STAGING}/kept/3` } },
      { ...RETURN, from: { below: 'worktree', path: `${STAGING}/kept/3/.git` } },
      { kind: 'make_folder', path: 'a/b' },
      { kind: 'make_folder', path: 'a/c', mode: 0o700 },
      { kind: 'remove_folder', path: 'a', mode: 0o1777 },
      { kind: 'mode', path: 'a', mode: 0, before: 0o7777 },
    ],
  },
  'a staging area and HEAD': {
    index: SWAP,
    head: { from: HEAD, to: { ref: null, commit: null }, branchBefore: OID, alsoBranch: EDIT },
  },
  'neither before': {
    index: { ...SWAP, before: null },
    head: { from: HEAD, to: HEAD, branchBefore: null, alsoBranch: null },
  },
  'areas on other file systems': { areas: [{ mount: null }, { mount: '' }, { mount: 'a/b' }] },
  'an archive': { areas: ARCHIVE_AREAS, archive: ARCHIVE },
  'nothing of archives': { archive: undefined },
  'no areas and no slots': { areas: [], steps: [{ kind: 'make_folder', path: 'a' }] },
};

function stepWith(step: object, changes: object): Record<string, unknown> {
  return { steps: [{ ...step, ...changes }] };
}

function headWith(changes: object): Record<string, unknown> {
  return { head: { from: HEAD, to: HEAD, branchBefore: OID, alsoBranch: EDIT, ...changes } };
}

const BAD: Record<string, Record<string, unknown>> = {
  'a path upwards': stepWith(RETIRE, { path: '../a' }),
  'an absolute path': stepWith(PLACE, { path: '/etc/passwd' }),
  'a path into .git': stepWith(PLACE, { path: 'nested/.git/config' }),
  'a path in another spelling of .git': stepWith(PLACE, { path: 'GIT~1/config' }),
  'no path': stepWith(RETIRE, { path: undefined }),
  'a kind that all objects have': stepWith(RETIRE, { kind: 'toString' }),
  'a step of no kind': stepWith(RETIRE, { kind: 1 }),
  'a step that is a list': { steps: [[]] },
  'a slot in no area': stepWith(RETIRE, { to: { area: 1, number: 0 } }),
  'a slot with a fraction': stepWith(RETIRE, { to: { area: 0, number: 0.5 } }),
  'a slot below zero': stepWith(PLACE, { from: { area: 0, number: -1 } }),
  'a state that is a number': stepWith(PLACE, { staged: { ...STATE, ino: 1 } }),
  'an object id that is none': stepWith(RETIRE, { captured: { ...STATE, oid: 'x' } }),
  'something brought back to .git': stepWith(RETURN, { path: '.git' }),
  'something brought back into .git': stepWith(RETURN, { path: 'a/.git/hooks' }),
  'something brought back upwards': stepWith(RETURN, { path: '../.git' }),
  'something from elsewhere': stepWith(RETURN, { from: { ...KEPT, path: 'plans/x' } }),
  'something from upwards': stepWith(RETURN, { from: { ...KEPT, path: `${KEPT.path}/../x` } }),
  'something from no area': stepWith(RETURN, { from: { ...KEPT, below: 'worktree' } }),
  'something from an area in .git': stepWith(RETURN, {
    from: { below: 'worktree', path: `.git/${STAGING}/kept/3` },
  }),
  'something from nowhere': stepWith(RETURN, { from: { below: '/', path: KEPT.path } }),
  'something from no path': stepWith(RETURN, { from: { ...KEPT, path: 1 } }),
  'a mode with a kind of file': { steps: [{ kind: 'remove_folder', path: 'a', mode: 0o100644 }] },
  'areas in another order': { areas: [{ mount: 'a' }, { mount: null }] },
  'an area upwards': { areas: [{ mount: null }, { mount: 'a/../..' }] },
  'an area in .git': { areas: [{ mount: null }, { mount: '.git' }] },
  'an area that is a number': { areas: [{ mount: 1 }] },
  'a staging area without an area': { areas: [], index: SWAP },
  'a digest that is none': { index: { ...SWAP, before: OID } },
  'a removal that is text': { index: { ...SWAP, isRemoval: 'yes' } },
  'a branch outside of refs': headWith({ to: { ref: 'HEAD', commit: OID } }),
  'a branch upwards': headWith({ alsoBranch: { ...EDIT, name: 'refs/../config' } }),
  'a commit that is none': headWith({ branchBefore: 'main' }),
  'a folder with a mode that is none': { steps: [{ kind: 'make_folder', path: 'a', mode: '7' }] },
  'an archive in no area': { archive: ARCHIVE },
  'an area of no archive': { areas: ARCHIVE_AREAS, archive: null },
  'an area of another archive': {
    areas: ARCHIVE_AREAS,
    archive: { ...ARCHIVE, correctionId: ID_1 },
  },
  'an area of an archive of another plan': {
    areas: ARCHIVE_AREAS,
    archive: { ...ARCHIVE, planId: ID_2 },
  },
  'two areas of archives': {
    areas: [...ARCHIVE_AREAS, { mount: null, archive: KEY }],
    archive: ARCHIVE,
  },
  'an archive outside of the state directory': {
    areas: [{ mount: null }, { mount: 'a', archive: KEY }],
    archive: ARCHIVE,
  },
  'an archive upwards': {
    areas: [{ mount: null }, { mount: null, archive: { ...KEY, planId: '..' } }],
    archive: { ...ARCHIVE, planId: '..' },
  },
  'an archive sideways': { areas: ARCHIVE_AREAS, archive: { ...ARCHIVE, direction: 'up' } },
  'an archive of no decisions': { areas: ARCHIVE_AREAS, archive: { ...ARCHIVE, decisions: [] } },
  'an archive of decisions without ids': {
    areas: ARCHIVE_AREAS,
    archive: { ...ARCHIVE, decisions: { 3: 'x' } },
  },
  'a start that is a number': { startedAt: 1 },
};

describe('the form of a journal', () => {
  for (const [name, fields] of Object.entries(GOOD)) {
    it(`accepts ${name}`, () => {
      expect(accepts(fields)).to.equal(true);
    });
  }
  for (const [name, fields] of Object.entries(BAD)) {
    it(`refuses ${name}`, () => {
      expect(accepts(fields)).to.equal(false);
    });
  }

  it('refuses what is no object', () => {
    for (const value of [null, [], 'x', 7]) expect(isJournal(value)).to.equal(false);
  });
});
