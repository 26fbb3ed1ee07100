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

const UNIT: MochaOptions = {
  folders: [
    'core',
    'disk',
    'process',
    'store',
    'worktree',
    'checkpoint',
    'rollback',
    'plan',
    'correction',
    'retention',
    'remote',
    'watch',
    'hooks',
    'doctor',
    'api',
    'cli',
  ],
  timeoutMs: 20_000,
  limitMinutes: 15,
  parallel: true,
};

const HOUSE: MochaOptions = {
  folders: ['house', 'run'],
  timeoutMs: 20_000,
  limitMinutes: 2,
  parallel: false,
};

const PACKAGE: MochaOptions = {
  folders: ['package'],
  timeoutMs: 180_000,
  limitMinutes: 10,
  parallel: false,
};

/** All stages in the order of `npm test`: what fails fastest comes first. */
export const STAGES: readonly Stage[] = [
  commandStage('format', ['npm', 'run', '--silent', 'format:check']),
  commandStage('lint', ['npm', 'run', '--silent', 'lint']),
  mochaStage('house', HOUSE),
  commandStage('build', ['npm', 'run', '--silent', 'build']),
  mochaStage('unit', { ...UNIT, coverage: true }),
  { name: 'coverage', needs: [], folders: [], run: checkCoverage },
  mochaStage('package', PACKAGE),
  {
    name: 'nodes',
    needs: ['git'],
    folders: UNIT.folders,
    run: (context) => runOnOtherNodes(context, UNIT),
  },
];

/** Named selections of stages; `all` is `npm test`. */
export const PROFILES: Record<string, readonly string[]> = {
  all: STAGES.map((stage) => stage.name),
  quick: ['house', 'unit'],
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

function mochaStage(name: string, options: MochaOptions): Stage {
  const { folders } = options;
  return { name, needs: ['git'], folders, run: (context) => runMocha(context, options) };
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
