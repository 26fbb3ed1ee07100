import { defineCommand, required } from '../command.js';
import { renderDecisionDone } from '../render/decision.js';
import { DECISION } from '../selectors.js';
import { readText } from '../values.js';

export const decisionDoneCommand = defineCommand({
  plan: 'required',
  positionals: { decision: required(DECISION, readText) },
  options: {},
  examples: [['01JZ8', 'it has been carried out; again is harmless']],
  run: ({ workspace }, { plan, positionals: { decision } }) =>
    workspace.completeDecision(plan, decision),
  render: renderDecisionDone,
});
