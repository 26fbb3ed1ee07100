import { defineCommand } from '../command.js';
import { renderCorrectionList } from '../render/correction.js';

export const correctionListCommand = defineCommand({
  plan: 'required',
  positionals: {},
  options: {},
  examples: [['', 'what was taken back, and how much is in each archive']],
  run: ({ workspace }, { plan }) => workspace.listCorrections(plan),
  render: renderCorrectionList,
});
