import { defineCommand, required } from '../command.js';
import { renderDecisionShow } from '../render/decision.js';
import { DECISION } from '../selectors.js';
import { readText } from '../values.js';

export const decisionShowCommand = defineCommand({
  plan: 'required',
  positionals: { decision: required(DECISION, readText) },
  options: {},
  examples: [['01JZ8', 'its rationale, its checkpoint and what it produces']],
  run: ({ workspace }, { plan, positionals: { decision } }) =>
    workspace.showDecision(plan, decision),
  render: renderDecisionShow,
});
