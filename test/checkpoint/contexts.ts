import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCheckpoint, type Created, type CreateRequest } from '../../src/checkpoint/create.js';
import type { Look, View } from '../../src/checkpoint/look.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { formatStateRef } from '../../src/checkpoint/ref-names.js';
import type { CheckpointContext } from '../../src/checkpoint/context.js';
import type { Clock } from '../../src/core/clock.js';
import type { EngineName, Warning } from '../../src/core/types.js';
import type { Engine } from '../../src/store/engine.js';
import { openObjectStore } from '../../src/store/objects/object-database.js';
import { findRepository } from '../../src/store/repository/discover.js';
import { initRepository } from '../../src/store/repository/init.js';
import { ensureRealDirectory } from '../../src/disk/real-directory.js';
import type { RefStore } from '../../src/store/ref-store.js';
import type { UserFiles } from '../../src/store/repository-types.js';
import { openTestEngine } from '../conformance/open-test-engine.js';
import { git, makeRepository, TEST_HOME } from '../helpers/git.js';

export const TEST_USER: UserFiles = {
  home: TEST_HOME,
  configHome: join(TEST_HOME, '.config'),
  systemConfig: null,
};

export const PLAN = '01JPXN0000000000000000PXAN';
const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A clock that the test moves. */
export class HandClock implements Clock {
  time = START;

  now(): number {
    return this.time;
  }
}

export interface TestContext extends CheckpointContext {
  engine: Engine;
  clock: HandClock;
  warnings: Warning[];
}

const open = new Set<TestContext>();

/** Everything that checkpoints need of a workspace; `closeContexts` ends it. */
export async function contextOf(
  directory: string,
  engineName: EngineName = 'embedded',
): Promise<TestContext> {
  const repository =
    findRepository(directory, TEST_USER) ??
    (await initRepository(directory, TEST_USER, new HandClock()));
  ensureRealDirectory(repository.gitDir, 'piton', 'fast');
  const engine = await openTestEngine(repository, engineName);
  const warnings: Warning[] = [];
  const context: TestContext = {
    ...{ repository, engine, warnings, user: TEST_USER, durability: 'fast', bulk: null },
    refs: engine.refs,
    objects: openObjectStore({
      objectsDir: join(repository.commonDir, 'objects'),
      algorithm: repository.algorithm,
      durability: 'fast',
      fallback: (oid) => engine.readObject(oid),
    }),
    clock: new HandClock(),
    warn: (warning) => warnings.push(warning),
  };
  open.add(context);
  return context;
}

export async function closeContexts(): Promise<void> {
  for (const context of open) {
    context.objects.close();
    await context.engine.close();
  }
  open.clear();
}

export const PLAN_STATE = Buffer.from('{"plan":"state"}\n');

/** A request with whatever a test does not care about filled in. */
export function requestOf<Seen extends View = Look>(
  request: Partial<CreateRequest<Seen>>,
): CreateRequest<Seen> {
  return {
    planId: PLAN,
    kind: 'manual',
    ...{ reason: null, name: null, source: null, phase: null, step: -1 },
    planState: PLAN_STATE,
    planStateDigest: 'ab'.repeat(32),
    newestId: request.latest?.checkpoint_id ?? null,
    latest: null,
    always: false,
    includeIgnored: false,
    ...request,
  };
}

export function take(
  context: CheckpointContext,
  request: Partial<CreateRequest> = {},
): Promise<Created> {
  return createCheckpoint(context, requestOf(request));
}

export function write(root: string, files: Record<string, string>): void {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), contents);
  }
}

export function stateRefOf({ plan_id: planId, checkpoint_id: checkpointId }: Checkpoint): string {
  return formatStateRef({ planId, checkpointId });
}

/** The refs' own methods, so that some of them can be replaced. */
export function refStoreOf({ refs }: TestContext): RefStore {
  return {
    read: (name) => refs.read(name),
    list: (prefix) => refs.list(prefix),
    names: (prefix) => refs.names(prefix),
    readAll: (names) => refs.readAll(names),
    transact: (edits) => refs.transact(edits),
    readHead: () => refs.readHead(),
    moveHead: (move, expected) => refs.moveHead(move, expected),
  };
}

/** All files below `.git` but piton's own, to see whether something was left behind. */
export function gitFiles(root: string): string[] {
  return (readdirSync(join(root, '.git'), { recursive: true }) as string[]).filter(
    (name) => !name.startsWith('piton/'),
  );
}

export function committed(files: Record<string, string>): string {
  const root = makeRepository();
  write(root, files);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
  return root;
}
