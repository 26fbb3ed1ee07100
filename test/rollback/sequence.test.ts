import { expect } from 'chai';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MODE, type FileEntry } from '../../src/core/types.js';
import { proposeRollback } from '../../src/rollback/propose.js';
import { permissionsFor, sequenceSteps } from '../../src/rollback/sequence.js';
import type { ReturnStep, Step } from '../../src/rollback/steps.js';
import { surveyWorktree } from '../../src/rollback/survey.js';
import { tempDirectory } from '../helpers/temp.js';
import { entry, folderEntry, ID, paths, put } from './operations.js';

const STAGED = { ino: '1', size: '2', mtimeNs: '3' };

function said(step: Step): string {
  switch (step.kind) {
    case 'retire':
      return `retire ${step.path} ${step.captured === null ? 'uncaptured' : 'captured'}`;
    case 'mode':
      return `mode ${step.path} ${step.before.toString(8)} ${step.mode.toString(8)}`;
    case 'remove_folder':
      return `remove_folder ${step.path} ${step.mode.toString(8)}`;
    default:
      return `${step.kind} ${step.path}`;
  }
}

interface Case {
  now: FileEntry[];
  then: FileEntry[];
  back?: string[];
  afterProposal?: (root: string) => void;
}

/** The steps for a worktree with exactly these files, and `uncaptured` ones on top. */
function stepsFor(given: Case, ...uncaptured: string[]): string[] {
  const root = tempDirectory();
  for (const { path, mode } of given.now) {
    if (mode === MODE.directory) mkdirSync(join(root, path), { recursive: true });
    else put(root, path);
  }
  for (const path of uncaptured) put(root, path);
  const returns = paths(...(given.back ?? []));
  const proposal = proposeRollback({
    present: { entries: given.now, ignored: [], notCaptured: [], nestedRepositories: [] },
    target: given.then,
    knowledge: {
      didNotLook: () => false,
      didNotCapture: () => false,
      hadNestedRepository: () => false,
    },
    returns,
    paths: null,
  });
  given.afterProposal?.(root);
  let slots = 0;
  const place = `trash/${ID}/kept/1` as ReturnStep['from']['path'];
  const from = { below: 'state_directory', path: place } as const;
  return sequenceSteps({
    proposal,
    survey: surveyWorktree(root, proposal, returns),
    returns: returns.map((path) => ({ kind: 'return', path, from, state: STAGED })),
    slotFor: () => ({ area: 0, number: slots++ }),
    retireTo: () => ({ area: 0, number: slots++ }),
    folderMode: () => undefined,
    stagedAt: () => ({ from: { area: 0, number: slots++ }, staged: STAGED }),
    capturedState: (path) =>
      path.endsWith('unstored') ? null : { ...STAGED, oid: 'a'.repeat(40) },
  }).map(said);
}

describe('the order of steps', () => {
  it('replaces one path after the other and takes away last', () => {
    const now = [entry('a', 'old'), entry('gone'), entry('z', 'old')];
    const then = [entry('a', 'new'), entry('new'), entry('z', 'new')];
    expect(stepsFor({ now, then })).to.deep.equal([
      ...['retire a captured', 'place a', 'place new', 'retire z captured', 'place z'],
      'retire gone captured',
    ]);
  });

  it('makes room for a folder where a file is', () => {
    const given = { now: [entry('a')], then: [entry('a/b/c')] };
    expect(stepsFor(given)).to.deep.equal([
      ...['retire a captured', 'make_folder a', 'make_folder a/b', 'place a/b/c'],
    ]);
  });

  it('makes room for a file where a folder is, innermost first', () => {
    const given = { now: [entry('a/b/c'), entry('a/d')], then: [entry('a')] };
    expect(stepsFor({ ...given, afterProposal: loosen })).to.deep.equal([
      ...['retire a/b/c captured', 'retire a/d captured'],
      ...['remove_folder a/b 700', 'remove_folder a 755', 'place a'],
    ]);
  });

  it('retires what is in no checkpoint whole and first, with all that is captured in it', () => {
    const given = {
      now: [entry('a/b/c'), entry('x', 'old')],
      then: [entry('a'), entry('x', 'new')],
    };
    expect(stepsFor(given, 'a/b/uncaptured')).to.deep.equal([
      ...['retire a uncaptured', 'place a', 'retire x captured', 'place x'],
    ]);
  });

  it('takes what is not stored for uncaptured', () => {
    const given = { now: [entry('unstored', 'old')], then: [entry('unstored', 'new')] };
    expect(stepsFor(given)[0]).to.equal('retire unstored uncaptured');
  });

  it('takes folders away once they are empty, and only those that are there', () => {
    const now = [folderEntry('e'), entry('o/p/x'), folderEntry('v')];
    const vanish = (root: string): void => {
      rmSync(join(root, 'v'), { recursive: true });
    };
    expect(stepsFor({ now, then: [], afterProposal: vanish })).to.deep.equal([
      ...['retire o/p/x captured', 'remove_folder o/p 755', 'remove_folder o 755'],
      'remove_folder e 755',
    ]);
  });

  it('changes modes of files that are there', () => {
    const now = [entry('a'), entry('b'), entry('v')];
    const then = now.map((one) => ({ ...one, mode: MODE.executable }));
    const change = (root: string): void => {
      chmodSync(join(root, 'a'), 0o640);
      chmodSync(join(root, 'b'), 0o4604);
      rmSync(join(root, 'v'));
    };
    expect(stepsFor({ now, then, afterProposal: change })).to.deep.equal([
      ...['mode a 640 750', 'mode b 4604 4705'],
    ]);
  });

  it('brings back at the end, when the place is free and its folders are there', () => {
    const given = { now: [entry('a'), entry('d/x')], then: [], back: ['a/b', 'd'] };
    expect(stepsFor(given)).to.deep.equal([
      ...['retire a captured', 'make_folder a', 'retire d/x captured', 'remove_folder d 755'],
      ...['return a/b', 'return d'],
    ]);
  });

  it('gives those who may read a file the right to run it, and takes it from all', () => {
    const given = [0o644, 0o600, 0o640, 0o444, 0o000, 0o4755];
    expect(given.map((mode) => permissionsFor(true, mode).toString(8))).to.deep.equal([
      ...['755', '700', '750', '555', '0', '4755'],
    ]);
    expect([0o755, 0o711, 0o4755].map((mode) => permissionsFor(false, mode))).to.deep.equal([
      ...[0o644, 0o600, 0o4644],
    ]);
  });
});

function loosen(root: string): void {
  chmodSync(join(root, 'a'), 0o755);
  chmodSync(join(root, 'a', 'b'), 0o700);
}
