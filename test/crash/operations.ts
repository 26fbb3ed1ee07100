import { tempDirectory } from '../helpers/temp.js';
import { runPiton, withLibrary, type Engine } from './piton.js';
import type { Point } from './strace.js';
import { commitElsewhere, copyOf, fill, makeWorkspace } from './workspace.js';

/** Something that piton does, and the workspace that it begins in. */
export interface Operation {
  name: string;
  args: readonly string[];
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
  /** Up to the journal it does what another one does, of which every call is tried. */
  beginsAsAnother?: boolean;
}

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

function withTwoCheckpoints(): string {
  const root = makeWorkspace();
  runPiton(root, 'checkpoint', '-m', 'to be deleted');
  return root;
}

async function rollBack(workspace: string): Promise<void> {
  await withLibrary(workspace, (library) => library.rollback(), { durability: 'fast' });
}

async function rollBackAndUndo(workspace: string): Promise<void> {
  await rollBack(workspace);
  await withLibrary(workspace, (library) => library.undo(), { durability: 'fast' });
}

export const ROLLBACK: Operation = { name: 'rollback', args: ['rollback'] };

export const ROLLBACK_WITH_HEAD: Operation = {
  name: 'rollback --head',
  args: ['rollback', '--head'],
  template: withMovedHead,
  beginsAsAnother: true,
};

/** Everything that puts the worktree back. */
export const ROLLBACKS: readonly Operation[] = [
  ROLLBACK,
  { name: 'rollback with git', args: ['rollback'], engine: 'native', beginsAsAnother: true },
  ROLLBACK_WITH_HEAD,
  {
    name: 'rollback --path',
    args: ['rollback', '--path', 'edited.txt', '--path', 'becomes-link'],
    beginsAsAnother: true,
  },
  { name: 'undo', args: ['undo'], begin: rollBack, beginsAsAnother: true },
  { name: 'redo', args: ['redo'], begin: rollBackAndUndo, beginsAsAnother: true },
];

const QUESTION = ['--question', 'which parser', '--choice', 'hand-written'];

/** Everything else that writes. */
export const RECORDS: readonly Operation[] = [
  { name: 'checkpoint', args: ['checkpoint', '-m', 'another'] },
  {
    name: 'the first checkpoint',
    args: ['checkpoint'],
    template: withoutRepository,
    isFirst: true,
  },
  { name: 'checkpoint name', args: ['plan', 'checkpoint', 'name', 'crash', 'latest', 'good'] },
  {
    name: 'checkpoint delete',
    args: ['plan', 'checkpoint', 'delete', 'crash', 'latest'],
    template: withTwoCheckpoints,
    isDeletion: true,
  },
  { name: 'plan create', args: ['plan', 'create', '--name', 'another'] },
  { name: 'plan set', args: ['plan', 'set', 'crash', '--phase', 'review'] },
  { name: 'plan step', args: ['plan', 'step', 'crash', '--done', '0', '--status', 'failed'] },
  { name: 'decision add', args: ['plan', 'decision', 'add', 'crash', ...QUESTION] },
  { name: 'plan delete', args: ['plan', 'delete', 'crash', '--yes'], isDeletion: true },
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

/** One of so many calls is tried of a beginning that another operation has too. */
const BEGINNING_STRIDE = 5;

/** Leaves out most of what another operation is tried at already. */
export function withoutSharedBeginning(operation: Operation, points: readonly Point[]): Point[] {
  if (operation.beginsAsAnother !== true) return [...points];
  const journal = points.findIndex(({ args }) => args.includes('/piton/journal'));
  if (journal < 0) throw new Error(`${operation.name} writes no journal`);
  return points.filter((_, index) => index >= journal || index % BEGINNING_STRIDE === 0);
}
