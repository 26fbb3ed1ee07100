import { tempDirectory } from '../helpers/temp.js';
import { decisionIn, makeDecided } from './decided.js';
import { piton, runPiton, withLibrary, type Engine } from './piton.js';
import type { Point } from './points.js';
import type { TracedProgram } from './strace.js';
import { commitElsewhere, copyOf, fill, makeWorkspace } from './workspace.js';

/** Something that piton does, and the workspace that it begins in. */
export interface Operation {
  name: string;
  args: (workspace: string) => readonly string[];
  engine?: Engine;
  /** Makes the workspace that is copied for every try; a common one when not given. */
  template?: () => string;
  /**
   * Brings each copy to where the operation begins. What earlier rollbacks left in the trash is
   * known by inode, which a copy does not keep.
   */
  begin?: (workspace: string) => Promise<void>;
  /** It makes the repository too, which may stay without a checkpoint. */
  isFirst?: boolean;
  /** Once its first ref is gone the rest follows, after an error by the next command. */
  isDeletion?: boolean;
  /** Each checkpoint goes by itself; those that it had not come to stay. */
  isOneByOne?: boolean;
  /** Up to the first call on this file it does what another one does, which is tried there. */
  ownFrom?: string;
  /** It is killed at every call all the same. */
  isMain?: boolean;
}

const JOURNAL = '/piton/journal';
const NOTE = '/piton/pending-checkpoint';

let common: string | undefined;

/** The one workspace that most operations begin in; nobody changes it. */
function commonTemplate(): string {
  common ??= makeWorkspace();
  return common;
}

function withMovedHead(): string {
  const root = makeWorkspace();
  commitElsewhere(root);
  return root;
}

function withoutRepository(): string {
  const root = tempDirectory();
  fill(root);
  return root;
}

/** The same files in each: what is different in a checkpoint is its place. */
function withMoreCheckpoints(count: number): string {
  const root = makeWorkspace();
  for (let number = 0; number < count; number++) {
    runPiton(root, 'checkpoint', '--always', '-m', `another, ${number}`);
  }
  return root;
}

async function rollBack(workspace: string): Promise<void> {
  await withLibrary(workspace, (library) => library.rollback(), { durability: 'fast' });
}

async function undo(workspace: string): Promise<void> {
  await withLibrary(workspace, (library) => library.undo(), { durability: 'fast' });
}

async function rollBackAndUndo(workspace: string): Promise<void> {
  await rollBack(workspace);
  await undo(workspace);
}

async function correct(workspace: string): Promise<void> {
  const decision = decisionIn(workspace);
  const options = { decision, reason: 'too slow' };
  await withLibrary(workspace, (library) => library.correct('crash', options), {
    durability: 'fast',
  });
}

async function correctAndUndo(workspace: string): Promise<void> {
  await correct(workspace);
  await undo(workspace);
}

function command(...args: string[]): () => readonly string[] {
  return () => args;
}

function correction(workspace: string): readonly string[] {
  const which = ['--decision', decisionIn(workspace), '--reason', 'too slow'];
  return ['plan', 'correct', 'crash', ...which];
}

export const ROLLBACK: Operation = { name: 'rollback', args: command('rollback') };

export const ROLLBACK_WITH_HEAD: Operation = {
  name: 'rollback --head',
  args: command('rollback', '--head'),
  template: withMovedHead,
  ownFrom: JOURNAL,
};

export const UNDO: Operation = {
  name: 'undo',
  args: command('undo'),
  begin: rollBack,
  ownFrom: JOURNAL,
  isMain: true,
};

export const CORRECTION: Operation = {
  name: 'plan correct',
  args: correction,
  template: makeDecided,
  ownFrom: JOURNAL,
  isMain: true,
};

export const UNDO_OF_CORRECTION: Operation = {
  ...UNDO,
  name: 'undo of a correction',
  template: makeDecided,
  begin: correct,
};

/** Everything that puts the worktree back. */
export const ROLLBACKS: readonly Operation[] = [
  ROLLBACK,
  { ...ROLLBACK, name: 'rollback with git', engine: 'native', ownFrom: JOURNAL },
  ROLLBACK_WITH_HEAD,
  {
    name: 'rollback --path',
    args: command('rollback', '--path', 'edited.txt', '--path', 'becomes-link'),
    ownFrom: JOURNAL,
  },
  UNDO,
  { name: 'redo', args: command('redo'), begin: rollBackAndUndo, ownFrom: JOURNAL },
  CORRECTION,
  UNDO_OF_CORRECTION,
  {
    name: 'redo of a correction',
    args: command('redo'),
    template: makeDecided,
    begin: correctAndUndo,
    ownFrom: JOURNAL,
  },
];

const NONE_KEPT = ['--keep-within', '0s', '--keep-hourly', '0', '--keep-daily', '0'];

export const PRUNE: Operation = {
  name: 'prune',
  args: command('prune', '--keep-last', '1', ...NONE_KEPT),
  template: () => withMoreCheckpoints(3),
  isOneByOne: true,
};

export const DELETION: Operation = {
  name: 'checkpoint delete',
  args: command('plan', 'checkpoint', 'delete', 'crash', 'latest'),
  template: () => withMoreCheckpoints(1),
  isDeletion: true,
};

export const CHECKPOINT: Operation = {
  name: 'checkpoint',
  args: command('checkpoint', '-m', 'another'),
};

export const DECISION: Operation = {
  name: 'decision add',
  args: command('plan', 'decision', 'add', 'crash', '--question', 'which', '--choice', 'this'),
  ownFrom: NOTE,
};

/** Everything else that writes. */
export const RECORDS: readonly Operation[] = [
  CHECKPOINT,
  {
    name: 'the first checkpoint',
    args: command('checkpoint'),
    template: withoutRepository,
    isFirst: true,
  },
  {
    name: 'checkpoint name',
    args: command('plan', 'checkpoint', 'name', 'crash', 'latest', 'good'),
  },
  DELETION,
  { name: 'plan create', args: command('plan', 'create', '--name', 'another') },
  { name: 'plan set', args: command('plan', 'set', 'crash', '--phase', 'review') },
  {
    name: 'plan step',
    args: command('plan', 'step', 'crash', '--done', '0', '--status', 'failed'),
    ownFrom: NOTE,
    isMain: true,
  },
  DECISION,
  { name: 'plan delete', args: command('plan', 'delete', 'crash', '--yes'), isDeletion: true },
  PRUNE,
];

export function templateOf({ template = commonTemplate }: Operation): string {
  return template();
}

/** A workspace of its own where the operation is about to begin. */
export async function workspaceFor(operation: Operation, template: string): Promise<string> {
  const workspace = await copyOf(template);
  await operation.begin?.(workspace);
  return workspace;
}

/** The operation as it is started in a workspace. */
export function programOf({ args, engine }: Operation, workspace: string): TracedProgram {
  return piton(workspace, args(workspace), engine);
}

/** One of so many calls is tried of a beginning that another operation has too. */
const BEGINNING_STRIDE = 5;

/** Leaves out most of what another operation is tried at already. */
export function withoutSharedBeginning(operation: Operation, points: readonly Point[]): Point[] {
  const { name, ownFrom } = operation;
  if (ownFrom === undefined) return [...points];
  const own = points.findIndex(({ args }) => args.includes(ownFrom));
  if (own < 0) throw new Error(`${name} never comes to ${ownFrom}`);
  return points.filter((_, index) => index >= own || index % BEGINNING_STRIDE === 0);
}
