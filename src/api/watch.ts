import { performance } from 'node:perf_hooks';
import { factsOf } from '../checkpoint/facts.js';
import { outlookOn } from '../checkpoint/look.js';
import { traceWorktree } from '../checkpoint/trace.js';
import { bytePathFromText } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import { DEFAULTS } from '../core/limits.js';
import { pauseFor } from '../core/pause.js';
import { ensureRealDirectory } from '../disk/real-directory.js';
import { announceWatch } from '../watch/announce.js';
import { keepWatch, type Watched } from '../watch/keep-watch.js';
import { Place } from '../watch/place.js';
import { Schedule, type Timing } from '../watch/schedule.js';
import { serveChanges } from '../watch/serve-changes.js';
import { createCheckpoint } from './create-checkpoint.js';
import type { WatchData } from './data.js';
import { wantsResidentScan } from './resident-scan.js';
import { findMeantPlan } from './select.js';
import { Session } from './session.js';
import type { WatchOptions } from './types.js';

/** Without a word on when: as often as the plan says, or else every five minutes. */
function timingOf(stateDir: string, options: WatchOptions): Timing {
  const { onChange = false, quietForSeconds = DEFAULTS.watchQuietSeconds } = options;
  let { everySeconds } = options;
  if (everySeconds === undefined && !onChange) {
    const plan = findMeantPlan(stateDir, options.plan);
    everySeconds = plan?.checkpoint_every_seconds ?? DEFAULTS.watchEverySeconds;
  }
  return {
    every: everySeconds === undefined ? null : everySeconds * 1_000,
    quiet: onChange ? quietForSeconds * 1_000 : null,
  };
}

/** @throws {PitonError} `USAGE` */
function assertTimes({ everySeconds = 1, quietForSeconds = 0 }: WatchOptions): void {
  if (everySeconds > 0 && quietForSeconds >= 0) return;
  throw new PitonError('USAGE', 'the interval must be positive, the quiet time not negative', {
    hint: 'give both in seconds',
  });
}

/**
 * Does something in the workspace as it is now: a config that changed counts, and a repository
 * that went is not made anew.
 */
async function inPlace<T>(
  { settings }: Session,
  place: Place,
  work: (fresh: Session) => Promise<T>,
): Promise<T> {
  const fresh = new Session({ ...settings, directory: place.root });
  place.assertSame(fresh.found);
  try {
    return await work(fresh);
  } finally {
    await fresh.close();
  }
}

function watchedBy(
  session: Session,
  place: Place,
  { plan, signal }: WatchOptions,
  onCheckpoint: WatchOptions['onCheckpoint'],
): Watched {
  return {
    assertPresent: () => place.assertPresent(),
    trace: () =>
      inPlace(session, place, async (fresh) => traceWorktree(await fresh.workspace(), signal)),
    take: async () => {
      const data = await inPlace(session, place, (fresh) =>
        createCheckpoint(fresh, { kind: 'watch', plan, signal }),
      );
      if (data.created) await onCheckpoint?.(data);
    },
    onProblem: ({ code, message }) => {
      session.warn({ code, message: `no checkpoint, and another try soon: ${message}` });
    },
  };
}

/** Has other commands ask this process what changed, where the workspace's config wants that. */
async function serving(session: Session, place: Place): Promise<{ close: () => void } | null> {
  const { root, stateDir } = session.repository;
  if (!wantsResidentScan(session.repository)) return null;
  return serveChanges({
    ...{ root, stateDir, warn: session.warn },
    surroundings: () =>
      inPlace(session, place, async (fresh) => {
        const { repository, user } = await fresh.workspace();
        // Rules that cannot be read are told of by each checkpoint.
        const outlook = outlookOn({ repository, user, warn: () => undefined }, {});
        const facts = factsOf(repository, outlook);
        return { facts, walk: { ...outlook.walk, root: bytePathFromText(root) } };
      }),
  });
}

/**
 * Takes checkpoints at intervals, or when something has changed and then rested, until the signal
 * is aborted. Nothing new: no checkpoint.
 */
export async function watch(session: Session, options: WatchOptions): Promise<WatchData> {
  assertTimes(options);
  await session.ensureRepository(false);
  const { repository, durability, settings } = session;
  ensureRealDirectory(repository.gitDir, 'piton', durability);
  const presence = await announceWatch(repository.stateDir, settings.command);
  let service: { close: () => void } | null = null;
  try {
    const place = new Place(repository);
    service = await serving(session, place);
    let checkpoints = 0;
    const watched = watchedBy(session, place, options, async (data) => {
      checkpoints++;
      await options.onCheckpoint?.(data);
    });
    const schedule = new Schedule(timingOf(repository.stateDir, options));
    await keepWatch(watched, schedule, {
      signal: options.signal,
      now: () => performance.now(),
      pause: pauseFor,
    });
    return { checkpoints };
  } finally {
    service?.close();
    presence.release();
  }
}
