import type { CommandCase } from './command-cases.js';

export const DECISION_CASES: CommandCase[] = [
  {
    line: 'plan decision add p --question "which one" --choice "- this"',
    name: 'plan.decision.add',
    calls: [['addDecision', 'p', { question: 'which one', choice: '- this' }]],
  },
  {
    line:
      'plan decision add p --question q --choice c --rationale r --parent d --step 4 ' +
      '--artifact x --artifact src/y',
    name: 'plan.decision.add',
    calls: [
      [
        'addDecision',
        'p',
        {
          question: 'q',
          choice: 'c',
          rationale: 'r',
          parent: 'd',
          step: 4,
          artifacts: ['x', 'src/y'],
        },
      ],
    ],
  },
  { line: 'plan decision list p', name: 'plan.decision.list', calls: [['listDecisions', 'p']] },
  {
    line: 'plan decision show p d',
    name: 'plan.decision.show',
    calls: [['showDecision', 'p', 'd']],
  },
  {
    line: 'plan decision artifact p d x ../w/y -- -z',
    name: 'plan.decision.artifact',
    calls: [['addArtifacts', 'p', 'd', ['x', 'y', '-z']]],
  },
  {
    line: 'plan decision done p d',
    name: 'plan.decision.done',
    calls: [['completeDecision', 'p', 'd']],
  },
  {
    line: 'plan correct p --decision d --reason "too slow"',
    name: 'plan.correct',
    calls: [['correct', 'p', { decision: 'd', reason: 'too slow', dryRun: false }]],
  },
  {
    line: 'plan correct p --decision d --reason r --mode append --guidance g --dry-run --token t',
    name: 'plan.correct',
    calls: [
      [
        'correct',
        'p',
        {
          ...{ decision: 'd', reason: 'r', mode: 'append', guidance: 'g' },
          ...{ dryRun: true, token: 't' },
        },
      ],
    ],
  },
  {
    line: 'plan correction list p',
    name: 'plan.correction.list',
    calls: [['listCorrections', 'p']],
  },
  {
    line: 'plan correction show p c',
    name: 'plan.correction.show',
    calls: [['showCorrection', 'p', 'c']],
  },
];
