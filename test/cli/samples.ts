import type { CorrectData, CorrectionData } from '../../src/api/correction-data.js';
import type {
  CheckpointCreateData,
  CheckpointData,
  CheckpointDiffData,
  DecisionData,
  DoctorData,
  FetchData,
  GcData,
  PlanData,
  PruneData,
  PushData,
  RecoverData,
  ResumeData,
  RollbackData,
  StatusData,
  VerifyData,
} from '../../src/api/data.js';
import type { ForkData } from '../../src/api/fork-data.js';
import type { HookRunData, HooksChangeData, HooksStatusData } from '../../src/api/hook-data.js';
import type { InitData } from '../../src/api/types.js';

/** When the tests' clock stands still, in milliseconds: 2026-01-02T03:04:05.000Z. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export const PLAN_ID = '01KDXW8E8800000000000PLAN0';
export const CHECKPOINT_ID = '01KDXW8E8800000000000CHPT0';
export const SAFETY_ID = '01KDXW8E8800000000000SAFE0';

export const CHECKPOINT: CheckpointData = {
  checkpoint_id: CHECKPOINT_ID,
  plan_id: PLAN_ID,
  kind: 'manual',
  name: 'green',
  reason: 'before the new parser',
  source: 'a tool',
  phase: 'execute',
  step: 3,
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  ref: `refs/piton/checkpoint/${PLAN_ID}/${CHECKPOINT_ID}`,
  created_at: '2026-01-02T03:01:05.000Z',
  head: { ref: 'refs/heads/main', commit: 'a'.repeat(40) },
  files: 12,
  not_captured: 1,
};

export const PLAIN_CHECKPOINT: CheckpointData = {
  ...CHECKPOINT,
  checkpoint_id: SAFETY_ID,
  name: null,
  kind: 'pre_rollback',
  reason: 'before a rollback',
  source: null,
  phase: null,
  step: -1,
  head: { ref: null, commit: null },
  not_captured: 0,
};

export const PLAN: PlanData = {
  schema_version: 1,
  plan_id: PLAN_ID,
  name: 'swap parser',
  parent_plan_id: null,
  forked_from: null,
  status: 'active',
  phase: 'execute',
  reversion_count: 1,
  max_reversions: 10,
  last_completed_step: 3,
  last_checkpoint_id: CHECKPOINT_ID,
  checkpoint_every_steps: 1,
  checkpoint_every_seconds: null,
  context: { branch: 'parser' },
  outputs: {},
  checkpoints: 2,
  reversions_left: 9,
};

export const CREATED: CheckpointCreateData = {
  created: true,
  checkpoint: CHECKPOINT,
  changed: { added: 3, modified: 1, deleted: 2 },
  not_captured: [{ path: 'big.bin', reason: 'too_large', size: 200 * 1024 * 1024 }],
  duration_ms: 12,
};

export const DIFF: CheckpointDiffData = {
  from: CHECKPOINT_ID,
  to: 'worktree',
  changes: [
    { path: 'a.txt', status: 'modified', insertions: 2, deletions: 1, binary: false },
    { path: 'logo.png', status: 'added', insertions: 0, deletions: 0, binary: true },
    { path: 'old/name', status: 'deleted', insertions: 0, deletions: 90, binary: false },
    { path: 'run.sh', status: 'mode', insertions: 0, deletions: 0, binary: false },
    { path: 'link', status: 'type', insertions: 1, deletions: 1, binary: false },
  ],
  patch: 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1,2 @@\n-a\n+\tb\r\n c\n',
};

export const ROLLED_BACK: RollbackData = {
  plan_id: PLAN_ID,
  checkpoint_id: CHECKPOINT_ID,
  safety_checkpoint_id: SAFETY_ID,
  written: 2,
  deleted: 1,
  mode_changed: 0,
  unchanged: 9,
  changed_paths: [
    { path: 'a.txt', change: 'restored' },
    { path: 'new.txt', change: 'created' },
    { path: 'gone.txt', change: 'deleted' },
  ],
  left: [{ path: 'node_modules', reason: 'ignored' }],
  retired: [{ path: 'pipe', to: 'trash/1/pipe' }],
  head: {
    at_checkpoint: { ref: 'refs/heads/main', commit: 'a'.repeat(40) },
    now: { ref: 'refs/heads/main', commit: 'a'.repeat(40) },
    moved: false,
    restored: false,
  },
  staging_area: { restored: true },
  reversion_count: 2,
  reversions_left: 8,
  last_completed_step: 3,
  last_checkpoint_id: CHECKPOINT_ID,
  dry_run: false,
  duration_ms: 1_400,
};

export const STATUS: StatusData = {
  workspace: '/home/u/w',
  git_dir: '/home/u/w/.git',
  engine: { name: 'native', reason: 'git is new enough', git_version: '2.39.5' },
  plan: PLAN,
  latest: CHECKPOINT,
  changes: { added: 1, modified: 0, deleted: 0 },
  unfinished: null,
  lock: null,
  watch: null,
  disk: { checkpoints: 2, bytes: 1_572_864 },
};

export const DECISION: DecisionData = {
  decision_id: '01KDXW8E8800000000000DECN0',
  parent_id: null,
  question: 'which parser',
  choice: 'hand-written',
  rationale: 'no dependency',
  step: 4,
  checkpoint_id: CHECKPOINT_ID,
  status: 'active',
  artifacts: ['src/parser.js'],
  created_at: '2026-01-02T03:02:05.000Z',
};

export const CORRECTION: CorrectionData = {
  correction_id: '01KDXW8E8800000000000CRRX0',
  decision_id: DECISION.decision_id,
  mode: 'revert',
  reason: "it's too slow",
  guidance: 'use a library',
  affected: [DECISION.decision_id],
  checkpoint_id: CHECKPOINT_ID,
  safety_checkpoint_id: SAFETY_ID,
  archive: 'archive/p/c',
  status: 'applied',
  created_at: '2026-01-02T03:02:05.000Z',
};

export const CORRECTED: CorrectData = {
  correction: CORRECTION,
  rollback: ROLLED_BACK,
  archived: [{ path: 'gone.txt', to: 'archive/p/c/files/0' }],
  affected: [DECISION.decision_id],
  descendants: [],
  later: [],
  continue_at_step: 4,
  dry_run: false,
};

export const RESUMED: ResumeData = {
  plan_id: PLAN_ID,
  next_step: 4,
  last_completed_step: 3,
  checkpoint: CHECKPOINT,
  worktree_matches: false,
  changes: { added: 1, modified: 0, deleted: 0 },
  reversions_left: 9,
  decisions_to_repeat: [{ ...DECISION, correction: null }],
};

export const INITIALISED: InitData = {
  workspace: '/home/u/w',
  git_dir: '/home/u/w/.git',
  created_repository: true,
  engine: 'native',
};

export const RECOVERED: RecoverData = {
  recovered: true,
  operation: 'rollback',
  outcome: 'undone',
  retired: [{ path: 'x', to: 'trash/1/x' }],
};

export const SOUND: VerifyData = { checked: 12, damaged: [] };

export const HEALTHY: DoctorData = { problems: [], checked: ['lock', 'trash'], repair: false };

export const PRUNED: PruneData = {
  pruned: [SAFETY_ID],
  kept: [{ checkpoint_id: CHECKPOINT_ID, reasons: ['latest', 'last', 'named'] }],
  dry_run: false,
};

export const COLLECTED: GcData = { bytes_before: 3_145_728, bytes_after: 1_572_864, swept: 0 };
export const FORKED: ForkData = {
  path: '/w-attempt',
  branch: null,
  plan: {
    ...PLAN,
    forked_from: { plan_id: PLAN.plan_id, checkpoint_id: CHECKPOINT.checkpoint_id },
  },
  checkpoint: CHECKPOINT,
};

export const PUSHED: PushData = {
  remote: 'https://***@host/r.git',
  pushed: [CHECKPOINT.checkpoint_id],
  up_to_date: 2,
  differing: [],
};

export const FETCHED: FetchData = {
  remote: '/srv/r.git',
  fetched: [CHECKPOINT.checkpoint_id],
  up_to_date: 0,
  differing: [],
  plans: [{ plan_id: PLAN_ID, name: 'swap parser', outcome: 'created' }],
  current_plan_id: PLAN_ID,
};

export const HOOKS_STATUS: HooksStatusData = {
  hooks: [
    {
      host: 'git',
      place: '/home/u/w/.git/hooks/pre-commit',
      event: 'pre-commit',
      level: 'project',
      installed: true,
      strict: true,
      note: null,
    },
    {
      host: 'codex',
      place: '/home/u/.codex/hooks.json',
      event: 'Stop',
      level: 'user',
      installed: false,
      strict: false,
      note: null,
    },
  ],
  log: { path: '/home/u/w/.git/piton/log/hooks.log', last: null },
};

export const HOOKS_CHANGED: HooksChangeData = {
  hooks: HOOKS_STATUS.hooks,
  files: [{ path: '/home/u/w/.git/hooks/pre-commit', change: 'created' }],
  dry_run: false,
};

export const HOOK_RUN: HookRunData = {
  host: 'cursor',
  event: 'stop',
  checkpoints: [],
  failures: [],
  reply: '{}',
};
