import { z } from 'zod';
import * as schemas from './schemas.js';
import { defineTool, KEEPS, READS, REPLACES, type Tool } from './tool.js';

const plan = schemas.PLAN.optional();

const PREVIEWED = 'Ask for a preview first, and pass its token.';

/** What a rollback is to do; a preview and the rollback itself take the same. */
const ROLLBACK = {
  plan,
  checkpoint: schemas.CHECKPOINT.optional().describe("which one; the plan's latest unless told"),
  paths: schemas.PATHS.optional(),
  head: z.boolean().optional().describe('also moves HEAD and its branch back'),
};

const looking: readonly Tool[] = [
  defineTool({
    name: 'status',
    description:
      'Where the workspace and its plan stand: position, latest checkpoint, what changed since, ' +
      'unfinished work.',
    effect: READS,
    schema: z.strictObject({ plan }),
    run: (workspace, args, operation) => workspace.status({ ...args, ...operation }),
  }),
  defineTool({
    name: 'checkpoint_list',
    description: 'Checkpoints of a plan, newest first.',
    effect: READS,
    schema: z.strictObject({ plan, limit: schemas.LIMIT.optional(), kind: z.string().optional() }),
    run: (workspace, args) => workspace.listCheckpoints(args),
  }),
  defineTool({
    name: 'checkpoint_show',
    description:
      "A checkpoint: its facts, the plan's state then, what changed since the one before.",
    effect: READS,
    schema: z.strictObject({ plan, checkpoint: schemas.CHECKPOINT }),
    run: (workspace, { checkpoint, plan: named }) => workspace.showCheckpoint(checkpoint, named),
  }),
  defineTool({
    name: 'checkpoint_diff',
    description:
      'What differs: the latest checkpoint and the worktree, a checkpoint (from) and the ' +
      'worktree, or two checkpoints (from, to).',
    effect: READS,
    schema: z.strictObject({
      plan,
      from: schemas.CHECKPOINT.optional(),
      to: schemas.CHECKPOINT.optional(),
      patch: z.boolean().optional().describe('also as a unified patch'),
      paths: schemas.PATHS.optional(),
    }),
    run: (workspace, args, operation) => workspace.diffCheckpoints({ ...args, ...operation }),
  }),
  defineTool({
    name: 'plan_resume',
    description:
      'Where to go on after an interruption: next step, whether the files are as in the ' +
      'checkpoint, decisions to repeat, rollbacks left.',
    effect: READS,
    schema: z.strictObject({ plan }),
    run: (workspace, args, operation) => workspace.resumePlan({ ...args, ...operation }),
  }),
  defineTool({
    name: 'rollback_preview',
    description: 'What a rollback would do, and the token to do exactly that. Changes nothing.',
    effect: READS,
    schema: z.strictObject(ROLLBACK),
    run: (workspace, args, operation) =>
      workspace.rollback({ ...args, ...operation, dryRun: true }),
  }),
  defineTool({
    name: 'undo_preview',
    description: 'What taking the last rollback back would do, and the token to do exactly that.',
    effect: READS,
    schema: z.strictObject({ plan }),
    run: (workspace, args, operation) => workspace.undo({ ...args, ...operation, dryRun: true }),
  }),
];

const keeping: readonly Tool[] = [
  defineTool({
    name: 'checkpoint_create',
    description:
      'Takes a checkpoint of all files, before something risky. Says which files changed and ' +
      'which could not be captured. When nothing changed, the latest one is given.',
    effect: KEEPS,
    schema: z.strictObject({
      plan,
      reason: schemas.REASON.optional(),
      name: schemas.NAME.optional(),
      always: z.boolean().optional().describe('also when nothing changed'),
    }),
    run: (workspace, args, operation) =>
      workspace.createCheckpoint({ ...args, ...operation, source: 'mcp' }),
  }),
  defineTool({
    name: 'plan_create',
    description: 'Makes a plan and makes it the current one.',
    effect: KEEPS,
    schema: z.strictObject({
      name: schemas.NAME.optional(),
      parent: schemas.PLAN.optional(),
      everySteps: z.int().min(1).optional().describe('a checkpoint after so many steps'),
    }),
    run: (workspace, args) => workspace.createPlan(args),
  }),
  defineTool({
    name: 'plan_step',
    description:
      'Records how a step of the plan ended. Steps are numbered from 0. A checkpoint is taken ' +
      'when the interval says so, and always when the step failed or was interrupted.',
    effect: KEEPS,
    schema: z.strictObject({
      plan,
      done: schemas.STEP.describe('the number of the step'),
      status: z.enum(['done', 'failed', 'interrupted']).optional(),
      output: schemas.VALUES.optional(),
    }),
    run: (workspace, { plan: named, ...step }) => workspace.completeStep(named, step),
  }),
];

const replacing: readonly Tool[] = [
  defineTool({
    name: 'rollback',
    description:
      'Makes the files what they were at a checkpoint, all or nothing, after a safety ' +
      `checkpoint; undo takes it back. ${PREVIEWED}`,
    effect: REPLACES,
    schema: z.strictObject({ ...ROLLBACK, token: schemas.TOKEN }),
    run: (workspace, args, operation) => workspace.rollback({ ...args, ...operation }),
  }),
  defineTool({
    name: 'undo',
    description: `Takes the last rollback back. ${PREVIEWED}`,
    effect: REPLACES,
    schema: z.strictObject({ plan, token: schemas.TOKEN }),
    run: (workspace, args, operation) => workspace.undo({ ...args, ...operation }),
  }),
];

/** What a model can ask of piton. What changes files is apart, and needs the token of a preview. */
export const TOOLS: readonly Tool[] = [...looking, ...keeping, ...replacing];
