import { ensureRealDirectory } from '../disk/real-directory.js';
import type { InitData, InitOptions } from './types.js';
import type { Session } from './session.js';

/** Prepares the workspace: a repository when there is none, and the state directory. */
export async function init(session: Session, { force = false }: InitOptions): Promise<InitData> {
  const created = await session.ensureRepository(force);
  const { root, gitDir } = session.repository;
  ensureRealDirectory(gitDir, 'piton', session.durability);
  const { name } = await session.engine();
  return { workspace: root, git_dir: gitDir, created_repository: created, engine: name };
}
