import { availableParallelism } from 'node:os';
import { runCommand } from './command.js';
import { NOTHING, type Context, type Counts } from './context.js';
import { checkCoverage } from './coverage.js';
import { runMocha, type MochaOptions } from './mocha.js';
import { runOnOtherNodes } from './nodes.js';
import type { Program } from './programs.js';

export interface Stage {
  name: string;
  /** Programs that its tests start. */
  needs: readonly Program[];
  /** Folders below `test/` whose tests it runs. */
  folders: readonly string[];
  run(context: Context): Promise<Counts>;
}

const SIDE_BY_SIDE = availableParallelism();

const UNIT: MochaOptions = {
  folders: [
    'core',
    'disk',
    'process',
    'store',
    'worktree',
    'checkpoint',
    'remote',
    'watch',
    'rollback',
    'plan',
    'correction',
    'fork',
    'doctor',
    'retention',
    'hooks',
    'api',
    'cli',
  ],
  timeoutMs: 120_000,
  limitMinutes: 30,
  filesAtOnce: SIDE_BY_SIDE,
};

/**
 * What takes long: many processes, large trees, or many random cases. The rest tells within a
 * minute whether a change is sound.
 */
const SLOW: readonly string[] = [
  '*end-to-end*',
  'api/cruft-packs',
  'api/prune',
  'checkpoint/guest',
  'checkpoint/scan-cache',
  'checkpoint/trailers',
  'cli/code-cache',
  'cli/mcp/server',
  'disk/lock',
  'disk/retire',
  'doctor/plans',
  'hooks/agent-text',
  'hooks/byte-equal',
  'plan/processes',
  'process/hostile-repository',
  'remote/bundle',
  'remote/two-clones',
  'rollback/index-swap',
  'store/config/parse-config',
  'store/config/wildmatch',
  'store/objects/stored-check',
  'store/objects/stored-objects',
  'store/open-engine',
  'store/repository/ref-name',
  'worktree/hash-pool',
  'worktree/hash-pool-end',
  'worktree/ignore/against-git',
  'worktree/patch',
  'worktree/safe-names',
  'worktree/scan-against-git',
  'worktree/stable-read',
  'worktree/staging-area/cache-tree',
  'worktree/staging-area/read-staging-area',
  'worktree/staging-area/resolve-split',
  'worktree/walk',
].map((name) => `${name}.test.js`);

/** They wait for the disk and for other programs half of the time. */
const QUICK: MochaOptions = { ...UNIT, leaveOut: SLOW, filesAtOnce: 2 * SIDE_BY_SIDE };

/** What is run on other releases of Node. */
const ON_OTHER_NODES: MochaOptions = { ...QUICK, folders: [...UNIT.folders, 'conformance'] };

const HOUSE: MochaOptions = {
  folders: ['house', 'run'],
  timeoutMs: 60_000,
  limitMinutes: 5,
  filesAtOnce: 1,
};

const CONFORMANCE: MochaOptions = {
  folders: ['conformance'],
  timeoutMs: 30_000,
  limitMinutes: 5,
  filesAtOnce: SIDE_BY_SIDE,
};

const PROPERTY: MochaOptions = {
  folders: ['property'],
  timeoutMs: 120_000,
  limitMinutes: 10,
  filesAtOnce: SIDE_BY_SIDE,
};

const HOSTILE: MochaOptions = {
  folders: ['hostile'],
  timeoutMs: 60_000,
  limitMinutes: 5,
  filesAtOnce: SIDE_BY_SIDE,
};

const DOCS: MochaOptions = {
  folders: ['docs'],
  timeoutMs: 60_000,
  limitMinutes: 15,
  filesAtOnce: 1,
};

const SHELLS: MochaOptions = {
  folders: ['shells'],
  timeoutMs: 30_000,
  limitMinutes: 2,
  filesAtOnce: 1,
};

const HOSTS: MochaOptions = {
  folders: ['hosts'],
  timeoutMs: 120_000,
  limitMinutes: 15,
  filesAtOnce: 1,
};

const TERMINALS: MochaOptions = {
  folders: ['terminals'],
  timeoutMs: 120_000,
  limitMinutes: 15,
  filesAtOnce: 1,
};

const SCENARIO: MochaOptions = {
  folders: ['scenario'],
  timeoutMs: 120_000,
  limitMinutes: 5,
  filesAtOnce: SIDE_BY_SIDE,
};

const CONCURRENCY: MochaOptions = {
  folders: ['concurrency'],
  timeoutMs: 120_000,
  limitMinutes: 20,
  filesAtOnce: 1,
};

/** One test strikes hundreds of times; what it may take is the stage's to say. */
const CRASH: MochaOptions = {
  folders: ['crash'],
  timeoutMs: 15 * 60_000,
  limitMinutes: 45,
  filesAtOnce: 1,
};

const PACKAGE: MochaOptions = {
  folders: ['package'],
  timeoutMs: 180_000,
  limitMinutes: 10,
  filesAtOnce: 1,
};

/**
 * All stages in the order of `npm test`: what fails fastest comes first. From `docs` on they run
 * the bundle, as users do.
 */
export const STAGES: readonly Stage[] = [
  commandStage('format', ['npm', 'run', '--silent', 'format:check']),
  commandStage('lint', ['npm', 'run', '--silent', 'lint']),
  mochaStage('house', HOUSE),
  mochaStage('quick', QUICK),
  commandStage('build', ['npm', 'run', '--silent', 'build']),
  mochaStage('unit', { ...UNIT, coverage: true }),
  mochaStage('conformance', { ...CONFORMANCE, coverage: true }),
  mochaStage('property', { ...PROPERTY, coverage: true }),
  mochaStage('hostile', { ...HOSTILE, coverage: true }),
  { name: 'coverage', needs: [], folders: [], run: checkCoverage },
  mochaStage('docs', DOCS),
  mochaStage('scenario', SCENARIO),
  mochaStage('shells', SHELLS, ['git', 'zsh', 'fish', 'man']),
  mochaStage('hosts', HOSTS),
  mochaStage('terminals', TERMINALS, ['git', 'script', 'openssl', 'ssh', 'sshd']),
  mochaStage('concurrency', CONCURRENCY),
  mochaStage('crash', CRASH, ['git', 'strace']),
  mochaStage('package', PACKAGE, ['git', 'man']),
  commandStage('demo', ['npm', 'run', '--silent', 'demo']),
  {
    name: 'nodes',
    needs: ['git'],
    folders: ON_OTHER_NODES.folders,
    run: (context) => runOnOtherNodes(context, ON_OTHER_NODES),
  },
];

/** Made of tests that other stages have too. */
const REPEATED = ['quick'];

const NAMES = STAGES.map((stage) => stage.name);

/** Named selections of stages; `all` is `npm test`. */
export const PROFILES: Record<string, readonly string[]> = {
  all: NAMES.filter((name) => !REPEATED.includes(name)),
  quick: ['house', 'quick'],
};

/** The stages of a profile, or those named; throws for a name that is neither. */
export function selectStages(names: readonly string[]): Stage[] {
  const wanted = names.flatMap((name) => PROFILES[name] ?? [name]);
  for (const name of wanted) {
    if (!STAGES.some((stage) => stage.name === name)) {
      const known = [...Object.keys(PROFILES), ...STAGES.map((stage) => stage.name)];
      throw new Error(`no stage is called ${name}; there are ${known.join(', ')}`);
    }
  }
  return STAGES.filter((stage) => wanted.includes(stage.name));
}

function mochaStage(
  name: string,
  options: MochaOptions,
  needs: readonly Program[] = ['git'],
): Stage {
  const { folders } = options;
  return { name, needs, folders, run: (context) => runMocha(context, options) };
}

function commandStage(name: string, command: readonly string[]): Stage {
  return {
    name,
    needs: [],
    folders: [],
    run: async (context) => {
      const { root: cwd, env } = context;
      const status = await runCommand(command, { cwd, env, limitMinutes: 5 });
      return status === 0 ? NOTHING : { passed: 0, failed: 1, skipped: 0 };
    },
  };
}
