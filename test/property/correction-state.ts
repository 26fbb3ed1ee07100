import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../src/api/workspace.js';
import type { JsonPath } from '../../src/core/byte-path.js';
import { readPlan } from '../../src/plan/plan-file.js';
import type { Plan } from '../../src/plan/types.js';
import { git, tryGit } from '../helpers/git.js';
import { recordTree } from './random-tree.js';

/** What goes back with a rollback, of a plan. */
export type Position = ReturnType<typeof positionOf>;

/** All that a correction, undo or redo is to leave exactly as it says. */
export interface State {
  /** What checkpoints capture, by path. */
  files: Map<string, string>;
  /** Ignored files, by path. */
  ignored: Map<string, string>;
  staged: string;
  position: Position;
  reversions: number;
  /** Contents by path, of each correction that has an archive. */
  archives: Record<string, Record<string, string>>;
  /** Statuses by id. */
  corrections: Record<string, string>;
}

export function positionOf(plan: Plan) {
  const { phase, last_completed_step, last_checkpoint_id, steps, decisions } = plan;
  const { context, outputs } = plan;
  return { phase, last_completed_step, last_checkpoint_id, steps, decisions, context, outputs };
}

function isIgnored(path: string): boolean {
  return path === 'build' || path.startsWith('build/');
}

/** All paths of the stories are text. */
function textOfPath(path: JsonPath): string {
  if (typeof path === 'string') return path;
  throw new Error(`not text: ${path.base64}`);
}

function contentsAt(path: string): string {
  return readFileSync(path).toString('base64');
}

/** Contents of ignored files, without the word that `recordTree` puts before them. */
export function contentsOf(recorded: string): string {
  return recorded.slice(recorded.indexOf(' ') + 1);
}

/** Reads everything anew, as another process would find it. */
export async function readState(workspace: Workspace, root: string): Promise<State> {
  const tree = [...recordTree(root)];
  const { plan_id: planId } = await workspace.showPlan('p');
  const stateDir = join(root, '.git/piton');
  const plan = readPlan(stateDir, planId);
  const { corrections } = await workspace.listCorrections('p');
  const archives = corrections
    .filter(({ archived }) => archived.length > 0)
    .map(({ correction_id: id, archived }): [string, Record<string, string>] => {
      const files = archived.map(({ path, to }): [string, string] => [
        textOfPath(path),
        contentsAt(join(stateDir, to)),
      ]);
      return [id ?? '', Object.fromEntries(files)];
    });
  return {
    files: new Map<string, string>(tree.filter(([path]) => !isIgnored(path))),
    ignored: new Map<string, string>(
      tree.filter(([path, what]) => isIgnored(path) && what !== 'folder'),
    ),
    staged: git(root, 'ls-files', '-s', '-z'),
    position: positionOf(plan),
    reversions: plan.reversion_count,
    archives: Object.fromEntries(archives),
    corrections: Object.fromEntries(
      corrections.map((one): [string, string] => [one.correction_id ?? '', one.status]),
    ),
  };
}

/** Contents of all files below the folders of the state directory that hold users' files. */
export function setAsideIn(root: string): Set<string> {
  const found = new Set<string>();
  for (const folder of ['archive', 'trash']) {
    const at = join(root, '.git/piton', folder);
    for (const entry of entriesBelow(at)) {
      if (entry.isFile()) found.add(contentsAt(join(entry.parentPath, entry.name)));
    }
  }
  return found;
}

/** Contents of all ignored files that a checkpoint holds. */
export function contentsIn(root: string, checkpointId: string): string[] {
  const [ref = ''] = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton/checkpoint')
    .split('\n')
    .filter((name) => name.endsWith(checkpointId));
  const paths = git(root, 'ls-tree', '-r', '--name-only', ref, 'build').split('\n');
  return paths
    .filter((path) => path !== '')
    .map((path) => tryGit(root, ['show', `${ref}:${path}`]).stdout.toString('base64'));
}

function entriesBelow(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
