import { LowSync } from 'lowdb';
import { LIMITS } from '../core/limits.js';
import type { Durability } from '../core/types.js';
import { assertJson, id, integer, nullable, record, type Field } from './check.js';
import { checkedAsState, tooNew } from './damage.js';
import { formatJson, parseJson } from './json-file.js';
import { stateFile, type Format, type Place } from './state-file.js';

interface Versions {
  schema_version: number;
  /** Of everything in the state directory and under the hidden refs. */
  format_version: number;
}

/** What the workspace remembers beside its plans. */
export interface WorkspaceFile extends Versions {
  current_plan_id: string | null;
}

const VERSION = 1;
const version: Field<number> = { check: integer(1), fallback: () => VERSION };
const VERSION_FIELDS = { schema_version: version, format_version: version };

const versionsOf = record<Versions>(VERSION_FIELDS);
const workspaceOf = record<WorkspaceFile>({
  ...VERSION_FIELDS,
  current_plan_id: { check: nullable(id), fallback: () => null },
});

const FORMAT: Format<WorkspaceFile> = {
  maxBytes: LIMITS.workspaceFileBytes,
  parse: (bytes, path) =>
    checkedAsState(path, () => {
      const value = parseJson(bytes, path);
      assertJson(value, 'workspace');
      const { schema_version, format_version } = versionsOf(value, '');
      const found = Math.max(schema_version, format_version);
      if (found > VERSION) throw tooNew(path, VERSION, found);
      return workspaceOf(value, '');
    }),
  format: (file) => formatJson(file, LIMITS.workspaceFileBytes),
};

function opened(stateDir: string, durability: Durability): LowSync<WorkspaceFile> {
  const place: Place = { stateDir, folder: '', name: 'workspace.json' };
  const database = new LowSync(stateFile(place, FORMAT, durability), {
    schema_version: VERSION,
    format_version: VERSION,
    current_plan_id: null,
  });
  database.read();
  return database;
}

/**
 * The workspace's file, or what a new one would say when there is none.
 * @throws {PitonError} `STATE_DAMAGED`, `UNSUPPORTED_FORMAT`
 */
export function readWorkspaceFile(stateDir: string): WorkspaceFile {
  return opened(stateDir, 'fast').data;
}

/**
 * Makes a plan the current one, or none (null). The caller holds the workspace lock.
 * @throws {PitonError} as `readWorkspaceFile`; `WORKSPACE_MISSING`; system errors of the write.
 */
export function writeCurrentPlan(
  stateDir: string,
  planId: string | null,
  durability: Durability,
): void {
  const database = opened(stateDir, durability);
  database.update((file) => {
    file.current_plan_id = planId;
  });
}
