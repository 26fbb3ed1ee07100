import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import { PitonError } from '../../src/core/errors.js';
import {
  MODE,
  type FileEntry,
  type FileMode,
  type HeadState,
  type ObjectId,
  type Warning,
} from '../../src/core/types.js';
import { Areas } from '../../src/rollback/areas.js';
import {
  openOperation,
  type OpenOperation,
  type RollbackContext,
} from '../../src/rollback/context.js';
import type { Journal } from '../../src/rollback/journal.js';
import {
  fileStateOf,
  type CapturedState,
  type ReturnStep,
  type Step,
} from '../../src/rollback/steps.js';
import { takeStep } from '../../src/rollback/take-step.js';
import { undoStep } from '../../src/rollback/undo-step.js';
import { hashObject } from '../../src/store/objects/object-format.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import type { HeadMove, RefEdit, RefStore } from '../../src/store/ref-store.js';
import { tempDirectory } from '../helpers/temp.js';

export const ID = '01JPXN00000000000000000001';
export const LATER_ID = '01JPXN00000000000000000002';

export function entry(path: string, text = path, mode: FileMode = MODE.file): FileEntry {
  return { path: asBytePath(path), mode, oid: oidOf(text) };
}

export function folderEntry(path: string): FileEntry {
  return { path: asBytePath(path), mode: MODE.directory, oid: oidOf('') };
}

export function oidOf(text: string): ObjectId {
  return hashObject('sha1', 'blob', Buffer.from(text));
}

/** Objects in memory; one of `damaged` fails as a damaged one on disk does. */
export class MemoryObjects implements ObjectReader {
  readonly algorithm = 'sha1';
  readonly damaged = new Set<ObjectId>();
  readonly #data = new Map<ObjectId, Buffer>();

  add(data: string | Buffer): ObjectId {
    const bytes = Buffer.from(data);
    const oid = hashObject('sha1', 'blob', bytes);
    this.#data.set(oid, bytes);
    return oid;
  }

  has(oid: ObjectId): boolean {
    return this.#data.has(oid);
  }

  async read(oid: ObjectId): Promise<{ type: 'blob'; data: Buffer }> {
    const data = this.#data.get(oid);
    if (data !== undefined && !this.damaged.has(oid)) return { type: 'blob', data };
    throw new PitonError('OBJECT_DAMAGED', `${oid} is damaged`, { hint: 'make it again' });
  }

  async isWhole(oid: ObjectId): Promise<boolean> {
    return this.has(oid) && !this.damaged.has(oid);
  }

  async readStream(oid: ObjectId): Promise<{ type: 'blob'; size: number; stream: Readable }> {
    const { data } = await this.read(oid);
    const pieces: Buffer[] = [];
    for (let at = 0; at < data.length; at += 65_536) pieces.push(data.subarray(at, at + 65_536));
    return { type: 'blob', size: data.length, stream: Readable.from(pieces) };
  }
}

/** Refs in memory, with the same refusal of a value that is not the expected one. */
export class MemoryRefs implements RefStore {
  readonly values = new Map<string, ObjectId>();
  head: HeadState = { ref: 'refs/heads/main', commit: null };

  async read(name: string): Promise<ObjectId | null> {
    return this.values.get(name) ?? null;
  }

  async list(): Promise<never[]> {
    return [];
  }

  async names(): Promise<never[]> {
    return [];
  }

  async readAll(): Promise<never[]> {
    return [];
  }

  async transact(edits: readonly RefEdit[]): Promise<void> {
    for (const { name, expected, value } of edits) {
      if ((await this.read(name)) !== expected) throw new Error(`${name} has changed`);
      if (value === null) this.values.delete(name);
      else this.values.set(name, value);
    }
  }

  async readHead(): Promise<HeadState> {
    const { ref, commit } = this.head;
    return { ref, commit: ref === null ? commit : await this.read(ref) };
  }

  async moveHead({ to }: HeadMove, branchExpected: ObjectId | null): Promise<void> {
    if (to.ref !== null) {
      await this.transact([{ name: to.ref, expected: branchExpected, value: to.commit }]);
    }
    this.head = to;
  }
}

export interface TestOperation extends RollbackContext {
  objects: MemoryObjects;
  refs: MemoryRefs;
  warnings: Warning[];
  plans: string[];
}

/** An empty worktree with a state directory beside it and nothing real behind it. */
export function makeOperation(overrides: Partial<RollbackContext> = {}): TestOperation {
  const base = tempDirectory();
  for (const name of ['tree', 'git', 'state']) mkdirSync(join(base, name));
  const warnings: Warning[] = [];
  const plans: string[] = [];
  return {
    root: join(base, 'tree'),
    gitDir: join(base, 'git'),
    stateDir: join(base, 'state'),
    durability: 'fast',
    warnings,
    plans,
    writePlan: async (planAfter) => {
      plans.push(String(planAfter['plan_id']));
    },
    syncFileSystem: async () => true,
    warn: (warning) => warnings.push(warning),
    ...overrides,
    refs: new MemoryRefs(),
    objects: new MemoryObjects(),
  };
}

export function areasOf({ root, stateDir }: RollbackContext, id = ID): Areas {
  const areas = new Areas({ root, stateDir, durability: 'fast', id });
  areas.indexOf(null);
  return areas;
}

export function journalOf(steps: Step[], overrides: Partial<Journal> = {}): Journal {
  return {
    operation: 'rollback',
    id: ID,
    planId: ID,
    checkpointId: ID,
    safetyCheckpointId: ID,
    startedAt: '2026-01-02T03:04:05.000Z',
    areas: [{ mount: null }],
    archive: null,
    steps,
    index: null,
    head: null,
    plansAfter: [{ plan_id: ID }],
    ...overrides,
  };
}

/** How a path looks now, with the object that a checkpoint has for it. */
export function capturedState(root: string, path: string, oid: ObjectId): CapturedState {
  return { ...fileStateOf(lstatSync(join(root, path), { bigint: true })), oid };
}

/** Puts contents for a path into a slot, as staging does, and gives the step that places them. */
export function stagedPlace(
  { stateDir }: RollbackContext,
  number: number,
  path: string,
  text: string,
): Step {
  const folder = join(stateDir, 'staging', ID);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, String(number)), text);
  const staged = fileStateOf(lstatSync(join(folder, String(number)), { bigint: true }));
  return { kind: 'place', path: asBytePath(path), from: { area: 0, number }, staged };
}

export function retire(path: string, number: number, captured: CapturedState | null = null): Step {
  return { kind: 'retire', path: asBytePath(path), to: { area: 0, number }, captured };
}

/** Something that an earlier operation retired, and the step that brings it back. */
export function keptReturn({ stateDir }: RollbackContext, name: string, path: string): ReturnStep {
  const at = `trash/${LATER_ID}/kept/${name}`;
  const stat = lstatSync(join(stateDir, at), { bigint: true });
  const from = { below: 'state_directory', path: asBytePath(at) } as const;
  return { kind: 'return', path: asBytePath(path), from, state: fileStateOf(stat) };
}

export function inOperation<T>(context: TestOperation, use: (operation: OpenOperation) => T): T {
  const operation = openOperation(context, journalOf([]));
  try {
    return use(operation);
  } finally {
    operation.close();
  }
}

export function take(context: TestOperation, steps: readonly Step[]): void {
  inOperation(context, (operation) => {
    for (const step of steps) takeStep(step, operation);
  });
}

/** Takes steps back, and gives what was set aside for that. */
export function undo(context: TestOperation, steps: readonly Step[]): string[] {
  return inOperation(context, (operation) =>
    steps
      .toReversed()
      .map((step) => undoStep(step, operation))
      .filter((aside) => aside !== null)
      .map(({ path, name }) => `${path} -> ${name}`),
  );
}

/** Every path below a folder with its kind, permissions and contents. */
export function treeOf(root: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, prefix)).sort()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const full = join(root, path);
    const stat = lstatSync(full);
    if (stat.isSymbolicLink()) {
      found[path] = `link ${readlinkSync(full)}`;
    } else if (stat.isDirectory()) {
      found[path] = `folder ${(statSync(full).mode & 0o777).toString(8)}`;
      Object.assign(found, treeOf(root, path));
    } else {
      found[path] = `file ${(stat.mode & 0o777).toString(8)} ${readFileSync(full, 'utf8')}`;
    }
  }
  return found;
}

export function put(root: string, path: string, text = path): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

export function paths(...list: string[]): BytePath[] {
  return list.map(asBytePath);
}

export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
