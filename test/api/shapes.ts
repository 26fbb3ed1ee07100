import { expect } from 'chai';

/** What a value must look like: a type's name, `|` between several, or an object of such. */
export type Shape = string | { readonly [key: string]: Shape } | readonly [Shape];

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Exactly the keys of the shape, each of its type; keys that end in `?` may be absent. */
export function expectShape(value: unknown, shape: Shape, where = 'value'): void {
  if (typeof shape === 'string') {
    expect(shape.split('|'), `${where}: ${JSON.stringify(value)}`).to.include(typeOf(value));
    return;
  }
  if (Array.isArray(shape)) {
    expect(typeOf(value), where).to.equal('array');
    for (const [at, one] of (value as unknown[]).entries()) {
      expectShape(one, shape[0] as Shape, `${where}[${at}]`);
    }
    return;
  }
  expect(typeOf(value), where).to.equal('object');
  const fields = value as Record<string, unknown>;
  const known = new Map(Object.entries(shape).map(([key, of]) => [key.replace('?', ''), of]));
  const required = Object.keys(shape).filter((key) => !key.endsWith('?'));
  expect(Object.keys(fields), where).to.include.members(required);
  expect([...known.keys()], where).to.include.members(Object.keys(fields));
  for (const [key, of] of known) {
    if (key in fields) expectShape(fields[key], of, `${where}.${key}`);
  }
}

const HEAD: Shape = { ref: 'string|null', commit: 'string|null' };

export const CHECKPOINT: Shape = {
  checkpoint_id: 'string',
  plan_id: 'string',
  kind: 'string',
  name: 'string|null',
  reason: 'string',
  source: 'string|null',
  phase: 'string|null',
  step: 'number',
  commit: 'string',
  tree: 'string',
  ref: 'string',
  created_at: 'string',
  head: HEAD,
  files: 'number',
  not_captured: 'number',
};

const COUNTS: Shape = { added: 'number', modified: 'number', deleted: 'number' };

export const CHECKPOINT_CREATE: Shape = {
  created: 'boolean',
  checkpoint: CHECKPOINT,
  changed: COUNTS,
  not_captured: [{ path: 'string|object', reason: 'string', 'size?': 'number' }],
  duration_ms: 'number',
};

export const CHANGES: Shape = [
  {
    path: 'string|object',
    status: 'string',
    insertions: 'number',
    deletions: 'number',
    binary: 'boolean',
  },
];

export const PLAN: Shape = {
  schema_version: 'number',
  plan_id: 'string',
  name: 'string|null',
  parent_plan_id: 'string|null',
  forked_from: 'object|null',
  status: 'string',
  phase: 'string',
  reversion_count: 'number',
  max_reversions: 'number|null',
  last_completed_step: 'number',
  last_checkpoint_id: 'string|null',
  checkpoint_every_steps: 'number|null',
  checkpoint_every_seconds: 'number|null',
  retention: 'object|null',
  steps: 'array',
  decisions: 'array',
  corrections: 'array',
  rollbacks: { undo: 'array', redo: 'array' },
  context: 'object',
  outputs: 'object',
  created_at: 'string',
  updated_at: 'string',
  checkpoints: 'number',
  reversions_left: 'number|null',
};

export const ROLLBACK: Shape = {
  plan_id: 'string',
  checkpoint_id: 'string',
  safety_checkpoint_id: 'string|null',
  written: 'number',
  deleted: 'number',
  mode_changed: 'number',
  unchanged: 'number',
  changed_paths: [{ path: 'string|object', change: 'string' }],
  left: [{ path: 'string|object', reason: 'string' }],
  retired: [{ path: 'string|object', to: 'string' }],
  head: { at_checkpoint: HEAD, now: HEAD, moved: 'boolean', restored: 'boolean' },
  staging_area: { restored: 'boolean', 'reason?': 'string' },
  reversion_count: 'number',
  reversions_left: 'number|null',
  last_completed_step: 'number',
  last_checkpoint_id: 'string|null',
  dry_run: 'boolean',
  'token?': 'string',
  duration_ms: 'number',
};

export const STATUS: Shape = {
  workspace: 'string',
  git_dir: 'string',
  engine: { name: 'string', reason: 'string', git_version: 'string|null' },
  plan: 'object|null',
  latest: 'object|null',
  changes: 'object|null',
  unfinished: 'object|null',
  lock: 'object|null',
  watch: 'object|null',
  disk: { checkpoints: 'number', bytes: 'number' },
};
