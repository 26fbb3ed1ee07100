import type { AskForChanges } from '../checkpoint/ask-for-changes.js';
import { DEFAULTS } from '../core/limits.js';
import type { Repository } from '../store/repository-types.js';

/** Whether the workspace's config says that commands go by what a watch was told. */
export function wantsResidentScan({ config }: Repository): boolean {
  return config.getBoolean('piton.residentscan') ?? false;
}

/** How a command asks who watches the workspace; undefined where that is not wanted. */
export function askForChanges(repository: Repository): AskForChanges | undefined {
  if (!wantsResidentScan(repository)) return undefined;
  return async (question) => {
    const { askWatch } = await import('../watch/ask-watch.js');
    return askWatch(repository.stateDir, question, DEFAULTS.changesTimeoutMs);
  };
}
