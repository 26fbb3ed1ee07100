import type { WatchData } from '../../api/data.js';
import { count } from './amounts.js';

/** When it has ended; each checkpoint was told when it was taken. */
export function renderWatch({ checkpoints }: WatchData): string {
  return `Stopped watching: ${count(checkpoints, 'checkpoint')} taken\n`;
}
