import { defineCommand, required } from '../command.js';
import { renderCorrectionShow } from '../render/correction.js';
import { CORRECTION } from '../selectors.js';
import { readText } from '../values.js';

export const correctionShowCommand = defineCommand({
  plan: 'required',
  positionals: { correction: required(CORRECTION, readText) },
  options: {},
  examples: [['01JZ8', 'why, what fell with it, and what is in its archive']],
  run: ({ workspace }, { plan, positionals: { correction } }) =>
    workspace.showCorrection(plan, correction),
  render: renderCorrectionShow,
});
