import type { RollbackData } from '../../api/data.js';
import { count, showDuration } from './amounts.js';
import { showHead, showPosition } from './checkpoint.js';
import { escapeControl, showPath } from './escape-control.js';
import { aboutPath, listBelow } from './lists.js';
import type { View } from './view.js';

/** What a rollback, an undo or a redo says of itself. */
export interface RollbackWords {
  /** Begins the line that says what was done. */
  done: string;
  /** Begins the same line of a dry run. */
  would: string;
  /** The command that takes it back. */
  takeBack: string;
  /** The command that does what the dry run showed. */
  command: string;
}

/** What was written, deleted, left and retired, where the plan stands, and the way back. */
export function renderRollback(data: RollbackData, words: RollbackWords, view: View): string {
  const id = view.paint('yellow', data.checkpoint_id);
  const title = `${data.dry_run ? words.would : words.done} checkpoint ${id}`;
  return [
    `${title}: ${amounts(data)}${view.verbose ? ` (${showDuration(data.duration_ms)})` : ''}\n`,
    listBelow('files', data.changed_paths, view, ({ path, change }) => aboutPath(change, path)),
    listBelow('left as they are', data.left, view, ({ path, reason }) => aboutPath(reason, path)),
    listBelow('retired', data.retired, view, ({ path, to }) => [
      showPath(path),
      `to ${escapeControl(to)}`,
    ]),
    head(data),
    stagingArea(data),
    position(data),
    wayOn(data, words),
  ].join('');
}

function amounts(data: RollbackData): string {
  const modes = data.mode_changed === 0 ? [] : [`${count(data.mode_changed, 'mode')} changed`];
  const parts = [`${data.written} written`, `${data.deleted} deleted`, ...modes];
  return [...parts, `${data.unchanged} unchanged`].join(', ');
}

function head({ head: { at_checkpoint: then, now, moved, restored }, dry_run: dry }: RollbackData) {
  if (!moved) return '';
  const where = `${showHead(now)}; at the checkpoint: ${showHead(then)}`;
  if (restored) return `HEAD ${dry ? 'would move' : 'moved'} back to ${showHead(then)}\n`;
  return `HEAD has moved since and stays (${where}); --head moves it back\n`;
}

function stagingArea({ staging_area: { restored, reason } }: RollbackData): string {
  if (restored || reason === undefined) return '';
  return `the staging area stays as it is: ${escapeControl(reason)}\n`;
}

function position(data: RollbackData): string {
  const left = data.reversions_left;
  const reversions = left === null ? '' : `; ${count(left, 'rollback')} left`;
  return `position: ${showPosition(data.last_completed_step)}${reversions}\n`;
}

function wayOn(data: RollbackData, words: RollbackWords): string {
  if (!data.dry_run) return `${words.takeBack} takes it back\n`;
  if (data.token === undefined) return '';
  return `to do exactly this: ${words.command} --token ${escapeControl(data.token)}\n`;
}
