import { expect } from 'chai';
import {
  renderDoctor,
  renderInit,
  renderRecover,
  renderStatus,
  renderVerify,
} from '../../../src/cli/render/workspace.js';
import {
  CHECKPOINT_ID,
  HEALTHY,
  INITIALISED,
  PLAN_ID,
  RECOVERED,
  SOUND,
  STATUS,
} from '../samples.js';
import { lines, PLAIN, TERMINAL, VERBOSE } from './views.js';

describe('cli: the workspace for people', () => {
  it('says what init did', () => {
    expect(renderInit(INITIALISED)).to.equal(
      'Made a repository and prepared /home/u/w (native engine)\n',
    );
    expect(renderInit({ ...INITIALISED, created_repository: false, workspace: '/\x1b' })).to.equal(
      'Prepared /\\x1b (native engine)\n',
    );
  });

  it('shows the status', () => {
    expect(renderStatus(STATUS, PLAIN)).to.equal(
      lines(
        'workspace  /home/u/w',
        'engine     native (git 2.39.5): git is new enough',
        `plan       ${PLAN_ID} "swap parser" (active, execute)`,
        'position   after step 3',
        'rollbacks  1 (at most 10)',
        `latest     ${CHECKPOINT_ID} "green", 3 minutes ago`,
        'changes    1 added, 0 modified, 0 deleted',
        'disk       2 checkpoints, 1.5 MiB',
      ),
    );
    expect(renderStatus(STATUS, VERBOSE)).to.include('git folder  /home/u/w/.git\n');
  });

  it('shows the status of a workspace with nothing in it', () => {
    const engine = { name: 'embedded' as const, reason: 'no git', git_version: null };
    const empty = { ...STATUS, engine, plan: null, latest: null, changes: null };
    expect(renderStatus({ ...empty, disk: { checkpoints: 0, bytes: 0 } }, PLAIN)).to.equal(
      lines(
        'workspace  /home/u/w',
        'engine     embedded: no git',
        'plan       none yet',
        'disk       0 checkpoints, 0 B',
      ),
    );
  });

  it('shows unfinished work and who holds the lock', () => {
    const since = '2026-01-02T03:02:05.000Z';
    const busy = {
      ...STATUS,
      changes: { added: 0, modified: 0, deleted: 0 },
      unfinished: { operation: 'rollback', checkpoint_id: 'X', state: 'applying', since },
      lock: { pid: 7, host: 'h\x1b', since },
      watch: { pid: 8, host: 'h', since },
    };
    const shown = renderStatus(busy, PLAIN);
    expect(shown).to.include('changes     none since\n');
    expect(shown).to.include('rollback to X, begun 2 minutes ago (piton recover ends it)\n');
    expect(shown).to.include('lock        process 7 on h\\x1b, 2 minutes ago\n');
    expect(shown).to.include('watch       process 8 on h, 2 minutes ago\n');
  });

  it('shows what verify found', () => {
    expect(renderVerify(SOUND, PLAIN)).to.equal('12 checked, none damaged\n');
    const damaged = [{ checkpoint_id: 'X', object: 'abc', problem: 'is missing' }];
    expect(renderVerify({ checked: 12, damaged }, PLAIN)).to.equal(
      'damaged:\n  X  abc  is missing\n',
    );
  });

  it('shows what doctor found', () => {
    expect(renderDoctor(HEALTHY, PLAIN)).to.equal('No problems found (2 checks)\n');
    const problem = {
      check: 'trash',
      severity: 'should',
      message: 'is old',
      repaired: false,
    } as const;
    expect(renderDoctor({ ...HEALTHY, problems: [problem] }, PLAIN)).to.equal(
      lines(
        '2 checks; problems:',
        '  should  trash  is old',
        'piton doctor --repair mends what it can',
      ),
    );
    const mended = { ...HEALTHY, repair: true, problems: [{ ...problem, repaired: true }] };
    expect(renderDoctor(mended, TERMINAL)).to.equal(
      lines('2 checks; problems:', '  \x1b[32mmended\x1b[39m  trash  is old'),
    );
    const serious = { ...HEALTHY, problems: [problem, { ...problem, severity: 'must' as const }] };
    expect(renderDoctor(serious, PLAIN)).not.to.include('--repair');
  });

  it('shows what recover did', () => {
    expect(renderRecover(RECOVERED, PLAIN)).to.equal(
      lines('Took back an unfinished rollback', 'retired:', '  x  to trash/1/x'),
    );
    const finished = { ...RECOVERED, outcome: 'finished' as const, operation: null, retired: [] };
    expect(renderRecover(finished, PLAIN)).to.equal('Finished an unfinished operation\n');
    expect(renderRecover({ ...RECOVERED, recovered: false }, PLAIN)).to.equal(
      'Nothing to recover\n',
    );
  });
});
