import type { GcData, PruneData } from '../../api/data.js';
import { count, showBytes } from './amounts.js';
import { listBelow } from './lists.js';
import type { View } from './view.js';

export function renderPrune({ pruned, kept, dry_run: isDryRun }: PruneData, view: View): string {
  const goes = isDryRun ? 'Would prune' : 'Pruned';
  const line = `${goes} ${count(pruned.length, 'checkpoint')}, ${kept.length} kept\n`;
  if (!isDryRun) return line;
  const stay = listBelow('kept', kept, view, ({ checkpoint_id: id, reasons }) => [
    view.paint('yellow', id),
    reasons.join(', '),
  ]);
  return line + listBelow('pruned', pruned, view, (id) => [view.paint('yellow', id)]) + stay;
}

export function renderGc({ bytes_before: before, bytes_after: after, swept }: GcData): string {
  const leftovers = swept === 0 ? '' : `, ${count(swept, 'leftover')} swept`;
  return `${showBytes(after)} on disk, ${showBytes(before)} before${leftovers}\n`;
}
