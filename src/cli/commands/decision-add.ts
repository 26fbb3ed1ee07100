import { defineCommand } from '../command.js';
import { mandatory, repeated, valued } from '../option.js';
import { renderDecisionAdd } from '../render/decision.js';
import { DECISION } from '../selectors.js';
import { readCount, readText } from '../values.js';
import { workspacePaths } from '../workspace-path.js';

export const decisionAddCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {
    question: mandatory('<text>', 'what is decided', readText),
    choice: mandatory('<text>', 'what it is decided to be', readText),
    rationale: valued('<text>', 'why', readText),
    parent: valued('<decision>', `what it follows from: ${DECISION}`, readText),
    step: valued('<n>', "the step that carries it out (the plan's next one)", readCount),
    artifact: repeated('<path>', 'a file or folder it produces (repeatable)', (texts, name) =>
      texts.map((text) => readText(text, name)),
    ),
  },
  examples: [
    ['--question parser --choice ours', 'for the next step'],
    ['--question cache --choice no --step 4', 'for a later one'],
  ],
  run: async (context, { options, plan }) =>
    context.workspace.addDecision(plan, {
      ...context.operation,
      question: options.question,
      choice: options.choice,
      rationale: options.rationale,
      parent: options.parent,
      step: options.step,
      artifacts: await workspacePaths(options.artifact, context),
    }),
  render: renderDecisionAdd,
});
