import type { Command, Form } from './command.js';

/** Where a command stands in the overview of all of them. */
export const SECTIONS = [
  'Workspace',
  'Checkpoints of the current plan',
  'Plans',
  'Decisions',
  'Corrections',
  'Checkpoints of any plan',
  'Other machines',
  'Hooks',
] as const;

type Section = (typeof SECTIONS)[number];

export interface CommandEntry {
  /** What is typed, with single spaces between. */
  words: string;
  /** `command` in JSON documents; both forms of a command have the same. */
  name: string;
  form: Form;
  section: Section;
  summary: string;
  /** Loads the command's module, which nothing else does: start-up time counts. */
  load: () => Promise<Command>;
}

type Load = CommandEntry['load'];

const load = {
  init: async () => (await import('./commands/init.js')).initCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  prune: async () => (await import('./commands/prune.js')).pruneCommand,
  gc: async () => (await import('./commands/gc.js')).gcCommand,
  mcp: async () => (await import('./commands/mcp.js')).mcpCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  recover: async () => (await import('./commands/recover.js')).recoverCommand,
  create: async () => (await import('./commands/checkpoint-create.js')).checkpointCreateCommand,
  list: async () => (await import('./commands/checkpoint-list.js')).checkpointListCommand,
  show: async () => (await import('./commands/checkpoint-show.js')).checkpointShowCommand,
  diff: async () => (await import('./commands/checkpoint-diff.js')).checkpointDiffCommand,
  name: async () => (await import('./commands/checkpoint-name.js')).checkpointNameCommand,
  delete: async () => (await import('./commands/checkpoint-delete.js')).checkpointDeleteCommand,
  rollback: async () => (await import('./commands/rollback.js')).rollbackCommand,
  undo: async () => (await import('./commands/undo.js')).undoCommand,
  run: async () => (await import('./commands/run.js')).runCommand,
  watch: async () => (await import('./commands/watch.js')).watchCommand,
  redo: async () => (await import('./commands/redo.js')).redoCommand,
  planCreate: async () => (await import('./commands/plan-create.js')).planCreateCommand,
  planList: async () => (await import('./commands/plan-list.js')).planListCommand,
  planShow: async () => (await import('./commands/plan-show.js')).planShowCommand,
  planUse: async () => (await import('./commands/plan-use.js')).planUseCommand,
  planSet: async () => (await import('./commands/plan-set.js')).planSetCommand,
  planDelete: async () => (await import('./commands/plan-delete.js')).planDeleteCommand,
  resume: async () => (await import('./commands/plan-resume.js')).planResumeCommand,
  apply: async () => (await import('./commands/plan-apply.js')).planApplyCommand,
  abandon: async () => (await import('./commands/plan-abandon.js')).planAbandonCommand,
  decisionAdd: async () => (await import('./commands/decision-add.js')).decisionAddCommand,
  decisionList: async () => (await import('./commands/decision-list.js')).decisionListCommand,
  decisionShow: async () => (await import('./commands/decision-show.js')).decisionShowCommand,
  artifact: async () => (await import('./commands/decision-artifact.js')).decisionArtifactCommand,
  decisionDone: async () => (await import('./commands/decision-done.js')).decisionDoneCommand,
  fork: async () => (await import('./commands/fork.js')).forkCommand,
  push: async () => (await import('./commands/push.js')).pushCommand,
  fetch: async () => (await import('./commands/fetch.js')).fetchCommand,
  bundleCreate: async () => (await import('./commands/bundle-create.js')).bundleCreateCommand,
  bundleImport: async () => (await import('./commands/bundle-import.js')).bundleImportCommand,
  correct: async () => (await import('./commands/correct.js')).correctCommand,
  correctionList: async () => (await import('./commands/correction-list.js')).correctionListCommand,
  correctionShow: async () => (await import('./commands/correction-show.js')).correctionShowCommand,
  planStep: async () => (await import('./commands/plan-step.js')).planStepCommand,
  hooksInstall: async () => (await import('./commands/hooks-install.js')).hooksInstallCommand,
  hooksUninstall: async () => (await import('./commands/hooks-uninstall.js')).hooksUninstallCommand,
  hooksStatus: async () => (await import('./commands/hooks-status.js')).hooksStatusCommand,
  hooksRun: async () => (await import('./commands/hooks-run.js')).hooksRunCommand,
} satisfies Record<string, Load>;

const [WORKSPACE, CURRENT, PLANS, DECISIONS, CORRECTIONS, ANY, MACHINES, HOOKS] = SECTIONS;

type Row = [words: string, name: string, section: Section, summary: string, load: Load];

const SHORT: readonly Row[] = [
  ['init', 'init', WORKSPACE, 'prepare the workspace; again is harmless', load.init],
  ['status', 'status', WORKSPACE, 'where the workspace and its plan stand', load.status],
  ['verify', 'verify', WORKSPACE, 'check every object of checkpoints', load.verify],
  ['doctor', 'doctor', WORKSPACE, 'find what is wrong, and mend it', load.doctor],
  ['recover', 'recover', WORKSPACE, 'end an unfinished rollback', load.recover],
  ['gc', 'gc', WORKSPACE, 'give back the room of what is no longer needed', load.gc],
  ['mcp', 'mcp', WORKSPACE, 'serve agents that speak the Model Context Protocol', load.mcp],
  ['completion', 'completion', WORKSPACE, 'print what a shell needs to complete', load.completion],
  ['checkpoint', 'checkpoint.create', CURRENT, 'take a checkpoint', load.create],
  ['log', 'checkpoint.list', CURRENT, 'list checkpoints, newest first', load.list],
  ['show', 'checkpoint.show', CURRENT, 'show a checkpoint', load.show],
  ['diff', 'checkpoint.diff', CURRENT, 'what differs from a checkpoint', load.diff],
  ['rollback', 'plan.rollback', CURRENT, 'make the files what they were', load.rollback],
  ['undo', 'undo', CURRENT, 'take the last rollback back', load.undo],
  ['redo', 'redo', CURRENT, 'take the last undo back', load.redo],
  ['run', 'run', CURRENT, 'run a command, and roll back when it fails', load.run],
  ['watch', 'watch', CURRENT, 'take checkpoints while you work', load.watch],
  ['fork', 'fork', CURRENT, 'put a checkpoint into a worktree of its own', load.fork],
  ['prune', 'prune', CURRENT, 'delete the checkpoints that are not to be kept', load.prune],
  ['step', 'plan.step', CURRENT, 'record how a step ended', load.planStep],
  ['resume', 'plan.resume', CURRENT, 'where to go on', load.resume],
  ['push', 'push', MACHINES, 'send checkpoints and plans to a remote', load.push],
  ['fetch', 'fetch', MACHINES, 'get checkpoints and plans from a remote', load.fetch],
  ['bundle create', 'bundle.create', MACHINES, 'put them into a file', load.bundleCreate],
  ['bundle import', 'bundle.import', MACHINES, 'take them from a file', load.bundleImport],
];

const LONG: readonly Row[] = [
  ['plan create', 'plan.create', PLANS, 'make a plan and make it the current one', load.planCreate],
  ['plan list', 'plan.list', PLANS, 'list the plans', load.planList],
  ['plan show', 'plan.show', PLANS, 'show a plan', load.planShow],
  ['plan use', 'plan.use', PLANS, 'make a plan the current one', load.planUse],
  ['plan set', 'plan.set', PLANS, "change a plan's settings and context", load.planSet],
  ['plan step', 'plan.step', PLANS, 'record how a step ended', load.planStep],
  ['plan resume', 'plan.resume', PLANS, 'where to go on', load.resume],
  ['plan rollback', 'plan.rollback', PLANS, 'make the files what they were', load.rollback],
  ['plan apply', 'plan.apply', PLANS, 'end a plan whose work is to stay', load.apply],
  ['plan abandon', 'plan.abandon', PLANS, 'end a plan that leads nowhere', load.abandon],
  ['plan delete', 'plan.delete', PLANS, 'delete a plan and its checkpoints', load.planDelete],
  [
    'plan decision add',
    'plan.decision.add',
    DECISIONS,
    'take a checkpoint, then record a decision',
    load.decisionAdd,
  ],
  [
    'plan decision list',
    'plan.decision.list',
    DECISIONS,
    'list decisions, oldest first',
    load.decisionList,
  ],
  ['plan decision show', 'plan.decision.show', DECISIONS, 'show a decision', load.decisionShow],
  [
    'plan decision artifact',
    'plan.decision.artifact',
    DECISIONS,
    'record what a decision produces',
    load.artifact,
  ],
  [
    'plan decision done',
    'plan.decision.done',
    DECISIONS,
    'record that it is carried out',
    load.decisionDone,
  ],
  [
    'plan correct',
    'plan.correct',
    CORRECTIONS,
    'take a decision back, with all that came after it',
    load.correct,
  ],
  [
    'plan correction list',
    'plan.correction.list',
    CORRECTIONS,
    'list corrections, oldest first',
    load.correctionList,
  ],
  [
    'plan correction show',
    'plan.correction.show',
    CORRECTIONS,
    'show a correction and its archive',
    load.correctionShow,
  ],
  ['plan checkpoint create', 'checkpoint.create', ANY, 'take a checkpoint', load.create],
  ['plan checkpoint list', 'checkpoint.list', ANY, 'list checkpoints, newest first', load.list],
  ['plan checkpoint show', 'checkpoint.show', ANY, 'show a checkpoint', load.show],
  ['plan checkpoint diff', 'checkpoint.diff', ANY, 'what differs from a checkpoint', load.diff],
  ['plan checkpoint name', 'checkpoint.name', ANY, 'name a checkpoint', load.name],
  ['plan checkpoint delete', 'checkpoint.delete', ANY, 'delete a checkpoint', load.delete],
  ['hooks install', 'hooks.install', HOOKS, 'put piton into hooks', load.hooksInstall],
  ['hooks uninstall', 'hooks.uninstall', HOOKS, 'take it out of them', load.hooksUninstall],
  ['hooks status', 'hooks.status', HOOKS, 'which hooks it is in', load.hooksStatus],
  ['hooks run', 'hooks.run', HOOKS, 'what hooks call', load.hooksRun],
];

function entry(form: Form): (row: Row) => CommandEntry {
  return ([words, name, section, summary, load]) => ({ words, name, form, section, summary, load });
}

/** Every command in each of its forms, in the order in which help shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  ...SHORT.map(entry('short')),
  ...LONG.map(entry('long')),
];
