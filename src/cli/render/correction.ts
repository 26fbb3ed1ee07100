import type {
  ArchivedCorrectionData,
  CorrectData,
  CorrectionListData,
  NamedCorrectionData,
} from '../../api/correction-data.js';
import { ago, count, showBytes } from './amounts.js';
import { columns } from './columns.js';
import { escapeControl, showPath } from './escape-control.js';
import { facts, listBelow } from './lists.js';
import { renderRollback } from './rollback.js';
import type { View } from './view.js';

/** What fell, what went into the archive, and what the rollback did. */
export function renderCorrect(data: CorrectData, view: View): string {
  const { correction, rollback, dry_run: dry } = data;
  const id = view.paint('yellow', correction.decision_id);
  const verb = dry ? 'Would correct' : 'Corrected';
  const label = correction.correction_id ?? '';
  const own = label === '' ? '' : ` (correction ${view.paint('yellow', label)})`;
  return [
    `${verb} decision ${id}${own}\n`,
    listBelow('with it fall those that follow from it', data.descendants, view, (one) => [one]),
    listBelow('and those that were made later', data.later, view, (one) => [one]),
    listBelow(dry ? 'to be archived' : 'archived', data.archived, view, ({ path, to }) => [
      showPath(path),
      ...(to === null ? [] : [`to ${escapeControl(to)}`]),
    ]),
    rollback === null ? '' : renderRollback(rollback, wordsFor(data), view),
    `go on at step ${data.continue_at_step}\n`,
  ].join('');
}

function wordsFor({ correction, rollback }: CorrectData) {
  const { decision_id: decision, reason, guidance } = correction;
  const options = [`--decision ${decision}`, `--reason ${quoted(reason)}`];
  if (guidance !== null) options.push(`--guidance ${quoted(guidance)}`);
  return {
    done: 'Rolled back to',
    would: 'Would roll back to',
    takeBack: 'piton undo',
    command: `piton plan correct ${rollback?.plan_id} ${options.join(' ')}`,
  };
}

/** One word for a shell. */
function quoted(text: string): string {
  return escapeControl(`'${text.replaceAll("'", "'\\''")}'`);
}

export function renderCorrectionList({ corrections }: CorrectionListData, view: View): string {
  if (corrections.length === 0) return 'No corrections.\n';
  const rows = corrections.map((one) => [
    view.paint('yellow', one.correction_id ?? ''),
    one.mode,
    one.status,
    count(one.affected.length, 'decision'),
    `${count(one.archived.length, 'file')} archived`,
    escapeControl(one.reason),
  ]);
  return columns(rows, view.verbose ? null : view.columns);
}

export function renderCorrectionShow({ correction }: NamedCorrectionData, view: View): string {
  const { created_at: at, guidance } = correction;
  const about = facts(view, [
    ['correction', view.paint('yellow', correction.correction_id ?? '')],
    ['decision', correction.decision_id],
    ['mode', correction.mode],
    ['status', correction.status],
    ['reason', escapeControl(correction.reason)],
    ['guidance', guidance === null ? null : escapeControl(guidance)],
    ['rolled back to', correction.checkpoint_id],
    ['safety', correction.safety_checkpoint_id],
    ['archive', correction.archive === null ? null : escapeControl(correction.archive)],
    ['made', `${ago(at, view.now)} (${at})`],
  ]);
  const fell = listBelow('reverted', revertedBy(correction), view, (id) => [id]);
  const archived = listBelow('archived', correction.archived, view, (file) => [
    showPath(file.path),
    file.kind,
    file.mode,
    showBytes(file.size),
    `in ${escapeControl(file.to)}`,
  ]);
  return `${about}${fell}${archived}`;
}

/** A correction without a rollback reverts nothing. */
function revertedBy({ mode, affected }: ArchivedCorrectionData): string[] {
  return mode === 'revert' ? affected : [];
}
