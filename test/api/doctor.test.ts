import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextId } from '../../src/core/ids.js';
import { formatOwner } from '../../src/disk/lock-owner.js';
import { ownIdentity } from '../../src/disk/process-identity.js';
import { writeJournal, type Journal } from '../../src/rollback/journal.js';
import {
  brief,
  checkpointRef,
  deadPid,
  everything,
  examined,
  failure,
  kept,
  mended,
  onlyTold,
  open,
  prepare,
  stateRef,
  told,
  type Prepared,
} from '../doctor/prepared-workspace.js';
import { git, makeRepository, TEST_HOME } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

function lockRecord(pid: number, host = ownIdentity().host): string {
  const acquiredAt = new Date().toISOString();
  const about = { acquiredAt, nonce: 'ab'.repeat(8), localDisk: false, command: null };
  return formatOwner({ ...ownIdentity(), ...about, pid, host, startTime: null });
}

function journalOf({ stateDir, planId, ids }: Prepared): Journal {
  const plan = JSON.parse(
    readFileSync(join(stateDir, 'plans', `${planId}.json`), 'utf8'),
  ) as Record<string, unknown>;
  return {
    operation: 'rollback',
    id: nextId(Date.now()),
    planId,
    checkpointId: ids[0]!,
    safetyCheckpointId: nextId(Date.now()),
    startedAt: new Date().toISOString(),
    areas: [],
    archive: null,
    steps: [],
    index: null,
    head: null,
    plansAfter: [{ ...plan, reversion_count: 1 }],
  };
}

describe('doctor', () => {
  let prepared: Prepared;

  beforeEach(async () => {
    prepared = await prepare();
    await prepared.workspace.close();
  });

  it('finds nothing in a sound workspace, also after a rollback and its undo', async () => {
    const { root } = prepared;
    const { problems, checked, repair } = await told(root);
    expect({ problems, repair }).to.deep.equal({ problems: [], repair: false });
    expect(checked).to.include.members(['lock', 'journal', 'plan_files', 'refs', 'stat_cache']);
    const workspace = await open(root);
    await workspace.rollback({ checkpoint: prepared.ids[0] });
    expect((await told(root)).problems).to.deep.equal([]);
    await workspace.undo();
    expect((await told(root)).problems).to.deep.equal([]);
    await workspace.close();
    const before = everything(root);
    expect(await examined(root, true)).to.deep.include({ problems: [], repair: true });
    expect(everything(root)).to.deep.equal(before);
  });

  it('does the same with the native engine', async () => {
    const workspace = await open(prepared.root, { engine: 'native' });
    expect(await workspace.doctor()).to.deep.include({ problems: [], repair: false });
    expect(await workspace.doctor({ repair: true })).to.deep.include({ problems: [] });
    await workspace.close();
  });

  it('makes nothing in a repository that piton has not been used in', async () => {
    const root = makeRepository();
    expect((await told(root)).problems).to.deep.equal([]);
    expect(existsSync(join(root, '.git/piton'))).to.equal(false);
  });

  it('needs a repository', async () => {
    const workspace = await open(tempDirectory());
    expect((await failure(workspace.doctor())).code).to.equal('WORKSPACE_MISSING');
  });

  it('fails for serious problems that are left, and for no others', async () => {
    const { root, ids } = prepared;
    const workspace = await open(root);
    git(root, 'update-ref', 'refs/piton/checkpoint/foreign', 'HEAD');
    expect((await workspace.doctor()).problems).to.have.length(1);
    git(root, 'update-ref', '-d', stateRef(prepared, ids[0]));
    for (const repair of [false, true]) {
      const error = await failure(workspace.doctor({ repair }));
      expect(error.exitCode).to.equal(6);
      expect(error.message).to.equal('a serious problem found');
      expect(error.details).to.include({ repair });
      expect(error.details['problems']).to.have.length(2);
    }
    git(root, 'update-ref', '-d', stateRef(prepared, ids[1]));
    expect((await failure(workspace.doctor())).message).to.equal('2 serious problems found');
    await workspace.close();
  });

  it('works when much is broken, and each check is made', async () => {
    const { root, stateDir, planId } = prepared;
    const { checked } = await examined(root);
    writeFileSync(join(root, '.git/packed-refs'), 'garbage\n');
    writeFileSync(join(stateDir, 'plans', `${planId}.json`), 'garbage');
    writeFileSync(join(stateDir, 'workspace.json'), 'garbage');
    writeFileSync(join(stateDir, 'stat-cache'), 'garbage');
    mkdirSync(join(root, '.git/objects/info'), { recursive: true });
    symlinkSync('/nowhere', join(root, '.git/objects/info/alternates'));
    const found = await told(root);
    expect(found.checked).to.deep.equal(checked);
    const failed = found.problems.filter(({ message }) => message.startsWith('this could not be'));
    expect(failed.map(({ check }) => check)).to.include.members(['refs', 'sidecars', 'stat_cache']);
    expect(brief(found.problems)).to.include.members(['plan_files must', 'workspace_file must']);
  });

  it('stops when told to', async () => {
    const workspace = await open(prepared.root);
    const reason = new Error('enough');
    for (const repair of [false, true]) {
      const stopped = workspace.doctor({ signal: AbortSignal.abort(reason), repair });
      expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
    }
    const controller = new AbortController();
    const clock = { now: () => (controller.abort(reason), Date.now()) };
    const other = await open(prepared.root, { clock });
    const stopped = other.doctor({ signal: controller.signal });
    expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
    await workspace.close();
  });

  describe('and the lock', () => {
    it('names a dead owner, and takes the lock over to mend it', async () => {
      const { root, stateDir } = prepared;
      const pid = deadPid();
      writeFileSync(join(stateDir, 'lock'), lockRecord(pid));
      const { problems } = await told(root);
      expect(brief(problems)).to.deep.equal(['lock should']);
      expect(problems[0]?.message).to.contain(`process ${pid} died`);
      const { problems: repaired } = await examined(root, true);
      expect(repaired.map(({ check, repaired: done }) => [check, done])).to.deep.equal([
        ['lock', true],
        ['dead_processes', true],
      ]);
      expect((await told(root)).problems).to.deep.equal([]);
    });

    it('names what another dead process left, and clears it up', async () => {
      const { root, stateDir } = prepared;
      writeFileSync(join(stateDir, `lock.dead-${deadPid()}-${'ab'.repeat(8)}`), '');
      writeFileSync(join(stateDir, `lock.${'cd'.repeat(8)}`), lockRecord(deadPid()));
      writeFileSync(join(stateDir, 'lock.unrelated'), '');
      expect(brief(await mended(root))).to.deep.equal([
        'dead_processes should',
        'dead_processes should',
      ]);
    });

    it('says what to do about one that cannot be judged, and never removes it', async () => {
      const { root, stateDir } = prepared;
      for (const record of ['garbage', lockRecord(1, 'another-host')]) {
        writeFileSync(join(stateDir, 'lock'), record);
        const { problems } = await told(root);
        expect(brief(problems)).to.deep.equal(['lock should']);
        expect(problems[0]?.message).to.contain(`delete ${join(stateDir, 'lock')}`);
        const workspace = await open(root);
        expect((await failure(workspace.doctor({ repair: true }))).code).to.equal('LOCKED');
        expect(readFileSync(join(stateDir, 'lock'), 'utf8')).to.equal(record);
        await workspace.close();
      }
    });

    it('leaves the work of a living process alone', async () => {
      const { root, stateDir, planId } = prepared;
      writeFileSync(join(stateDir, 'lock'), lockRecord(process.pid));
      writeJournal(stateDir, journalOf(prepared), 'fast');
      mkdirSync(join(stateDir, 'staging', nextId(Date.now())), { recursive: true });
      rmSync(join(stateDir, 'plans', `${planId}.json`));
      writeFileSync(join(stateDir, 'workspace.json'), '{}');
      const { problems, checked } = await told(root);
      expect(problems).to.deep.equal([]);
      expect(checked).to.include.members(['lock', 'refs', 'stat_cache']);
      expect(checked).to.not.include.members(['journal', 'staging']);
      const workspace = await open(root);
      expect((await failure(workspace.doctor({ repair: true }))).code).to.equal('LOCKED');
      await workspace.close();
    });
  });

  describe('and unfinished work', () => {
    it('names a rollback that was cut off, and recovers it', async () => {
      const { root, stateDir } = prepared;
      writeJournal(stateDir, journalOf(prepared), 'fast');
      const { refs } = kept(root);
      const [problem, ...more] = await mended(root);
      expect(more).to.deep.equal([]);
      expect(problem).to.include({ check: 'journal', severity: 'must' });
      expect(problem?.message).to.contain("run 'piton recover'");
      expect(kept(root).refs).to.deep.equal(refs);
    });

    it('only tells of a journal that cannot be read, and mends nothing it may need', async () => {
      const { root, stateDir, ids } = prepared;
      writeFileSync(join(stateDir, 'journal'), 'garbage');
      git(root, 'update-ref', '-d', checkpointRef(prepared, ids[0]));
      mkdirSync(join(stateDir, 'staging', nextId(Date.now())), { recursive: true });
      mkdirSync(join(stateDir, 'trash', nextId(Date.now()), 'kept'), { recursive: true });
      const problems = await onlyTold(root);
      expect(brief(problems)).to.deep.equal(['journal must', 'sidecars should']);
      expect(problems[0]?.message).to.match(/checksum.*trash/);
      rmSync(join(stateDir, 'journal'));
      const found = await mended(root);
      expect(brief(found)).to.deep.equal(['sidecars should', 'staging should']);
    });

    it('mends a damaged plan file first, without which there is no recovery', async () => {
      const { root, stateDir, planId } = prepared;
      const journal = journalOf(prepared);
      const later = new Date(Date.now() + 1_000).toISOString();
      journal.plansAfter = [{ ...journal.plansAfter[0], updated_at: later }];
      writeJournal(stateDir, journal, 'fast');
      const committed = join(stateDir, 'journal.committed');
      writeFileSync(committed, readFileSync(join(stateDir, 'journal')));
      rmSync(join(stateDir, 'journal'));
      writeFileSync(join(stateDir, 'plans', `${planId}.json`), 'garbage');
      expect(brief(await mended(root))).to.deep.equal(['plan_files must', 'journal must']);
      const workspace = await open(root);
      expect((await workspace.showPlan()).reversion_count).to.equal(1);
      await workspace.close();
    });

    it('settles a checkpoint whose making was cut off', async () => {
      const { root, stateDir, planId, ids } = prepared;
      writeFileSync(join(stateDir, 'pending-checkpoint'), `${planId} ${ids[1]}\n`);
      const { refs } = kept(root);
      expect(brief(await mended(root))).to.deep.equal(['pending_checkpoint should']);
      expect(kept(root).refs).to.deep.equal(refs);
    });

    it('sets a note aside that cannot be read or carried out', async () => {
      const { root, stateDir, planId, ids } = prepared;
      const note = join(stateDir, 'pending-checkpoint');
      writeFileSync(note, 'garbage');
      expect(brief(await mended(root))).to.deep.equal(['pending_checkpoint must']);
      expect(readFileSync(`${note}.damaged-1`, 'utf8')).to.equal('garbage');
      writeFileSync(note, `${planId} ${ids[1]}\n`);
      git(root, 'update-ref', '-d', stateRef(prepared, ids[1]));
      const { problems } = await examined(root, true);
      expect(problems.map(({ check, repaired }) => [check, repaired])).to.deep.equal([
        ['pending_checkpoint', true],
        ['sidecars', false],
      ]);
      expect(readFileSync(`${note}.damaged-2`, 'utf8')).to.contain(ids[1]);
    });
  });

  it('names what is in the state directory and should not be as it is', async () => {
    const { root, stateDir } = prepared;
    symlinkSync(TEST_HOME, join(stateDir, 'archive'));
    rmSync(join(stateDir, 'stat-cache.stamp'));
    mkdirSync(join(stateDir, 'stat-cache.stamp'));
    const problems = await onlyTold(root);
    expect(brief(problems)).to.deep.equal(['state_directory must', 'state_directory must']);
    expect(problems[0]?.message).to.contain('archive is not a real folder');
    expect(problems[1]?.message).to.contain('stat-cache.stamp is not a real file');
  });
});
