import { performance } from 'node:perf_hooks';
import { createCheckpointBy, type Created } from '../../src/checkpoint/create.js';
import type { CheckpointContext } from '../../src/checkpoint/context.js';
import { factsOf } from '../../src/checkpoint/facts.js';
import { outlookOn, type View } from '../../src/checkpoint/look.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { quickLook } from '../../src/checkpoint/quick-look.js';
import { bytePathFromText } from '../../src/core/byte-path.js';
import { Resident, type ResidentOptions } from '../../src/watch/resident.js';
import { contextOf, requestOf, type TestContext } from '../checkpoint/contexts.js';
import { tempDirectory } from '../helpers/temp.js';

export const EVENT_LIMIT = 8_192;

const residents = new Set<Resident>();

/** A resident for a workspace, asked without a socket; `closeResidents` ends it. */
export function residentFor(
  context: CheckpointContext,
  options: Partial<ResidentOptions> = {},
): Resident {
  const { repository } = context;
  const root = bytePathFromText(repository.root);
  const resident = new Resident({
    root,
    markers: tempDirectory(),
    eventLimit: EVENT_LIMIT,
    surroundings: () => {
      const outlook = outlookOn({ ...context, warn: () => undefined }, {});
      const facts = factsOf(repository, outlook);
      return Promise.resolve({ facts, walk: { ...outlook.walk, root } });
    },
    now: () => performance.now(),
    ...options,
  });
  residents.add(resident);
  return resident;
}

export function closeResidents(): void {
  for (const resident of residents) resident.close();
  residents.clear();
}

/** A workspace whose checkpoints go by what a resident was told. */
export async function watchedContext(
  root: string,
  options: Partial<ResidentOptions> = {},
): Promise<{ context: TestContext; resident: Resident }> {
  const context = await contextOf(root);
  const resident = residentFor(context, options);
  context.changes = (question) => resident.answer(question);
  return { context, resident };
}

export async function takeQuick(
  context: CheckpointContext,
  latest: Checkpoint | null = null,
): Promise<Created<View>> {
  return createCheckpointBy(quickLook, context, requestOf<View>({ latest }));
}
