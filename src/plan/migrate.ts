import { integer, object } from './check.js';
import { checkedAsState, tooNew } from './damage.js';
import { SCHEMA_VERSION } from './schema.js';
import type { JsonObject } from './types.js';

type Migration = (plan: JsonObject) => JsonObject;

/** Version 1 had no counters. A file that says 1 and has some of them keeps those. */
const from1to2: Migration = (plan) => ({
  reversion_count: 0,
  last_completed_step: -1,
  last_checkpoint_id: null,
  ...plan,
  schema_version: 2,
});

/** The migration at index N - 1 makes version N + 1 of version N. */
const MIGRATIONS: readonly Migration[] = [from1to2];

/**
 * A parsed plan file of any known version as the current one; the first files did not name theirs.
 * Fields are not checked here. `path` is for the errors.
 * @throws {PitonError} `UNSUPPORTED_FORMAT` for a newer version, `STATE_DAMAGED` when it is no
 * version at all.
 */
export function migratePlan(value: unknown, path: string): JsonObject {
  const plan = checkedAsState(path, () => object(value, 'plan'));
  const stated = Object.hasOwn(plan, 'schema_version') ? plan['schema_version'] : 1;
  const version = checkedAsState(path, () => integer(1)(stated, 'schema_version'));
  if (version > SCHEMA_VERSION) throw tooNew(path, SCHEMA_VERSION, version);
  return MIGRATIONS.slice(version - 1).reduce((older, migrate) => migrate(older), plan);
}
