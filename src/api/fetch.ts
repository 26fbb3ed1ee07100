import { isAbsolute } from 'node:path';
import { PitonError } from '../core/errors.js';
import type { OperationOptions } from '../core/types.js';
import type { Address } from '../remote/address.js';
import { bundleAddress } from '../remote/bundle.js';
import { listRemoteRefs, type Connection } from '../remote/connection.js';
import { askingOnce } from '../remote/login.js';
import { compareWith, pairsOf, planIdsOf, type Pair } from '../remote/pairs.js';
import { Quarantine } from '../remote/quarantine.js';
import { verifyIncoming } from '../remote/verify-incoming.js';
import { readWorkspaceFile } from '../plan/workspace-file.js';
import type { RollbackWorkspace } from '../rollback/roll-back.js';
import { adoptPlans } from './adopt-plans.js';
import type { FetchData } from './data.js';
import {
  connectionTo,
  gitRepositoryOf,
  hiddenRefs,
  remoteAddress,
  shownAddress,
} from './remote-session.js';
import type { Session } from './session.js';

/** Gets checkpoints and plans from another repository. */
export async function fetch(
  session: Session,
  remote: string,
  options: OperationOptions,
): Promise<FetchData> {
  return receive(session, remoteAddress(session, remote, 'fetch'), options);
}

/**
 * Gets checkpoints and plans from a bundle.
 * @throws {PitonError} `USAGE` when the path is not absolute, or no bundle is there
 */
export async function importBundle(
  session: Session,
  file: string,
  options: OperationOptions,
): Promise<FetchData> {
  if (!isAbsolute(file)) {
    throw new PitonError('USAGE', 'the bundle must be named by an absolute path', {
      hint: 'use path.resolve() on it first',
      details: { file },
    });
  }
  return receive(session, bundleAddress(file), options, (there) => {
    if (there.length > 0) return;
    throw new PitonError('USAGE', `${file} has no checkpoint in it`, {
      hint: "make one with 'piton bundle create'",
      details: { file },
    });
  });
}

/** Nothing is locked while the other side is spoken with, and nothing changed until all is well. */
async function receive(
  session: Session,
  address: Address,
  options: OperationOptions,
  check: (there: readonly Pair[]) => void = () => undefined,
): Promise<FetchData> {
  await gitRepositoryOf(session);
  const data = await askingOnce(connectionTo(session, address, options), (connection) =>
    receiveBy(connection, session, options, check),
  );
  return { remote: shownAddress(address), ...data };
}

async function receiveBy(
  connection: Connection,
  session: Session,
  options: OperationOptions,
  check: (there: readonly Pair[]) => void,
): Promise<Omit<FetchData, 'remote'>> {
  const workspace = await session.workspace();
  const there = pairsOf(await listRemoteRefs(connection));
  check(there);
  const { missing } = compareWith(there, await hiddenRefs(workspace));
  const quarantine = Quarantine.open(session.repository, await workspace.refs.list('refs/'));
  try {
    const names = missing.flatMap(({ checkpoint, sidecar }) =>
      sidecar === null ? [checkpoint.name] : [sidecar.name, checkpoint.name],
    );
    const came = names.length === 0 ? [] : pairsOf(await quarantine.fetch(connection, names));
    await verifyIncoming(came, quarantine.objects, options);
    return await session.locked(
      (locked) => accept(session, locked, { quarantine, there, came }),
      options,
    );
  } finally {
    quarantine.remove();
  }
}

interface Incoming {
  quarantine: Quarantine;
  /** All that the other side has. */
  there: readonly Pair[];
  /** What came of it, verified. */
  came: readonly Pair[];
}

async function accept(
  session: Session,
  workspace: RollbackWorkspace,
  { quarantine, there, came }: Incoming,
): Promise<Omit<FetchData, 'remote'>> {
  const own = await hiddenRefs(workspace);
  const { missing } = compareWith(came, own);
  const { same, differing } = compareWith(there, own);
  if (missing.length > 0) {
    quarantine.publish(workspace.durability);
    workspace.objects.refresh();
    // A sidecar without a checkpoint may have been left by one that was deleted.
    const edits = missing.flatMap(({ checkpoint, sidecar }) =>
      [sidecar, checkpoint].flatMap((ref) => {
        if (ref === null || own.get(ref.name) === ref.oid) return [];
        return [{ name: ref.name, expected: own.get(ref.name) ?? null, value: ref.oid }];
      }),
    );
    await workspace.refs.transact(edits);
  }
  const plans = await adoptPlans(session, workspace, {
    planIds: planIdsOf(there),
    grown: new Set(planIdsOf(missing)),
  });
  return {
    fetched: missing.map(({ key }) => key.checkpointId),
    up_to_date: same.length,
    differing: differing.map(({ key }) => key.checkpointId),
    plans,
    current_plan_id: readWorkspaceFile(workspace.stateDir).current_plan_id,
  };
}
