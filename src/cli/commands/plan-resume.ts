import { defineCommand } from '../command.js';
import { renderResume } from '../render/resume.js';

export const planResumeCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [
    ['', 'the next step, and whether the files are still as at the latest checkpoint'],
    ['--json', 'the same for programs'],
  ],
  run: ({ workspace, operation }, { plan }) => workspace.resumePlan({ ...operation, plan }),
  render: renderResume,
});
