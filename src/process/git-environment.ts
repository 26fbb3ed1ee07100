import type { GitProgram } from './git-program.js';
import type { GitRepository, IsolatedRepository } from './isolated-repository.js';

/** What a run may reach outside the repository. */
export interface RemoteAccess {
  /** `ext` is not among them: it runs the program that the address names. */
  protocols: readonly ('file' | 'git' | 'http' | 'https' | 'ssh')[];
  /** What ssh and credential helpers need, such as `HOME` and `SSH_AUTH_SOCK`. */
  environment: Readonly<Record<string, string>>;
  /**
   * Absolute paths of the user's and the machine's config files: they say how to log in. What
   * piton sets is stronger.
   */
  configFiles: readonly string[];
  /**
   * Whether git and what it starts may ask a person: then they have piton's terminal, and what is
   * typed there to stop piton reaches them too.
   */
  asks: boolean;
}

export interface GitSurroundings {
  repository?: GitRepository | undefined;
  workTree?: string | undefined;
  /** Settings for this run, such as `gc.pruneExpire`; the repository's own are not read. */
  config?: Readonly<Record<string, string>> | undefined;
  /** Without it no protocol works, and nothing leaves the machine. */
  remote?: RemoteAccess | undefined;
}

const IDENTITY = { name: 'piton', email: 'piton@localhost' };

/** All that git gets to see of the environment, unless a run may reach a remote. */
const FIXED_ENVIRONMENT = {
  // Messages that we read, in one language.
  LC_ALL: 'C',
  // No settings or attributes of the user or the machine: they may name programs too. A HOME that
  // is no folder holds no files, and unlike an unset one it is not an error.
  HOME: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  // Nobody is there to answer, neither on a terminal nor in a window.
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  // Reading must not write: no refreshed index, no objects fetched for being missing.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // Objects as they are, and paths as they are spelt.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  // A new repository starts without hooks.
  GIT_TEMPLATE_DIR: '',
  GIT_AUTHOR_NAME: IDENTITY.name,
  GIT_AUTHOR_EMAIL: IDENTITY.email,
  GIT_COMMITTER_NAME: IDENTITY.name,
  GIT_COMMITTER_EMAIL: IDENTITY.email,
};

const FIXED_CONFIG: Readonly<Record<string, string>> = {
  // No clean-up in the background that goes on after the command has ended.
  'maintenance.auto': 'false',
  // Submodules have a config of their own, which git would obey once in there.
  'fetch.recurseSubmodules': 'false',
};

/** The whole environment of one run. */
export function gitEnvironment(
  program: GitProgram,
  surroundings: GitSurroundings,
  isolated: IsolatedRepository | null,
): Record<string, string> {
  const { repository, workTree, config, remote } = surroundings;
  return {
    ...FIXED_ENVIRONMENT,
    ...remote?.environment,
    ...(remote?.asks === true ? { GIT_TERMINAL_PROMPT: '1' } : {}),
    PATH: program.searchPath,
    // There is no protocol of that name: it makes a list that allows nothing.
    GIT_ALLOW_PROTOCOL: ['none', ...(remote?.protocols ?? [])].join(':'),
    ...settings([
      ...(remote?.configFiles ?? []).map((path): Setting => ['include.path', path]),
      ...Object.entries({ ...FIXED_CONFIG, ...config }),
    ]),
    ...(repository === undefined ? {} : { GIT_DIR: repository.gitDir }),
    ...(isolated === null ? {} : { GIT_COMMON_DIR: isolated.commonDir }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
  };
}

type Setting = readonly [key: string, value: string];

/** As `git -c`, for keys that hold `=` too, and without showing the values to other users. */
function settings(entries: readonly Setting[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  entries.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return variables;
}
