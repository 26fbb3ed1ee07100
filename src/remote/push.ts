import type { ObjectId } from '../core/types.js';
import type { GitRepository } from '../process/isolated-repository.js';
import type { ObjectReader } from '../store/object-store.js';
import type { Ref } from '../store/ref-store.js';
import { runRemoteGit, type Connection } from './connection.js';
import type { Difference, Pair } from './pairs.js';

/** As many as fit into the arguments of a program, with room. */
const PAIRS_AT_ONCE = 200;

/** What is to be pushed, with what each ref must be on the other side. */
export interface PushProposal {
  /** In pairs: refs that go together. */
  updates: { pair: Pair; refs: { ref: Ref; expected: ObjectId | null }[] }[];
  /** The other side has something else there that did not come from here: it stays. */
  foreign: Pair[];
}

/**
 * What a push would do. A checkpoint that was named since it was pushed is another commit: the one
 * on the other side is replaced when it is known here, being the one from before.
 */
export function proposePush(
  { missing, differing }: Difference,
  there: ReadonlyMap<string, ObjectId>,
  objects: Pick<ObjectReader, 'has'>,
): PushProposal {
  const isOurs = ({ checkpoint }: Pair): boolean => objects.has(there.get(checkpoint.name) ?? '');
  const wanted = [...missing, ...differing.filter(isOurs)];
  return {
    updates: wanted.flatMap((pair) => {
      const refs = [pair.sidecar, pair.checkpoint]
        .filter((ref) => ref !== null)
        .map((ref) => ({ ref, expected: there.get(ref.name) ?? null }))
        .filter(({ ref, expected }) => ref.oid !== expected);
      return [{ pair, refs }];
    }),
    foreign: differing.filter((pair) => !isOurs(pair)),
  };
}

/**
 * Pushes: each ref only if it is on the other side what it was seen to be; those of a checkpoint
 * all or none.
 * @throws {PitonError} `GIT_FAILED`, also when somebody else changed a ref meanwhile
 */
export async function push(
  connection: Connection,
  repository: GitRepository,
  { updates }: PushProposal,
): Promise<void> {
  for (let at = 0; at < updates.length; at += PAIRS_AT_ONCE) {
    const refs = updates.slice(at, at + PAIRS_AT_ONCE).flatMap((update) => update.refs);
    const args = [
      'push',
      '--atomic',
      '--porcelain',
      '--no-verify',
      '--no-signed',
      '--no-follow-tags',
      ...refs.map(({ ref, expected }) => `--force-with-lease=${ref.name}:${expected ?? ''}`),
      '--',
      connection.address.url,
      ...refs.map(({ ref }) => `${ref.oid}:${ref.name}`),
    ];
    await runRemoteGit(connection, { repository, args });
  }
}
