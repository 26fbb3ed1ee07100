import { isAbsolute } from 'node:path';

/** Where the git program is. Made once, by whoever knows the surroundings. */
export interface GitProgram {
  /** A name to be looked up in `searchPath`, or an absolute path. */
  readonly file: string;
  /** As `$PATH`; also what git itself finds ssh and its helpers by. */
  readonly searchPath: string;
  /** A folder, outside every workspace, in which a folder can be made for each run. */
  readonly temporaryFolder: string;
}

/**
 * Relative parts of the search path are left out: looked up from inside a workspace, they would
 * find a `git` that lies there.
 */
export function gitProgram(program: GitProgram): GitProgram {
  const searchPath = program.searchPath.split(':').filter(isAbsolute).join(':');
  return { ...program, searchPath };
}
