import { DECISION_CASES } from './decision-cases.js';
import { HOOK_CASES } from './hook-cases.js';
import { MACHINE_CASES } from './machine-cases.js';
import type { FakeOptions, Verb } from './run-fake.js';
import { RETENTION_CASES } from './retention-cases.js';
import { PLAN_ID } from './samples.js';
import { WATCH_CASES } from './watch-cases.js';

export interface CommandCase {
  /** Arguments; a word with spaces goes in double quotes. */
  line: string;
  name: string;
  calls: [Verb | 'runHook', ...unknown[]][];
  /** Whether a workspace is opened for it; so it is unless said otherwise. */
  opens?: boolean;
  options?: FakeOptions;
  /** Default 0. */
  code?: number;
  /** Default standard output. */
  told?: 'stderr';
}

const NO_FLAGS = { always: false, includeIgnored: false, force: false };
const NO_ROLLBACK_FLAGS = { head: false, dryRun: false, force: false };

export const COMMAND_CASES: CommandCase[] = [
  { line: 'init', name: 'init', calls: [['init', { force: false }]] },
  { line: 'init --force', name: 'init', calls: [['init', { force: true }]] },
  { line: 'mcp', name: 'mcp', calls: [], told: 'stderr' },
  { line: 'completion', name: 'completion', calls: [] },
  { line: 'completion zsh', name: 'completion', calls: [] },
  { line: 'completion --candidates -- rollb', name: 'completion', calls: [] },
  { line: 'status', name: 'status', calls: [['status', {}]] },
  { line: 'status --plan p', name: 'status', calls: [['status', { plan: 'p' }]] },
  {
    line:
      'plan create --name "swap parser" --parent p --max-reversions none ' +
      '--every-steps 2 --every 5m --phase draft',
    name: 'plan.create',
    calls: [
      [
        'createPlan',
        {
          name: 'swap parser',
          parent: 'p',
          maxReversions: null,
          everySteps: 2,
          everySeconds: 300,
          phase: 'draft',
        },
      ],
    ],
  },
  ...WATCH_CASES,
  { line: 'plan create', name: 'plan.create', calls: [['createPlan', {}]] },
  { line: 'plan list', name: 'plan.list', calls: [['listPlans']] },
  { line: 'plan show p', name: 'plan.show', calls: [['showPlan', 'p']] },
  { line: 'plan use p', name: 'plan.use', calls: [['usePlan', 'p']] },
  {
    line:
      'plan set p --phase x --every none --every-steps none --max-reversions ' +
      '0 --name n --context a=1 --context b=x --output c=[2]',
    name: 'plan.set',
    calls: [
      [
        'setPlan',
        'p',
        {
          phase: 'x',
          everySeconds: null,
          everySteps: null,
          maxReversions: 0,
          name: 'n',
          context: { a: 1, b: 'x' },
          outputs: { c: [2] },
        },
      ],
    ],
  },
  {
    line: 'plan set p --state -',
    name: 'plan.set',
    calls: [['setPlan', 'p', { state: { a: 1 } }]],
    options: { stdin: '{"a":1}' },
  },
  { line: 'plan delete p --yes', name: 'plan.delete', calls: [['deletePlan', 'p']] },
  {
    line: 'plan delete p',
    name: 'plan.delete',
    calls: [
      ['showPlan', 'p'],
      ['deletePlan', PLAN_ID],
    ],
    options: { terminal: true, stdin: 'y\n' },
  },
  { line: 'step --done 3', name: 'plan.step', calls: [['completeStep', undefined, { done: 3 }]] },
  {
    line: 'plan step p --done 0 --output a=1 --output b=2 --status failed',
    name: 'plan.step',
    calls: [['completeStep', 'p', { done: 0, output: { a: 1, b: 2 }, status: 'failed' }]],
  },
  ...RETENTION_CASES,
  { line: 'resume', name: 'plan.resume', calls: [['resumePlan', {}]] },
  { line: 'resume --plan p', name: 'plan.resume', calls: [['resumePlan', { plan: 'p' }]] },
  { line: 'plan resume p', name: 'plan.resume', calls: [['resumePlan', { plan: 'p' }]] },
  { line: 'plan apply p', name: 'plan.apply', calls: [['applyPlan', 'p']] },
  { line: 'plan abandon p', name: 'plan.abandon', calls: [['abandonPlan', 'p']] },
  ...DECISION_CASES,
  { line: 'checkpoint', name: 'checkpoint.create', calls: [['createCheckpoint', NO_FLAGS]] },
  {
    line:
      'checkpoint -m "- why" --name n --source t --phase x --step 4 --state - ' +
      '--always --include-ignored --force --plan p',
    name: 'checkpoint.create',
    calls: [
      [
        'createCheckpoint',
        {
          plan: 'p',
          reason: '- why',
          name: 'n',
          source: 't',
          phase: 'x',
          step: 4,
          state: { deep: [1] },
          always: true,
          includeIgnored: true,
          force: true,
        },
      ],
    ],
    options: { stdin: '{"deep":[1]}' },
  },
  {
    line: 'plan checkpoint create p -m why',
    name: 'checkpoint.create',
    calls: [['createCheckpoint', { plan: 'p', reason: 'why', ...NO_FLAGS }]],
  },
  { line: 'log', name: 'checkpoint.list', calls: [['listCheckpoints', { cost: false }]] },
  {
    line: 'plan checkpoint list p --limit 2 --kind pre_rollback',
    name: 'checkpoint.list',
    calls: [['listCheckpoints', { plan: 'p', limit: 2, kind: 'pre_rollback', cost: false }]],
  },
  {
    line: 'show latest~2',
    name: 'checkpoint.show',
    calls: [['showCheckpoint', 'latest~2', undefined]],
  },
  {
    line: 'plan checkpoint show p step:4',
    name: 'checkpoint.show',
    calls: [['showCheckpoint', 'step:4', 'p']],
  },
  { line: 'diff', name: 'checkpoint.diff', calls: [['diffCheckpoints', { patch: false }]] },
  { line: 'diff --patch', name: 'checkpoint.diff', calls: [['diffCheckpoints', { patch: true }]] },
  {
    line: 'diff a b --stat -- x ../w/y -z',
    name: 'checkpoint.diff',
    calls: [['diffCheckpoints', { from: 'a', to: 'b', patch: false, paths: ['x', 'y', '-z'] }]],
  },
  {
    line: 'plan checkpoint diff p a --name-status',
    name: 'checkpoint.diff',
    calls: [['diffCheckpoints', { plan: 'p', from: 'a', patch: false }]],
  },
  {
    line: 'plan checkpoint name p a "new name"',
    name: 'checkpoint.name',
    calls: [['nameCheckpoint', 'a', 'new name', 'p']],
  },
  {
    line: 'plan checkpoint delete p a',
    name: 'checkpoint.delete',
    calls: [['deleteCheckpoint', 'a', 'p']],
  },
  { line: 'rollback', name: 'plan.rollback', calls: [['rollback', NO_ROLLBACK_FLAGS]] },
  {
    line: 'rollback a --path x --path src/y --head --dry-run --force',
    name: 'plan.rollback',
    calls: [
      [
        'rollback',
        { checkpoint: 'a', paths: ['x', 'src/y'], head: true, dryRun: true, force: true },
      ],
    ],
  },
  {
    line: 'rollback --to-checkpoint a --token t',
    name: 'plan.rollback',
    calls: [['rollback', { checkpoint: 'a', token: 't', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback p a',
    name: 'plan.rollback',
    calls: [['rollback', { plan: 'p', checkpoint: 'a', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback p',
    name: 'plan.rollback',
    calls: [['rollback', { plan: 'p', ...NO_ROLLBACK_FLAGS }]],
  },
  {
    line: 'plan rollback --to-checkpoint a',
    name: 'plan.rollback',
    calls: [['rollback', { checkpoint: 'a', ...NO_ROLLBACK_FLAGS }]],
    options: { env: { PITON_PLAN: 'not this one' } },
  },
  { line: 'undo', name: 'undo', calls: [['undo', { dryRun: false }]] },
  {
    line: 'undo --dry-run --token t --plan p',
    name: 'undo',
    calls: [['undo', { plan: 'p', dryRun: true, token: 't' }]],
  },
  {
    line: 'run --on-failure keep -m why --plan p -- npm --json test',
    name: 'run',
    calls: [['attempt', 'work', { plan: 'p', reason: 'why', onFailure: 'keep' }]],
    options: { programEnd: { exitCode: 3 } },
    code: 3,
    told: 'stderr',
  },
  { line: 'redo', name: 'redo', calls: [['redo', { dryRun: false }]] },
  {
    line: 'redo --dry-run --token t --plan p',
    name: 'redo',
    calls: [['redo', { plan: 'p', dryRun: true, token: 't' }]],
  },
  { line: 'verify', name: 'verify', calls: [['verify', { all: false }]] },
  {
    line: 'verify a --plan p',
    name: 'verify',
    calls: [['verify', { plan: 'p', checkpoint: 'a', all: false }]],
  },
  { line: 'verify --all', name: 'verify', calls: [['verify', { all: true }]] },
  { line: 'doctor', name: 'doctor', calls: [['doctor', { repair: false }]] },
  { line: 'doctor --repair', name: 'doctor', calls: [['doctor', { repair: true }]] },
  { line: 'recover', name: 'recover', calls: [['recover']] },
  ...MACHINE_CASES,
  ...HOOK_CASES,
];
