import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../core/errors.js';
import type { Durability, OperationOptions, Warning } from '../core/types.js';
import { isOwnerAlive, readLockOwner } from '../disk/lock-owner.js';
import { acquireLock, type Lock } from '../disk/lock.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { checkedAsState } from '../plan/damage.js';
import { checkPlan } from '../plan/schema.js';
import { syncFileSystem } from '../process/sync-file-system.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Engine } from '../store/engine.js';
import { FileRefs } from '../store/file-refs/file-refs.js';
import { needOfGit } from '../store/need-of-git.js';
import type { RepositoryObjects } from '../store/objects/object-database.js';
import { findRepository } from '../store/repository/discover.js';
import { assertSafeWorkspace } from '../store/repository/safe-workspace.js';
import type { RefStore } from '../store/ref-store.js';
import type { Repository } from '../store/repository-types.js';
import type { BulkHasher } from '../worktree/hash-files.js';
import { endIdleThread } from '../worktree/list-thread.js';
import { diedSince, type CutOff } from './cut-off.js';
import { putPlanWhole } from './put-plan.js';
import { askForChanges } from './resident-scan.js';
import type { Settings } from './settings.js';

/** What the verbs share: the workspace found, its engine and objects opened when first needed. */
export class Session {
  readonly settings: Settings;
  #repository: Repository | null;
  #engine: Promise<Engine> | undefined;
  #objects: RepositoryObjects | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#repository = findRepository(settings.directory, settings.user);
  }

  get found(): Repository | null {
    return this.#repository;
  }

  /** @throws {PitonError} `WORKSPACE_MISSING` when there is no repository. */
  get repository(): Repository {
    if (this.#repository !== null) return this.#repository;
    throw new PitonError('WORKSPACE_MISSING', `no workspace at ${this.settings.directory}`, {
      hint: "run 'piton init' in the folder that you want to protect",
      details: { directory: this.settings.directory },
    });
  }

  get lockPath(): string {
    return join(this.repository.stateDir, 'lock');
  }

  get durability(): Durability {
    const { durability } = this.settings;
    return durability ?? durabilityOf(this.repository);
  }

  warn = (warning: Warning): void => this.settings.warn(warning);

  /**
   * Makes a repository when there is none, and says so.
   * @throws {PitonError} `UNSAFE_WORKSPACE` for `/`, the home folder and its parents, unless
   * forced.
   */
  async ensureRepository(force: boolean): Promise<boolean> {
    const { directory, user, clock } = this.settings;
    if (!force) assertSafeWorkspace(this.#repository?.root ?? directory, user);
    if (this.#repository !== null) return false;
    const { initRepository } = await import('../store/repository/init.js');
    this.#repository = await initRepository(directory, user, clock);
    this.warn({
      code: 'REPOSITORY_CREATED',
      message: `there was no repository: made one at ${this.#repository.root}`,
    });
    return true;
  }

  engine(): Promise<Engine> {
    this.#engine ??= this.#openEngine();
    return this.#engine;
  }

  async #openEngine(): Promise<Engine> {
    const { openEngine } = await import('../store/open-engine.js');
    const { engine: choice, git } = this.settings;
    return openEngine({
      repository: this.repository,
      choice,
      gitProgram: git,
      durability: this.durability,
      warn: this.warn,
    });
  }

  /** The engine's, and without opening one where every engine would do and has the same. */
  async #refs(): Promise<RefStore> {
    const isAnyEngine = this.settings.engine === 'auto' && needOfGit(this.repository) === null;
    if (!isAnyEngine) return (await this.engine()).refs;
    return new FileRefs(this.repository, this.durability, this.settings.clock, this.warn);
  }

  async objects(): Promise<RepositoryObjects> {
    if (this.#objects !== undefined) return this.#objects;
    const { openObjectStore } = await import('../store/objects/object-database.js');
    this.#objects ??= openObjectStore({
      objectsDir: join(this.repository.commonDir, 'objects'),
      algorithm: this.repository.algorithm,
      durability: this.durability,
      fallback: async (oid) => (await this.engine()).readObject(oid),
    });
    return this.#objects;
  }

  /** Everything that the lower floors need. */
  async workspace(): Promise<RollbackWorkspace> {
    const refs = await this.#refs();
    const objects = await this.objects();
    const { repository, durability } = this;
    const { root, gitDir, stateDir } = repository;
    return {
      ...{ repository, root, gitDir, stateDir, refs, objects, durability },
      user: this.settings.user,
      clock: this.settings.clock,
      bulk: bulkHasherFor(objects),
      changes: askForChanges(repository),
      syncFileSystem: (path) => syncFileSystem(this.settings.git, path),
      warn: this.warn,
      writePlan: (planAfter) => {
        const plan = checkedAsState('the plan in the journal', () => checkPlan(planAfter));
        putPlanWhole({ stateDir, durability }, plan);
        return Promise.resolve();
      },
    };
  }

  /** Runs something under the workspace's lock, after recovering what was left unfinished. */
  async locked<T>(
    work: (workspace: RollbackWorkspace, cutOff: CutOff) => Promise<T>,
    options: OperationOptions = {},
  ): Promise<T> {
    return this.lockedOnly(async (workspace) => {
      const { recoverWorkspace } = await import('./recover-workspace.js');
      const since = diedSince(this.lockPath);
      const recovery = await recoverWorkspace(workspace, this.lockPath);
      return work(workspace, { recovery, diedSince: since });
    }, options);
  }

  /** As `locked`, recovering nothing. */
  async lockedOnly<T>(
    work: (workspace: RollbackWorkspace) => Promise<T>,
    { signal }: OperationOptions = {},
  ): Promise<T> {
    const { lockTimeoutMs: timeoutMs, command } = this.settings;
    const { gitDir } = this.repository;
    ensureRealDirectory(gitDir, 'piton', this.durability);
    const lock = await acquireLock(this.lockPath, {
      timeoutMs,
      signal,
      ...(command !== undefined && { command }),
    });
    try {
      return await work(await this.workspace());
    } finally {
      this.#release(lock);
    }
  }

  /** What was done under the lock stands, whether or not its file can be removed. */
  #release(lock: Lock): void {
    try {
      lock.release();
    } catch (error) {
      this.warn({
        code: 'LEFTOVERS',
        message: `the lock stays until this process ends: ${(error as Error).message}`,
      });
    }
  }

  /** Runs something that only reads; takes the lock first when something was left unfinished. */
  async reading<T>(work: (workspace: RollbackWorkspace) => Promise<T>): Promise<T> {
    if (this.#isUnfinished()) await this.locked(() => Promise.resolve());
    return work(await this.workspace());
  }

  #isUnfinished(): boolean {
    const { stateDir } = this.repository;
    if (UNFINISHED.some((name) => existsSync(join(stateDir, name)))) return true;
    const owner = readLockOwner(this.lockPath);
    return owner !== null && isOwnerAlive(owner, this.lockPath) === 'dead';
  }

  async close(): Promise<void> {
    endIdleThread();
    const opening = this.#engine;
    this.#engine = undefined;
    this.#objects?.close();
    this.#objects = undefined;
    // An engine that did not open was already refused to the verb that asked for it.
    const engine = await opening?.catch(() => undefined);
    await engine?.close();
  }
}

const UNFINISHED = ['journal', 'journal.committed', 'pending-checkpoint'];

/** @throws {PitonError} `USAGE` for a value of `piton.durability` that is none. */
function durabilityOf({ config }: Repository): Durability {
  const value = config.get('piton.durability') ?? 'full';
  if (value === 'full' || value === 'fast') return value;
  throw new PitonError('USAGE', 'piton.durability is neither full nor fast', {
    hint: "set it with 'git config piton.durability full'",
    details: { value },
  });
}

/** The threads' code is loaded when there is much to hash. */
function bulkHasherFor(objects: RepositoryObjects): BulkHasher {
  return async (files, context, report) => {
    const { poolHasher } = await import('../worktree/hash-pool.js');
    return poolHasher(objects)(files, context, report);
  };
}
