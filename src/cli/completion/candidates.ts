import type { Workspace } from '../../api/workspace.js';
import { PitonError } from '../../core/errors.js';
import { escapeControl } from '../render/escape-control.js';
import { wantedAfter, type Candidate, type Wanted } from './wanted.js';

/** What needs no quotes in any shell. */
const PLAIN = /^[\w.@%+,/-]+$/;

/**
 * What may come next on a command line, those alone that go on with what is typed.
 * @param words what follows the program, the word that is being typed last; a `=` may stand alone,
 * as bash splits there
 */
export async function candidates(
  words: readonly string[],
  workspace: Workspace,
): Promise<Candidate[]> {
  const { before, typed, attached } = split(words);
  const wanted = await wantedAfter(before, typed.startsWith('-'));
  const all = await named(wanted, workspace);
  return all
    .filter(({ value }) => value.startsWith(typed))
    .map(({ value, description }) => ({
      value: `${attached}${value}`,
      description: escapeControl(description),
    }));
}

interface Split {
  before: string[];
  /** The beginning of what is to be completed. */
  typed: string;
  /** What stands before it in the same word. */
  attached: string;
}

function split(words: readonly string[]): Split {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter((word) => word !== '=');
  const option = /^(--[a-z-]+)=(.*)$/s.exec(last);
  if (last === '=') return { before, typed: '', attached: '' };
  if (option === null) return { before, typed: last, attached: '' };
  const [, name = '', typed = ''] = option;
  return { before: [...before, name], typed, attached: `${name}=` };
}

async function named(wanted: Wanted, workspace: Workspace): Promise<readonly Candidate[]> {
  if (wanted.kind === 'texts') return wanted.texts;
  if (wanted.kind === 'nothing' || workspace.root === null) return [];
  try {
    if (wanted.kind === 'plan') return await plans(workspace);
    if (wanted.kind === 'decision') return await decisions(workspace, wanted.plan);
    return await checkpoints(workspace, wanted.plan);
  } catch (error) {
    // Whoever is typing has no use for a message in the middle of the line.
    if (error instanceof PitonError) return [];
    throw error;
  }
}

async function plans(workspace: Workspace): Promise<Candidate[]> {
  const { plans: all } = await workspace.listPlans();
  return all.map(({ plan_id, name, status }) =>
    name !== null && PLAIN.test(name)
      ? { value: name, description: status }
      : { value: plan_id, description: name ?? status },
  );
}

async function decisions(workspace: Workspace, plan: string | undefined): Promise<Candidate[]> {
  const { decisions: all } = await workspace.listDecisions(plan);
  return all.map(({ decision_id, question }) => ({ value: decision_id, description: question }));
}

async function checkpoints(workspace: Workspace, plan: string | undefined): Promise<Candidate[]> {
  const { checkpoints: all } = await workspace.listCheckpoints({ plan });
  const ids = all.map(({ checkpoint_id, name, kind, reason }) => ({
    value: name !== null && PLAIN.test(name) ? name : checkpoint_id,
    description: [kind, name, reason].filter((part) => part !== null).join(' '),
  }));
  return [{ value: 'latest', description: "the plan's latest checkpoint" }, ...ids];
}
