import { join } from 'node:path';
import { bytePathFromText } from '../core/byte-path.js';
import { contentsOf } from '../disk/contents.js';
import { namesIn } from '../disk/names-in.js';
import type { Check, Finding } from './check.js';
import { showContents } from './folders.js';
import { hasJournal } from './has-journal.js';

function told(path: string, what: string): Finding[] {
  const contents = contentsOf(bytePathFromText(path));
  if (contents.files === 0) return [];
  return [{ severity: 'should', message: `${path} holds ${showContents(contents)} ${what}` }];
}

/**
 * What rollbacks retired. The newest one's is where it belongs; nothing of it is ever removed here,
 * since only its owner can say that it is not needed.
 */
export const TRASH: Check = {
  name: 'trash',
  look: ({ repository }) => {
    if (hasJournal(repository)) return [];
    const trash = join(repository.stateDir, 'trash');
    const newest = namesIn(trash).at(-1);
    return namesIn(trash).flatMap((id) => {
      const kept = told(
        join(trash, id, 'kept'),
        'that no checkpoint holds; take what you need and delete it',
      );
      const old =
        id === newest
          ? []
          : told(join(trash, id, 'old'), 'of an earlier rollback; later ones remove it');
      return [...kept, ...old];
    });
  },
};
