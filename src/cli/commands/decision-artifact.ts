import { defineCommand, required, several } from '../command.js';
import { renderDecisionShow } from '../render/decision.js';
import { DECISION } from '../selectors.js';
import { readText } from '../values.js';
import { workspacePaths } from '../workspace-path.js';

export const decisionArtifactCommand = defineCommand({
  plan: 'required',
  positionals: {
    decision: required(DECISION, readText),
    path: several('a file or folder in the workspace; it need not be there yet', readText),
  },
  options: {},
  examples: [['01JZ8 src/parser.js test/parser', 'a correction of the decision archives them']],
  run: async (context, { plan, positionals: { decision, path } }) =>
    context.workspace.addArtifacts(plan, decision, (await workspacePaths(path, context)) ?? []),
  render: renderDecisionShow,
});
