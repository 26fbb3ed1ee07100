import type { Clock } from '../core/clock.js';
import type { Durability, OperationOptions } from '../core/types.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import type { Repository } from '../store/repository-types.js';

/** What the checks need. Whatever is opened is opened by the check that needs it. */
export interface DoctorContext extends OperationOptions {
  repository: Repository;
  clock: Clock;
  durability: Durability;
  lockPath: string;
  /** Whether the caller holds the workspace's lock; without it nothing may be changed. */
  holdsLock: boolean;
  /** Refs and objects, opened when first asked for. */
  workspace: () => Promise<RollbackWorkspace>;
  /**
   * The checkpoint whose making was cut off, or null.
   * @throws {PitonError} `STATE_DAMAGED` when the note of it cannot be read.
   */
  readPending: () => { planId: string; checkpointId: string; isSafety: boolean } | null;
  /** Finishes or forgets that checkpoint. */
  settlePending: () => Promise<unknown>;
  /** Finishes or undoes whatever was cut off, and clears up after it. */
  recover: () => Promise<unknown>;
}

/** `must`: data is lost, or can be. `should`: it is only untidy, or waits for a command. */
export type Severity = 'must' | 'should';

export interface Finding {
  severity: Severity;
  /** The same for the same problem, so that it can be told whether it is still there. */
  message: string;
  /** Mends it and loses nothing; absent where that cannot be promised. */
  repair?: () => void | Promise<void>;
}

export interface Check {
  /** Shown to users, who may rely on it. */
  name: string;
  /** Only reads. */
  look: (context: DoctorContext) => Finding[] | Promise<Finding[]>;
  /** Another process's work in progress does not look like damage to it. */
  whileBusy?: true;
  /** Its repairs may be made while a journal waits for recovery, and may be what that needs. */
  beforeRecovery?: true;
}
