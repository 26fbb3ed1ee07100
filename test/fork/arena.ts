import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatForkNote, type ForkPlace } from '../../src/fork/place.js';
import { tempDirectory } from '../helpers/temp.js';

export const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** The folders of a fork in the making, with its note. */
export function placeWithNote(): ForkPlace {
  const base = tempDirectory();
  const place = {
    id: ID,
    stateDir: join(base, 'state'),
    commonDir: join(base, 'common'),
    path: join(base, 'around', 'attempt'),
    name: 'attempt',
  };
  for (const folder of [`state/forks/${ID}`, 'common/worktrees/attempt', 'around']) {
    mkdirSync(join(base, folder), { recursive: true });
  }
  writeFileSync(join(place.stateDir, 'forks', ID, 'note'), formatForkNote(place));
  return place;
}
