import { PitonError } from '../../core/errors.js';
import { defineCommand, required, type Context } from '../command.js';
import { count } from '../render/amounts.js';
import { renderPlanDone } from '../render/plan.js';
import { PLAN } from '../selectors.js';
import { readText } from '../values.js';

export const planDeleteCommand = defineCommand({
  plan: 'none',
  positionals: { plan: required(PLAN, readText) },
  options: {},
  examples: [['"swap parser" --yes', 'the plan and all of its checkpoints']],
  run: async (context, { positionals: { plan } }) =>
    context.workspace.deletePlan(context.yes ? plan : await confirmed(plan, context)),
  render: renderPlanDone('Deleted'),
});

/** The id of the plan that was asked about: another one may get its name in the meantime. */
async function confirmed(selector: string, { workspace, confirm }: Context): Promise<string> {
  const plan = await workspace.showPlan(selector);
  const checkpoints = count(plan.checkpoints, 'checkpoint');
  const answer = await confirm(
    `Delete plan "${plan.name ?? plan.plan_id}" and its ${checkpoints}?`,
  );
  if (answer === true) return plan.plan_id;
  if (answer === false)
    throw new PitonError('USAGE', 'not deleted: the answer was not yes', {
      hint: 'answer y, or repeat with --yes, if that is meant',
    });
  throw new PitonError('USAGE', 'deleting a plan needs --yes', {
    hint: 'its checkpoints are deleted too; repeat with --yes if that is meant',
  });
}
