import type { VerifyData } from '../../api/data.js';
import { PitonError } from '../../core/errors.js';
import { orDataOfFailure } from '../data-of-failure.js';
import { defineCommand, optional } from '../command.js';
import { flag } from '../option.js';
import { renderVerify } from '../render/workspace.js';
import { readText } from '../values.js';

export const verifyCommand = defineCommand({
  plan: 'required',
  positionals: { checkpoint: optional('only this checkpoint', readText) },
  options: { all: flag('the checkpoints of all plans') },
  examples: [
    ['', "every object of the plan's checkpoints"],
    ['latest', 'every object of one checkpoint'],
    ['--all --json', 'every checkpoint of every plan, for programs'],
  ],
  check: ({ options, positionals }) => {
    if (!options.all || positionals.checkpoint === undefined) return;
    throw new PitonError('USAGE', '--all and <checkpoint> exclude each other', {
      hint: 'leave out one of them',
    });
  },
  run: async ({ workspace, operation }, { options, positionals, plan }) => {
    const { checkpoint } = positionals;
    const verb = workspace.verify({ ...operation, plan, checkpoint, all: options.all });
    return orDataOfFailure(verb, 'OBJECT_DAMAGED', 'damaged');
  },
  judge: damage,
  render: renderVerify,
});

function damage({ damaged, checked }: VerifyData): PitonError | undefined {
  if (damaged.length === 0) return undefined;
  return new PitonError('OBJECT_DAMAGED', `${damaged.length} damaged of ${checked} checked`, {
    hint: 'a damaged checkpoint cannot be rolled back to; choose another one from piton log',
  });
}
