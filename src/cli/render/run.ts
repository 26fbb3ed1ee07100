import type { AttemptData } from '../../api/data.js';
import { checkpointLabel } from './checkpoint.js';
import { renderRollback } from './rollback.js';
import type { View } from './view.js';

/** A command that was run, and what became of its changes. */
export interface RunData extends AttemptData {
  command: readonly string[];
  /** Null when a signal ended it. */
  exit_code: number | null;
  signal: NodeJS.Signals | null;
}

/** Nothing when all went well: the command has spoken. */
export function renderRun(data: RunData, view: View): string {
  const id = checkpointLabel(data.checkpoint, view);
  const failed = data.exit_code !== 0;
  if (!failed) return view.verbose ? `Checkpoint ${id} was taken before the command\n` : '';
  const how = data.signal === null ? `failed (${data.exit_code})` : `was ended by ${data.signal}`;
  if (data.outcome === 'unchanged') return `The command ${how}; it had changed nothing\n`;
  if (data.rollback === null) {
    return `The command ${how}; its changes stay. What was there before: checkpoint ${id}\n`;
  }
  const words = {
    done: `The command ${how}. Rolled back to`,
    would: '',
    takeBack: `piton undo --plan ${data.checkpoint.plan_id}`,
    command: '',
  };
  return renderRollback(data.rollback, words, view);
}
