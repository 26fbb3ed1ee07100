import { defineCommand } from '../command.js';
import { renderDecisionList } from '../render/decision.js';

export const decisionListCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [['', 'what was decided, and what became of it']],
  run: ({ workspace }, { plan }) => workspace.listDecisions(plan),
  render: renderDecisionList,
});
