import type { DoctorData } from '../../api/data.js';
import { PitonError } from '../../core/errors.js';
import { orDataOfFailure } from '../data-of-failure.js';
import { defineCommand } from '../command.js';
import { flag } from '../option.js';
import { count } from '../render/amounts.js';
import { renderDoctor } from '../render/workspace.js';

export const doctorCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: { repair: flag('mend what can be mended') },
  examples: [
    ['', 'name what is wrong, change nothing'],
    ['--repair', 'mend it'],
  ],
  run: ({ workspace, operation }, { options }) =>
    orDataOfFailure(
      workspace.doctor({ ...operation, repair: options.repair }),
      'STATE_DAMAGED',
      'problems',
    ),
  judge: danger,
  render: renderDoctor,
});

/** What only needs tidying is no failure; what endangers data is, until it is mended. */
function danger(data: DoctorData): PitonError | undefined {
  const serious = data.problems.filter((each) => each.severity === 'must' && !each.repaired);
  if (serious.length === 0) return undefined;
  return new PitonError('STATE_DAMAGED', `${count(serious.length, 'serious problem')} found`, {
    hint: data.repair ? 'what is left needs a person' : 'piton doctor --repair mends what it can',
  });
}
