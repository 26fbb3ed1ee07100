import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { data, error, piton, workspace, write } from './run-piton.js';

describe('cli: plans end to end', function () {
  this.timeout(120_000);

  it('decides, goes on where it was, and ends plans', () => {
    const directory = workspace();
    write(directory, { 'parser.js': 'old\n' });
    data(directory, 'plan', 'create', '--name', 'p');
    const about = ['--question', 'which parser', '--choice', 'hand-written'];
    const added = data(directory, 'plan', 'decision', 'add', 'p', ...about, '--artifact', 'new');
    const { decision_id: id } = added['decision'] as { decision_id: string };
    expect(added).nested.property('checkpoint.kind', 'pre_decision');
    mkdirSync(join(directory, 'src'));
    const artifact = ['plan', 'decision', 'artifact', 'p', id];
    expect(data(join(directory, 'src'), ...artifact, '.', '../b'))
      .nested.property('decision.artifacts')
      .deep.equal(['new', 'src', 'b']);
    expect(error(directory, ...artifact, '..')).to.include({ code: 'USAGE', exit: 2 });
    expect(error(directory, ...artifact, '.git/config')).to.include({ code: 'USAGE', exit: 2 });
    expect(data(directory, 'resume')).to.deep.include({
      ...{ next_step: 0, worktree_matches: false, reversions_left: 10 },
      changes: { added: 1, modified: 0, deleted: 0 },
    });
    expect(piton(directory, ['resume']).stdout).to.match(/^next +step 0$/m);
    data(directory, 'plan', 'decision', 'done', 'p', id);
    data(directory, 'step', '--done', '0');
    expect(data(directory, 'plan', 'resume', 'p')).to.deep.include({
      ...{ next_step: 1, last_completed_step: 0, decisions_to_repeat: [] },
    });
    const listed = data(directory, 'plan', 'decision', 'list', 'p')['decisions'];
    expect(listed).to.have.lengthOf(1);
    expect(error(directory, 'plan', 'decision', 'show', 'p', 'nope')).to.include({
      code: 'DECISION_NOT_FOUND',
      exit: 3,
    });
    data(directory, 'plan', 'apply', 'p');
    expect(piton(directory, ['status']).stdout).to.match(/\(applied, execute\)/);
    expect(error(directory, 'checkpoint')).to.include({ code: 'PLAN_CLOSED', exit: 4 });
    expect(error(directory, 'plan', 'abandon', 'p')).to.include({ code: 'PLAN_CLOSED', exit: 4 });
  });

  it('reverts a subplan with its parent, and says so', () => {
    const directory = workspace();
    write(directory, { a: '1' });
    data(directory, 'plan', 'create', '--name', 'whole');
    data(directory, 'checkpoint');
    const { plan_id: part } = data(directory, 'plan', 'create', '--parent', 'whole');
    write(directory, { a: '2' });
    const run = piton(directory, ['rollback', '--plan', 'whole', '--json']);
    const document = JSON.parse(run.stdout) as { warnings: { code: string; message: string }[] };
    const [warning] = document.warnings;
    expect(warning?.code).to.equal('SUBPLAN_REVERTED');
    expect(warning?.message).to.include(part);
    const refused = error(directory, 'checkpoint');
    expect(refused).to.include({ code: 'PLAN_CLOSED', exit: 4 });
    const [, hinted = ''] = /'piton (undo --plan \w+)'/.exec(String(refused['hint'])) ?? [];
    data(directory, ...hinted.split(' '));
    expect(data(directory, 'plan', 'show', String(part))).to.include({ status: 'active' });
  });
});
